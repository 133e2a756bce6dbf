"""The Standard Webhooks source: what it takes, what it refuses, and what it keeps."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from launchctl.errors import InputError
from launchctl.orders.model import Delivery, Happening
from launchctl.orders.sources.webhook import DeliveryRefusedError, WebhookSource
from launchctl.times import SECOND, parse_instant

SECRET = "whsec_" + base64.b64encode(b"a key of this test, 24 B+").decode()
OTHER = "whsec_" + base64.b64encode(b"another key of this test").decode()
NOW_US = parse_instant("2016-04-01T03:30:00Z")
SOURCE = WebhookSource("stores", [SECRET], {"USD", "EUR"})


def body(**fields: Any) -> dict[str, Any]:
    """An order of one unit, as the contract has it; ``order`` fields are merged in."""
    order = {
        "id": "A-1",
        "quantity": 1,
        "currency": "USD",
        "deposit_minor": 100_000,
        "placed_at": "2016-04-01T03:29:58Z",
    }
    order.update(fields.pop("order", {}))
    whole = {"type": "order.placed", "timestamp": "2016-04-01T03:29:59Z"}
    return {**whole, **fields, "order": order}


def signed(
    raw: bytes,
    *,
    secret: str = SECRET,
    key: str = "msg_1",
    at_us: int = NOW_US,
) -> dict[str, str]:
    """The headers a shop sends, signed by the scheme's own library."""
    stamp = datetime.fromtimestamp(at_us // SECOND, tz=UTC)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at_us // SECOND),
        "webhook-signature": Webhook(secret).sign(key, stamp, raw.decode()),
    }


def verify(content: dict[str, Any], source: WebhookSource = SOURCE) -> Delivery:
    """The delivery of a genuine message."""
    raw = json.dumps(content).encode()
    return source.verify(signed(raw), raw, NOW_US)


def refusal(
    headers: dict[str, str], raw: bytes, source: WebhookSource = SOURCE
) -> tuple[int, str]:
    """Status and sentence of a refused message."""
    with pytest.raises(DeliveryRefusedError) as caught:
        source.verify(headers, raw, NOW_US)
    return caught.value.status, str(caught.value)


def test_a_payment_names_the_order_of_its_shop():
    """A source that pays needs the amount, not the quantity, and joins its shop."""
    till = WebhookSource("till", [SECRET], {"USD"}, joins="stores")
    told = verify(body(order={"quantity": None}), till)
    assert (told.order_key, told.deposit_minor) == (("stores", "A-1"), 100_000)
    raw = json.dumps(body(order={"deposit_minor": None})).encode()
    why = (422, "order.deposit_minor: Field required")
    assert refusal(signed(raw), raw, till) == why


def test_placed_order_is_read_whole():
    """Every mapped field arrives; the event id is the message's."""
    assert verify(body()) == Delivery(
        source="stores",
        event_id="msg_1",
        what=Happening.PLACED,
        order_id="A-1",
        occurred_us=NOW_US - 1 * SECOND,
        received_us=NOW_US,
        placed_us=NOW_US - 2 * SECOND,
        quantity=1,
        currency="USD",
        deposit_minor=100_000,
    )


@pytest.mark.parametrize("what", [Happening.CANCELLED, Happening.REFUNDED])
def test_cancelled_and_refunded_need_only_the_order(what):
    """Without an instant of its own it happened when the message was stamped."""
    delivery = verify({"type": f"order.{what}", "order": {"id": "A-1"}})
    assert (delivery.what, delivery.order_id) == (what, "A-1")
    assert (delivery.occurred_us, delivery.placed_us) == (NOW_US, None)


def test_instant_without_timestamp_is_that_of_placing():
    """occurred: timestamp, else placed_at, else the header's."""
    content = body()
    del content["timestamp"]
    assert verify(content).occurred_us == NOW_US - 2 * SECOND


def test_refund_keeps_its_id_and_amount():
    """Refunds with ids are a set, so the id must survive."""
    refund = {"id": "R-7", "amount_minor": 50_000}
    delivery = verify(body(type="order.refunded", refund=refund))
    assert (delivery.refund_id, delivery.refund_minor) == ("R-7", 50_000)


def test_only_mapped_fields_are_kept():
    """Names and addresses of customers pass through to nowhere."""
    content = body(order={"email": "ada@example.org"}, customer={"name": "Ada"})
    assert "ada" not in repr(verify(content)).lower()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (body(test=True), "test mode"),
        (body(order={"currency": "GBP"}), "currency GBP is not declared"),
        (body(), ""),
    ],
)
def test_what_must_not_count_goes_to_quarantine(content, reason):
    """Test mode and undeclared currencies are taken, and kept aside."""
    assert verify(content).quarantine == reason


def test_all_currencies_count_where_none_is_declared():
    """Without a declared deposit there is nothing an order could contradict."""
    source = WebhookSource("stores", [SECRET])
    assert verify(body(order={"currency": "GBP"}), source).quarantine == ""


def test_either_secret_counts_while_they_rotate():
    """Several secrets here, several signatures there: one fit is enough."""
    raw = json.dumps(body()).encode()
    rotating = WebhookSource("stores", [OTHER, SECRET])
    assert rotating.verify(signed(raw), raw, NOW_US).order_id == "A-1"
    both = signed(raw)
    both["webhook-signature"] = " ".join(
        [
            "v1a,ignored",
            signed(raw, secret=OTHER)["webhook-signature"],
            "v1,!!",
            "v1",
            both["webhook-signature"],
        ]
    )
    assert SOURCE.verify(both, raw, NOW_US).order_id == "A-1"


def test_secret_may_lack_prefix_and_padding():
    """Shops show their secrets in several spellings of one key."""
    raw = json.dumps(body()).encode()
    bare = WebhookSource("stores", [SECRET.removeprefix("whsec_").rstrip("=")])
    assert bare.verify(signed(raw), raw, NOW_US).order_id == "A-1"


@pytest.mark.parametrize("secrets", [[], ["whsec_"], ["whsec_not base64!"], [""]])
def test_unusable_secret_is_refused_without_telling_it(secrets):
    """The message names the source, never the secret."""
    with pytest.raises(InputError, match="'stores'") as caught:
        WebhookSource("stores", secrets)
    assert "not base64!" not in str(caught.value)


def test_source_never_shows_its_keys():
    """Not in its repr either."""
    assert repr(SOURCE) == "WebhookSource('stores')"


def test_wrong_secret_is_refused():
    """401, and nothing said about why it does not fit."""
    raw = json.dumps(body()).encode()
    headers = signed(raw, secret=OTHER)
    assert refusal(headers, raw) == (401, "the signature is wrong")


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_signed_headers_cannot_be_changed(name):
    """Id and timestamp are under the signature."""
    raw = json.dumps(body()).encode()
    headers = signed(raw)
    headers[name] = headers[name][:-1] + "9"
    assert refusal(headers, raw) == (401, "the signature is wrong")


@pytest.mark.parametrize(
    "name", ["webhook-id", "webhook-timestamp", "webhook-signature"]
)
def test_unsigned_message_is_refused_by_its_headers(name):
    """No body need be read to refuse what is not signed."""
    headers = signed(b"{}")
    del headers[name]
    with pytest.raises(DeliveryRefusedError, match="are needed") as caught:
        SOURCE.admit(headers, NOW_US)
    assert caught.value.status == 401


@pytest.mark.parametrize(
    ("off_s", "sentence"),
    [(-301, "webhook-timestamp is too far old"), (301, "too far in the future")],
)
def test_stale_timestamp_is_refused_on_the_run_clock(off_s, sentence):
    """300 s both ways, counted on N: a rehearsal in 2016 takes messages of 2016."""
    raw = json.dumps(body()).encode()
    status, message = refusal(signed(raw, at_us=NOW_US + off_s * SECOND), raw)
    assert status == 401
    assert message.endswith(sentence)
    edge = signed(raw, at_us=NOW_US + (off_s // 301) * 300 * SECOND)
    assert SOURCE.verify(edge, raw, NOW_US).order_id == "A-1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-timestamp", "1459481400.5"),
        ("webhook-timestamp", "١٤٥٩٤٨١٤٠٠"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-id", "x" * 257),
        ("webhook-id", "a b"),
    ],
)
def test_malformed_headers_are_refused(name, value):
    """400: whole seconds in ASCII digits, an id of visible characters."""
    raw = json.dumps(body()).encode()
    status, message = refusal({**signed(raw), name: value}, raw)
    assert status == 400
    assert message.startswith(name)


@pytest.mark.parametrize("raw", [b"", b"{", b"order=1", b"[" * 5_000])
def test_garbage_is_refused(raw):
    """Signed garbage is garbage: 400."""
    assert refusal(signed(raw), raw) == (400, "the body is no JSON")


def test_body_that_is_no_text_is_refused():
    """Bytes that are no UTF-8 are refused and not decoded by guessing."""
    raw = b"\xff\xfe{}"
    headers = signed(b"")
    status, _ = refusal(headers, raw)
    assert status == 401


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ([], "the body"),
        ({}, "type"),
        (body(type="order.shipped"), "type"),
        (body(order={"id": ""}), "order.id"),
        (body(order={"id": "x" * 257}), "order.id"),
        (body(order={"id": 17}), "order.id"),
        (body(order={"quantity": "1"}), "order.quantity"),
        (body(order={"quantity": 1.0}), "order.quantity"),
        (body(order={"quantity": True}), "order.quantity"),
        (body(order={"quantity": 0}), "order.quantity"),
        (body(order={"quantity": 10**30}), "order.quantity"),
        (body(order={"quantity": None}), "order.quantity"),
        (body(order={"currency": None}), "order.currency"),
        (body(order={"currency": "usd"}), "order.currency"),
        (body(order={"currency": "USD\n"}), "order.currency"),
        (body(order={"deposit_minor": -1}), "order.deposit_minor"),
        (body(order={"deposit_minor": 10.5}), "order.deposit_minor"),
        (body(order={"placed_at": "2016-04-01"}), "placed_at"),
        (body(order={"placed_at": "2016-04-01T03:30:00"}), "placed_at"),
        (body(timestamp="yesterday"), "timestamp"),
        (body(timestamp="1066-10-14T09:00:00Z"), "the occurred instant"),
        (body(refund={"amount_minor": "5"}), "refund.amount_minor"),
    ],
    ids=str,
)
def test_what_is_no_order_message_is_refused_with_its_place(content, place):
    """422 names the field; strict types; never the value."""
    raw = json.dumps(content).encode()
    status, message = refusal(signed(raw), raw)
    assert status == 422
    assert message.startswith(place)


def is_text(raw: bytes) -> bool:
    """Whether it can be signed by the library, which takes text only."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(
    raw=st.binary(max_size=200),
    signature=st.text(max_size=80),
    stamp=st.text(max_size=20),
)
def test_no_input_breaks_it(raw, signature, stamp):
    """Whatever comes is refused with a 4xx, and nothing else ever escapes."""
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": stamp,
        "webhook-signature": signature,
    }
    status, _ = refusal(headers, raw)
    assert 400 <= status < 500


@given(raw=st.binary(max_size=200).filter(is_text))
def test_no_signed_body_breaks_it(raw):
    """A shop gone mad with the right key gets a 4xx too."""
    status, _ = refusal(signed(raw), raw)
    assert 400 <= status < 500
