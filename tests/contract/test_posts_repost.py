"""Reposts, on every network that has them: sent once, and found again."""

from __future__ import annotations

from dataclasses import replace

from launchctl.rehearsal.emulators.web import DROP_AFTER, DROP_BEFORE
from launchctl.runbook.actions import PostBody, Repost
from launchctl.show.inputs import Answer, Sight


def repost(far, post_id):
    """The command of a repost."""
    body = PostBody.model_validate({"as": "ceo", "text": "repost of one"})
    command = far.command("repost of one", content={"repost": post_id})
    return replace(command, action=Repost(post=body))


async def test_a_repost_gets_a_receipt(far):
    """It stands there once, and is no post of its own text; SEMANTICS 6."""
    post = far.emulator.post_by_hand(far.network.other, "A car!")

    outcome = await far.driver.send(repost(far, post.id))

    assert Answer.OK is outcome.answer
    assert outcome.receipt is not None
    [made] = [one for one in far.emulator.posts if one.repost_of]
    assert (far.network.handle, post.id) == (made.handle, made.repost_of)


async def test_a_lost_answer_is_settled_by_reading(far_read):
    """Found if it arrived, absent if not; nothing is sent twice; SEMANTICS 6."""
    post = far_read.emulator.post_by_hand(far_read.network.other, "A car!")
    command = repost(far_read, post.id)

    far_read.emulator.faults.next(DROP_BEFORE, on="repost")
    assert Answer.UNKNOWN is (await far_read.driver.send(command)).answer
    assert Sight.ABSENT is (await far_read.driver.read(command)).sight

    far_read.emulator.faults.next(DROP_AFTER, on="repost")
    assert Answer.UNKNOWN is (await far_read.driver.send(command)).answer
    reading = await far_read.driver.read(command)
    assert Sight.FOUND is reading.sight
    assert reading.receipt is not None


async def test_a_repost_of_nothing_is_refused(far):
    """A certain no; SEMANTICS 6."""
    outcome = await far.driver.send(repost(far, "12345678"))

    assert Answer.REFUSED is outcome.answer


async def test_a_repost_is_no_hand(far_read):
    """Reposts are not looked at as posts made by hand; SEMANTICS 6."""
    post = far_read.emulator.post_by_hand(far_read.network.other, "A car!")
    await far_read.driver.send(repost(far_read, post.id))

    assert [] == await far_read.driver.look()
