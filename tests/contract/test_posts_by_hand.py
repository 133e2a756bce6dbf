"""Every network that can be watched: what its owner posts by hand is seen, once."""

from __future__ import annotations

from contextlib import AsyncExitStack

from launchctl.drivers.base import Level
from launchctl.rehearsal.emulators.web import DROP_AFTER
from launchctl.show.inputs import Answer, PostSeen
from launchctl.times import SECOND
from tests.contract.posts_table import Says


async def test_a_post_by_hand_is_seen_once(far_read):
    """With id, address, text as written and its instant; SEMANTICS 6, hands."""
    assert [] == await far_read.driver.look()
    far_read.clock.advance(10)
    made = far_read.emulator.post_by_hand(
        far_read.network.handle, "Fish & chips: https://tesla.example/m3"
    )
    far_read.clock.advance(1)

    [seen] = await far_read.driver.look()

    assert isinstance(seen, PostSeen)
    assert ("ceo", made.id, False) == (seen.account, seen.id, seen.reply)
    assert "Fish & chips: https://tesla.example/m3" == seen.text
    assert abs(seen.at_us - made.at_us) <= SECOND
    handle = far_read.network.handle
    assert far_read.network.where(handle, made.id) == seen.url
    assert [] == await far_read.driver.look()


async def test_our_own_posts_are_not_reported(far_read):
    """What this driver sent is no hand, also if its answer was lost; SEMANTICS 6."""
    await far_read.driver.send(far_read.command("Model 3."))
    far_read.emulator.faults.next(DROP_AFTER)
    lost = await far_read.driver.send(
        far_read.command("And one more: https://tesla.example/x")
    )

    assert Answer.UNKNOWN is lost.answer
    assert [] == await far_read.driver.look()


async def test_what_a_predecessor_left_open_is_ours(far_read):
    """A successor that settles an intent knows its words; SEMANTICS 6."""
    command = far_read.command("Model 3.")
    await far_read.driver.send(command)
    successor = far_read.successor()
    async with AsyncExitStack() as stack:
        await successor.start(stack)
        await successor.read(command)
        assert [] == await successor.look()


async def test_a_reply_is_told_apart(far_read):
    """An answer to somebody is no announcement; SEMANTICS 6."""
    other = far_read.emulator.post_by_hand(far_read.network.other, "Is it true?")
    far_read.emulator.post_by_hand(
        far_read.network.handle, "Wait for it.", reply_to=other.id
    )

    [seen] = await far_read.driver.look()

    assert seen.reply


async def test_old_posts_are_no_news(far_read):
    """What stood there for more than half an hour; SEMANTICS 6."""
    far_read.emulator.post_by_hand(far_read.network.handle, "Good morning.")
    far_read.clock.advance(1801)

    assert [] == await far_read.driver.look()


async def test_a_timeline_that_lags_is_read_again(far_read):
    """An older post that turns up after a newer one is seen too; SEMANTICS 6."""
    far_read.emulator.lag_s = 20
    far_read.emulator.post_by_hand(far_read.network.handle, "First.")
    far_read.emulator.lag_s = 0
    far_read.clock.advance(1)
    far_read.emulator.post_by_hand(far_read.network.handle, "Second.")

    seen = [post.text for post in await far_read.driver.look()]
    if far_read.network.lags:
        assert ["Second."] == seen
        far_read.clock.advance(30)
        seen += [post.text for post in await far_read.driver.look()]
    assert {"First.", "Second."} == set(seen)
    assert 2 == len(seen)


async def test_a_far_end_that_cannot_be_read_is_health(far_read):
    """Nobody is told that nothing was posted; SEMANTICS 6."""
    await far_read.driver.check()
    far_read.emulator.faults.next(
        far_read.fault(Says(429, "Too Many Requests")), on="timeline"
    )

    assert [] == await far_read.driver.look()
    assert Level.WARNING is far_read.driver.health().level
    assert "cannot be seen" in far_read.driver.health().text
