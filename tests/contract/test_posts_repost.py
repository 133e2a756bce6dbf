"""Reposts, on every network that has them: sent once, and found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launchctl.rehearsal.emulators.web import DROP_AFTER, DROP_BEFORE
from launchctl.runbook.actions import PostBody, Repost
from launchctl.show.inputs import Answer, Sight
from tests.contract.posts_table import HANDLE, NETWORKS, joined


@pytest.fixture(params=NETWORKS, ids=lambda network: network.name)
async def far(request, tmp_path):
    """A driver and its emulator."""
    async with joined(request.param, tmp_path) as far:
        yield far


def repost(far, post_id):
    """The command of a repost."""
    body = PostBody.model_validate({"as": "ceo", "text": "repost of one"})
    command = far.command("repost of one", content={"repost": post_id})
    return replace(command, action=Repost(post=body))


async def test_a_repost_gets_a_receipt(far):
    """It stands there once, and is no post of its own text; SEMANTICS 6."""
    post = far.emulator.post_by_hand("somebody", "A car!")

    outcome = await far.driver.send(repost(far, post.id))

    assert Answer.OK is outcome.answer
    assert outcome.receipt is not None
    [made] = [one for one in far.emulator.posts if one.repost_of]
    assert (HANDLE, post.id) == (made.handle, made.repost_of)


async def test_a_lost_answer_is_settled_by_reading(far):
    """Found if it arrived, absent if not; nothing is sent twice; SEMANTICS 6."""
    post = far.emulator.post_by_hand("somebody", "A car!")
    command = repost(far, post.id)

    far.emulator.faults.next(DROP_BEFORE, on="repost")
    assert Answer.UNKNOWN is (await far.driver.send(command)).answer
    assert Sight.ABSENT is (await far.driver.read(command)).sight

    far.emulator.faults.next(DROP_AFTER, on="repost")
    assert Answer.UNKNOWN is (await far.driver.send(command)).answer
    reading = await far.driver.read(command)
    assert Sight.FOUND is reading.sight
    assert reading.receipt is not None


async def test_an_older_repost_is_somebody_elses(far):
    """It was there before the intent: superseded; SEMANTICS 6."""
    post = far.emulator.post_by_hand("somebody", "A car!")
    await far.driver.send(repost(far, post.id))
    far.clock.advance(60)

    assert Sight.OLDER is (await far.driver.read(repost(far, post.id))).sight


async def test_a_repost_of_nothing_is_refused(far):
    """A certain no; SEMANTICS 6."""
    outcome = await far.driver.send(repost(far, "12345678"))

    assert Answer.REFUSED is outcome.answer


async def test_a_repost_is_no_hand(far):
    """Reposts are not looked at as posts made by hand; SEMANTICS 6."""
    post = far.emulator.post_by_hand("somebody", "A car!")
    await far.driver.send(repost(far, post.id))

    assert [] == await far.driver.look()
