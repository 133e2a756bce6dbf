"""The Standard Webhooks source: signed messages of a shop, read strictly.

The scheme (the Standard Webhooks specification): ``webhook-signature`` holds one or
more ``v1,<base64>`` separated by blanks, each an HMAC-SHA256 over
``{webhook-id}.{webhook-timestamp}.{raw body}`` with a key written as
``whsec_<base64>``; several, because a shop that rotates its secret signs with both.

The scheme is written out here and not called from the ``standardwebhooks`` library for
two reasons: the tolerance must be counted on N, which in a rehearsal is not the wall
clock that the library reads; and the library fails with its own ValueErrors on headers
and bodies that are no text. The tests hold the two against each other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from launchctl.errors import InputError, LaunchError
from launchctl.orders.ledger import (
    MAX_AMOUNT_MINOR,
    MAX_ID_CHARS,
    MAX_QUANTITY,
    check,
)
from launchctl.orders.model import Delivery, Happening, why_undeclared
from launchctl.times import SECOND, Micros, parse_instant

TOLERANCE_US = 300 * SECOND
_MAX_SIGNATURES = 16
_ID = re.compile(r"[\x21-\x7e]{1,256}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_PREFIX = "whsec_"


class DeliveryRefusedError(LaunchError):
    """A message that is not taken; nothing was changed.

    Attributes:
        status: the HTTP status that says so to its sender.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Envelope(NamedTuple):
    """The three headers of a message, well formed and fresh; not yet proven."""

    event_id: str
    stamp: str
    signature: str


class _Strict(BaseModel):
    """Outside data: exact types; unknown fields are passed over and never kept."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


_Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]
_Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)]


class _Order(_Strict):
    id: _Id
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)] | None = None
    currency: Annotated[str, Field(pattern=r"\A[A-Z]{3}\z")] | None = None
    deposit_minor: _Amount | None = None
    placed_at: str | None = None


class _Refund(_Strict):
    id: _Id | None = None
    amount_minor: _Amount | None = None


class _Body(_Strict):
    type: Literal["order.placed", "order.cancelled", "order.refunded"]
    order: _Order
    timestamp: str | None = None
    refund: _Refund | None = None
    test: bool = False


class WebhookSource:
    """A shop that signs by Standard Webhooks.

    Args:
        name: of the source in the runbook.
        secrets: one, or several while a secret is being rotated; each ``whsec_`` and
            base64, or the base64 alone.
        currencies: the declared ones; orders in others go to quarantine. None or empty:
            none are declared, and all count.
        joins: the shop whose orders it pays; empty: it counts orders of its own.
        tolerance_us: how far the timestamp may lie from N, both ways.

    Raises:
        InputError: no secret, or one that is not base64. The secret itself is not told.
    """

    def __init__(
        self,
        name: str,
        secrets: Sequence[str],
        currencies: Collection[str] | None = None,
        *,
        joins: str = "",
        tolerance_us: Micros = TOLERANCE_US,
    ) -> None:
        if not secrets:
            raise InputError(f"order source {name!r} has no secret")
        self.name = name
        self._keys = tuple(_key(name, secret) for secret in secrets)
        self._currencies = frozenset(currencies or ())
        self._needs = ("deposit_minor" if joins else "quantity", "currency")
        self._joins = joins
        self._tolerance_us = tolerance_us

    def __repr__(self) -> str:
        return f"WebhookSource({self.name!r})"

    def admit(self, headers: Mapping[str, str], now_us: Micros) -> Envelope:
        """Refuse what cannot be genuine before its body is read.

        Args:
            headers: any mapping whose keys are found in lower case.
            now_us: N.

        Raises:
            DeliveryRefusedError: 401 not signed or stale, 400 malformed.
        """
        event_id = headers.get("webhook-id", "")
        stamp = headers.get("webhook-timestamp", "")
        signature = headers.get("webhook-signature", "")
        if not event_id or not stamp or not signature:
            raise DeliveryRefusedError(
                401, "webhook-id, webhook-timestamp and webhook-signature are needed"
            )
        if not _ID.fullmatch(event_id):
            raise DeliveryRefusedError(
                400, "webhook-id must be 1 to 256 visible ASCII characters"
            )
        if not _TIMESTAMP.fullmatch(stamp):
            raise DeliveryRefusedError(
                400, "webhook-timestamp must be whole seconds since 1970"
            )
        off_us = int(stamp) * SECOND - now_us
        if abs(off_us) > self._tolerance_us:
            side = "in the future" if off_us > 0 else "old"
            raise DeliveryRefusedError(401, f"webhook-timestamp is too far {side}")
        return Envelope(event_id, stamp, signature)

    def read(self, envelope: Envelope, raw: bytes, now_us: Micros) -> Delivery:
        """The message of an admitted envelope, if this shop signed it.

        Raises:
            DeliveryRefusedError: 401 wrongly signed; 400 garbage; 422 JSON that is no
                order message.
        """
        signed = f"{envelope.event_id}.{envelope.stamp}.".encode() + raw
        if not self._is_signed(signed, _signatures(envelope.signature)):
            raise DeliveryRefusedError(401, "the signature is wrong")
        return self._delivery(_read(raw, self._needs), envelope, now_us)

    def verify(
        self, headers: Mapping[str, str], raw: bytes, now_us: Micros
    ) -> Delivery:
        """``admit`` and ``read`` in one."""
        return self.read(self.admit(headers, now_us), raw, now_us)

    def _is_signed(self, signed: bytes, signatures: Sequence[bytes]) -> bool:
        """Every key is held against every signature, whichever fits: constant time."""
        fits = False
        for key in self._keys:
            right = hmac.digest(key, signed, hashlib.sha256)
            for signature in signatures:
                fits |= hmac.compare_digest(right, signature)
        return fits

    def _delivery(self, body: _Body, envelope: Envelope, now_us: Micros) -> Delivery:
        order, refund = body.order, body.refund or _Refund()
        placed_us = _instant("placed_at", order.placed_at)
        occurred_us = _instant("timestamp", body.timestamp)
        delivery = Delivery(
            source=self.name,
            event_id=envelope.event_id,
            what=Happening(body.type.removeprefix("order.")),
            order_id=order.id,
            occurred_us=_first(occurred_us, placed_us, int(envelope.stamp) * SECOND),
            received_us=now_us,
            placed_us=placed_us,
            quantity=order.quantity,
            currency=order.currency,
            deposit_minor=order.deposit_minor,
            refund_id=refund.id,
            refund_minor=refund.amount_minor,
            quarantine=self._quarantine(body),
            joins=self._joins,
        )
        try:
            check(delivery)
        except InputError as error:
            raise DeliveryRefusedError(422, str(error)) from None
        return delivery

    def _quarantine(self, body: _Body) -> str:
        if body.test:
            return "test mode"
        return why_undeclared(body.order.currency, self._currencies)


def _key(name: str, secret: str) -> bytes:
    # Some shops leave the padding off.
    text = secret.strip().removeprefix(_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not key:
        raise InputError(
            f"a secret of order source {name!r} is not base64",
            hint="it is written whsec_ and then base64",
        )
    return key


def _signatures(header: str) -> list[bytes]:
    """The ``v1`` signatures; other versions and garbage fit nothing."""
    found = []
    for part in header.split(" ")[:_MAX_SIGNATURES]:
        version, _, text = part.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(text, validate=True))
            except (ValueError, binascii.Error):
                continue
    return found


def _read(raw: bytes, needs: Sequence[str]) -> _Body:
    try:
        body = _Body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise DeliveryRefusedError(400, "the body is no JSON") from None
        # The place and the rule; never the value, which may be personal.
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise DeliveryRefusedError(422, f"{place}: {first['msg']}") from None
    if body.type == "order.placed":
        for field in needs:
            if getattr(body.order, field) is None:
                raise DeliveryRefusedError(422, f"order.{field}: Field required")
    return body


def _instant(name: str, text: str | None) -> Micros | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise DeliveryRefusedError(
            422, f"{name} must be an RFC 3339 instant with its offset"
        ) from None


def _first(*instants: Micros | None) -> Micros:
    return next(instant for instant in instants if instant is not None)
