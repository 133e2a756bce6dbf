"""Every network that can be watched: what its owner posts by hand is seen, once."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from launchctl.drivers.base import Level, Watching
from launchctl.rehearsal.emulators.web import DROP_AFTER
from launchctl.rehearsal.emulators.x_problems import rate_limited
from launchctl.show.inputs import Answer, PostSeen
from launchctl.times import SECOND
from tests.contract.posts_table import HANDLE, NETWORKS, joined


@pytest.fixture(params=NETWORKS, ids=lambda network: network.name)
async def far(request, tmp_path):
    """A driver and its emulator."""
    async with joined(request.param, tmp_path) as far:
        assert isinstance(far.driver, Watching)
        yield far


async def test_a_post_by_hand_is_seen_once(far):
    """With id, address, text as written and its instant; SEMANTICS 6, hands."""
    assert [] == await far.driver.look()
    far.clock.advance(10)
    made = far.emulator.post_by_hand(HANDLE, "Fish & chips: https://tesla.example/m3")
    far.clock.advance(1)

    [seen] = await far.driver.look()

    assert isinstance(seen, PostSeen)
    assert ("ceo", made.id, False) == (seen.account, seen.id, seen.reply)
    assert "Fish & chips: https://tesla.example/m3" == seen.text
    assert abs(seen.at_us - made.at_us) <= SECOND
    assert seen.url.endswith(f"/{HANDLE}/status/{made.id}")
    assert [] == await far.driver.look()


async def test_our_own_posts_are_not_reported(far):
    """What this driver sent is no hand, also if its answer was lost; SEMANTICS 6."""
    await far.driver.send(far.command("Model 3."))
    far.emulator.faults.next(DROP_AFTER)
    lost = await far.driver.send(far.command("And one more: https://tesla.example/x"))

    assert Answer.UNKNOWN is lost.answer
    assert [] == await far.driver.look()


async def test_what_a_predecessor_left_open_is_ours(far):
    """A successor that settles an intent knows its words; SEMANTICS 6."""
    command = far.command("Model 3.")
    await far.driver.send(command)
    successor = far.successor()
    async with AsyncExitStack() as stack:
        await successor.start(stack)
        await successor.read(command)
        assert [] == await successor.look()


async def test_a_reply_is_told_apart(far):
    """An answer to somebody is no announcement; SEMANTICS 6."""
    other = far.emulator.post_by_hand("somebody", "Is it true?")
    far.emulator.post_by_hand(HANDLE, "Wait for it.", reply_to=other.id)

    [seen] = await far.driver.look()

    assert seen.reply


async def test_old_posts_are_no_news(far):
    """What stood there for more than half an hour; SEMANTICS 6."""
    far.emulator.post_by_hand(HANDLE, "Good morning.")
    far.clock.advance(1801)

    assert [] == await far.driver.look()


async def test_a_timeline_that_lags_is_read_again(far):
    """An older post that turns up after a newer one is seen too; SEMANTICS 6."""
    far.emulator.lag_s = 20
    far.emulator.post_by_hand(HANDLE, "First.")
    far.emulator.lag_s = 0
    far.clock.advance(1)
    far.emulator.post_by_hand(HANDLE, "Second.")

    assert ["Second."] == [seen.text for seen in await far.driver.look()]
    far.clock.advance(30)
    assert ["First."] == [seen.text for seen in await far.driver.look()]


async def test_looking_asks_only_for_what_is_new(far):
    """What is read is billed: settled posts are not read again; SEMANTICS 6."""
    far.emulator.post_by_hand(HANDLE, "Good morning.")
    await far.driver.look()
    far.clock.advance(90)
    await far.driver.look()
    before = far.driver._watch.since_id

    assert before is not None
    told = far.emulator.publisher.timeline(
        far.emulator.accounts[HANDLE].user_id, {"since_id": before}
    )
    assert "data" not in told


async def test_a_far_end_that_cannot_be_read_is_health(far):
    """Nobody is told that nothing was posted; SEMANTICS 6."""
    await far.driver.check()
    far.emulator.faults.next(rate_limited(60), on="timeline")

    assert [] == await far.driver.look()
    assert Level.WARNING is far.driver.health().level
    assert "cannot be seen" in far.driver.health().text
