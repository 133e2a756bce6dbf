"""What Bluesky alone asks of its driver: sessions, keys, places in bytes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchctl.drivers.base import Level
from launchctl.drivers.bluesky.records import facets_of, is_ours, record_key
from launchctl.rehearsal.emulators.bluesky_records import is_tid
from launchctl.show.inputs import Answer, Sight
from launchctl.times import HOUR
from tests.contract.posts_table import NETWORKS, joined


@pytest.fixture
async def far(tmp_path):
    """Bluesky's driver and emulator."""
    [network] = [network for network in NETWORKS if network.name == "bluesky"]
    async with joined(network, tmp_path) as far:
        yield far


async def test_an_old_session_is_renewed_before_the_post(far):
    """Access tokens live two hours; after one the driver logs in anew."""
    await far.driver.prepare(far.command("Model 3."))
    far.clock.advance(3 * HOUR / 1_000_000)

    assert (await far.driver.send(far.command("Model 3."))).answer is Answer.OK


async def test_a_session_that_the_server_ended_costs_one_attempt(far):
    """ExpiredToken is a certain no: the next attempt logs in."""
    await far.driver.prepare(far.command("Model 3."))
    far.emulator.end_sessions()

    first = await far.driver.send(far.command("Model 3."))
    second = await far.driver.send(far.command("Model 3.", attempt=2))

    assert (Answer.REFUSED, Answer.OK) == (first.answer, second.answer)
    assert "ExpiredToken" in first.detail


async def test_another_text_under_the_key_is_never_overwritten(far):
    """InvalidSwap is unknown, and reading says that it is another text."""
    await far.driver.send(far.command("Model 3."))
    other = far.command("Model 4.")

    assert (await far.driver.send(other)).answer is Answer.UNKNOWN
    assert (await far.driver.read(other)).sight is Sight.OLDER
    assert ["Model 3."] == [post.text for post in far.emulator.posts]


async def test_a_reply_to_a_reply_hangs_on_the_threads_root(far):
    """``root`` is the first post of all, ``parent`` the one that is answered."""
    receipts = []
    for number in range(3):
        content = {"reply_to": receipts[-1].id} if receipts else {}
        command = far.command(f"{number}.", key=f"run/-/t/{number}", content=content)
        receipts.append((await far.driver.send(command)).receipt)

    [*_, last] = far.emulator._records.values()
    assert receipts[0].id == last.value["reply"]["root"]["uri"]
    assert receipts[1].id == last.value["reply"]["parent"]["uri"]


async def test_a_reply_to_what_is_gone_is_certainly_not_sent(far):
    """Nothing is published, and that is certain."""
    gone = f"at://{'did:plc:x'}/app.bsky.feed.post/3jzfcijpj2z2a"
    outcome = await far.driver.send(far.command("Yes.", content={"reply_to": gone}))

    assert (Answer.REFUSED, []) == (outcome.answer, far.emulator.posts)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("x" * 300, True), ("x" * 301, False), ("👨‍👩‍👧" * 300, True), ("é" * 301, False)],
)
async def test_a_text_has_300_graphemes(far, text, fits):
    """A family is one; said while preparing."""
    trouble = await far.driver.prepare(far.command(text))
    assert (trouble is None) is fits


async def test_a_taken_down_account_is_trouble_early(far):
    """The session says so before anything is posted."""
    account = far.emulator.accounts["annabrandt.test"]
    far.emulator.accounts["annabrandt.test"] = replace(account, active=False)

    assert "deactivated" in await far.driver.prepare(far.command("Model 3."))
    assert (await far.driver.check()).level is Level.BAD


async def test_links_and_hashtags_have_their_places_in_bytes(far):
    """The server checks that they lie within the text; a full stop is no address."""
    text = "Größe: https://nordwerk.example/lumo, nordwerk.example/en #Energie. Ende."
    assert (await far.driver.send(far.command(text))).answer is Answer.OK

    raw = text.encode()
    places = [facet["index"] for facet in facets_of(text)]
    assert [b"https://nordwerk.example/lumo", b"nordwerk.example/en", b"#Energie"] == [
        raw[place["byteStart"] : place["byteEnd"]] for place in places
    ]


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_key_is_a_tid_of_its_command_alone(first, second):
    """The same for the same command, ours by its looks, and another for another."""
    key = record_key(first)
    assert is_tid(key)
    assert is_ours(key)
    assert (key == record_key(second)) is (first == second)
