"""What every post driver promises, run on every network of the table."""

import asyncio
import json
import logging
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from launchctl.clock import Origin, new_loop
from launchctl.drivers.base import Level
from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.web import Fault
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND
from tests.contract.posts_table import Says, joined

HANGS = [web.HANG_BEFORE, web.HANG_AFTER]
UNAUTHORIZED = Says(401, "Unauthorized")
UNKNOWN = [
    web.DROP_BEFORE,
    web.DROP_AFTER,
    web.EMPTY_503,
    web.EMPTY_503.after_commit(),
    web.HTML_503,
    web.HTML_503.after_commit(),
    Says(503, "Service Unavailable"),
    Says(503, "Service Unavailable", commit=True),
    web.HTML_200,
    web.HTML_200.after_commit(),
    web.HTML_403,
    web.GARBAGE_200,
    web.GARBAGE_200.after_commit(),
    Says(200, "without an id"),
    web.REDIRECT,
    web.REDIRECT.after_commit(),
    Fault("empty 429", status=429),
]
REFUSED = [
    Says(400, "text: is not valid"),
    UNAUTHORIZED,
    Says(403, "Not permitted."),
    Says(429, "Too Many Requests"),
]
FAULTS = UNKNOWN + REFUSED
ECHO = Fault(
    "a proxy that echoes the request",
    status=403,
    body=lambda request: json.dumps(
        {text: str(dict(request.headers)) for text in ("detail", "error", "message")}
    ).encode(),
    content_type="application/json",
)


def named(fault):
    """A fault's name, for the test's."""
    return fault.name


async def test_a_post_is_sent_once_and_gives_its_receipt(far):
    """Ok means: one post stands there, and its id and address came back."""
    command = far.command("Model 3. $35k.")

    outcome = await far.driver.send(command)

    assert outcome.answer is Answer.OK
    [post] = far.emulator.posts
    assert (outcome.receipt.id, post.text) == (post.id, "Model 3. $35k.")
    assert outcome.receipt.url == far.network.where(far.network.handle, post.id)
    assert outcome.sent_us is not None
    assert outcome.confirmed_us >= outcome.sent_us


async def test_credentials_of_another_account_post_nothing(network, tmp_path):
    """The account that answers must be the runbook's handle; else refused, unsent."""
    async with joined(network, tmp_path, handle=network.nobody) as far:
        trouble = await far.driver.prepare(far.command("Hello."))
        outcome = await far.driver.send(far.command("Hello."))

        assert outcome.answer is Answer.REFUSED
        for sentence in (trouble, outcome.detail, far.driver.health().text):
            assert f"{network.shown(network.handle)}'s" in sentence
            assert network.shown(network.nobody) in sentence
        assert far.driver.health().level is Level.BAD
        assert "me" in {request.kind for request in far.emulator.requests}
        assert "post" not in {request.kind for request in far.emulator.requests}


async def test_a_handle_is_the_same_however_it_is_written(network, tmp_path):
    """``@ElonMusk`` and ``elonmusk`` are one account, where the network says so."""
    for written in network.same:
        async with joined(network, tmp_path, handle=written) as far:
            assert (await far.driver.send(far.command("Hello."))).answer is Answer.OK


async def test_missing_credentials_are_named_and_nothing_is_asked(network, tmp_path):
    """What is missing is said by name, early, and the driver refuses loudly."""
    *there, last = network.accounts()[0].values()
    some = dict.fromkeys(there, "there")
    async with joined(network, tmp_path, credentials=some) as far:
        trouble = await far.driver.prepare(far.command("Hello."))
        outcome = await far.driver.send(far.command("Hello."))
        health = await far.driver.check()

        assert outcome.answer is Answer.NOT_SENT
        assert health.level is Level.BAD
        for sentence in (trouble, outcome.detail, health.text):
            assert last in sentence
        assert far.emulator.requests == []


@pytest.mark.parametrize("fault", UNKNOWN, ids=named)
async def test_anything_that_is_no_clean_answer_is_unknown(far, fault):
    """Drops, HTML, garbage, redirects, 5xx and duplicates: nobody knows, so we do
    not either.
    """
    far.emulator.faults.next(far.fault(fault))

    outcome = await far.driver.send(far.command("Model 3."))

    assert outcome.answer is Answer.UNKNOWN
    assert outcome.sent_us is not None
    assert outcome.receipt is None
    assert outcome.detail
    kinds = [request.kind for request in far.emulator.requests]
    assert (1, 0) == (kinds.count("post"), kinds.count("other"))


@pytest.mark.parametrize("fault", HANGS, ids=named)
async def test_no_answer_before_the_deadline_is_unknown(far, fault):
    """The command's deadline ends the wait, not the network's patience."""
    await far.driver.prepare(far.command("Model 3."))
    far.emulator.faults.next(far.fault(fault))

    outcome = await far.driver.send(far.command("Model 3.", limit_s=1.0))

    assert (Answer.UNKNOWN, True) == (outcome.answer, "in time" in outcome.detail)


@pytest.mark.parametrize("fault", REFUSED, ids=named)
async def test_the_networks_own_no_is_refused(far, fault):
    """A refusal in the network's own words is certain: nothing was published."""
    far.emulator.faults.next(far.fault(fault))

    outcome = await far.driver.send(far.command("Model 3."))

    assert outcome.answer is Answer.REFUSED
    assert str(fault.status) in outcome.detail
    assert far.emulator.posts == []


async def test_no_connection_means_certainly_not_sent(network, tmp_path):
    """If nobody listens, no byte left; that is certain, and no case for doubt."""
    async with joined(network, tmp_path) as far:
        await far.driver.prepare(far.command("Model 3."))
        await far.emulator.aclose()

        outcome = await far.driver.send(far.command("Model 3."))

        assert (Answer.NOT_SENT, None) == (outcome.answer, outcome.sent_us)
        assert far.driver.health().level is Level.OFFLINE


async def test_a_deadline_in_the_past_sends_nothing(far):
    """Too late is not sent, whatever the network would say."""
    outcome = await far.driver.send(far.command("Model 3.", limit_s=-1.0))

    assert (Answer.NOT_SENT, []) == (outcome.answer, far.emulator.requests)


@pytest.mark.parametrize(
    "fault", [f for f in UNKNOWN if f.commit] + [web.HANG_AFTER], ids=named
)
async def test_a_post_behind_a_lost_answer_is_found(far_read, fault):
    """Published, but the answer was lost: reading finds its receipt."""
    await far_read.driver.prepare(far_read.command("Model 3."))
    far_read.emulator.faults.next(far_read.fault(fault))
    command = far_read.command(
        "Model 3. See https://example.com/m3 & more", limit_s=1.0
    )
    await far_read.driver.send(command)

    reading = await far_read.driver.read(command)

    assert reading.sight is Sight.FOUND
    assert reading.receipt.id == far_read.emulator.posts[0].id


@pytest.mark.parametrize("fault", [f for f in UNKNOWN if not f.commit], ids=named)
async def test_a_post_that_never_was_is_absent(far_read, fault):
    """Nothing published: reading says so, and sends nothing."""
    far_read.emulator.faults.next(far_read.fault(fault))
    command = far_read.command("Model 3.")
    await far_read.driver.send(command)

    assert (await far_read.driver.read(command)).sight is Sight.ABSENT
    assert far_read.emulator.posts == []


async def test_a_late_timeline_shows_the_post_later(far_read):
    """Absent now is not absent for good: the lag has to pass."""
    far_read.emulator.lag_s = 6.0
    far_read.emulator.faults.next(web.DROP_AFTER)
    command = far_read.command("Model 3.")
    await far_read.driver.send(command)

    before = await far_read.driver.read(command)
    far_read.clock.advance(6.0)
    after = await far_read.driver.read(command)

    first = Sight.ABSENT if far_read.network.lags else Sight.FOUND
    assert (first, Sight.FOUND) == (before.sight, after.sight)


async def test_another_text_is_never_taken_for_ours(far_read):
    """Posts by hand, by others or with other words do not settle a doubt."""
    far_read.emulator.faults.next(web.DROP_BEFORE)
    command = far_read.command("Model 3.")
    await far_read.driver.send(command)
    far_read.emulator.post_by_hand(far_read.network.handle, "Model 3!")
    far_read.emulator.post_by_hand(far_read.network.handle, "model 3.")
    far_read.emulator.post_by_hand(far_read.network.other, "Model 3.")

    assert (await far_read.driver.read(command)).sight is Sight.ABSENT


@pytest.mark.parametrize("fault", [web.HTML_503, web.DROP_BEFORE, UNAUTHORIZED])
async def test_a_far_end_that_cannot_be_read_says_so(far_read, fault):
    """Not being able to look is not the same as seeing nothing."""
    command = far_read.command("Model 3.")
    await far_read.driver.send(command)
    far_read.emulator.faults.next(far_read.fault(fault), on="timeline", times=2)

    assert (await far_read.driver.read(command)).sight is Sight.UNREADABLE


async def test_a_picture_is_uploaded_while_preparing(far):
    """Preparing uploads and describes; the instant only posts."""
    command = far.command("Model 3.", media=[far.picture()])
    assert await far.driver.prepare(command) is None
    asked = len(far.emulator.requests)

    outcome = await far.driver.send(command)

    assert outcome.answer is Answer.OK
    assert ["post"] == [request.kind for request in far.emulator.requests[asked:]]
    [medium] = far.emulator.posts[0].media
    assert (medium.alt, medium.content()) == (
        "A red car",
        (far.files / "car.jpg").read_bytes(),
    )


async def test_a_post_with_its_picture_is_found_and_without_it_is_not(far_read):
    """Same words without the picture are another post."""
    far_read.emulator.faults.next(web.DROP_BEFORE)
    command = far_read.command("Model 3.", media=[far_read.picture()])
    await far_read.driver.send(command)
    far_read.emulator.post_by_hand(far_read.network.handle, "Model 3.")
    assert (await far_read.driver.read(command)).sight is Sight.ABSENT

    other = far_read.command("Here it is.", media=[far_read.picture()])
    far_read.emulator.faults.next(web.DROP_AFTER)
    await far_read.driver.send(other)
    assert (await far_read.driver.read(other)).sight is Sight.FOUND


async def test_a_reply_answers_its_post_and_is_found_as_reply(far_replying):
    """A reply carries the receipt id it answers, and is told from a plain post."""
    first = await far_replying.driver.send(far_replying.command("Model 3."))
    content = {"reply_to": first.receipt.id}
    far_replying.emulator.faults.next(web.DROP_AFTER)
    reply = far_replying.command("More soon.", key="run/-/reply/0", content=content)
    await far_replying.driver.send(reply)

    assert far_replying.emulator.posts[1].reply_to == first.receipt.id
    found = await far_replying.driver.read(reply)
    assert found.receipt.id == far_replying.emulator.posts[1].id
    plain = far_replying.command("More soon.", key="run/-/plain/0")
    assert (await far_replying.driver.read(plain)).sight is Sight.ABSENT


@pytest.mark.parametrize("lag_s", [0.0, 6.0], ids=["prompt", "lagging"])
@pytest.mark.parametrize("fault", [*FAULTS, *HANGS], ids=named)
async def test_one_command_never_stands_there_twice(far_read, fault, lag_s):
    """Sent again only after a certain no, and read where unknown: one post at most,
    and none in doubt that was published.
    """
    await far_read.driver.prepare(far_read.command("Model 3."))
    far_read.emulator.lag_s = lag_s
    far_read.emulator.faults.next(far_read.fault(fault))
    command = far_read.command("Model 3.", limit_s=1.0)

    outcome = await far_read.driver.send(command)
    if outcome.answer in (Answer.REFUSED, Answer.NOT_SENT):
        outcome = await far_read.driver.send(far_read.command("Model 3.", attempt=2))
        assert outcome.answer is Answer.OK
    found = outcome.answer is Answer.OK
    for _ in range(4):
        if not found:
            found = (await far_read.driver.read(command)).sight is Sight.FOUND
            far_read.clock.advance(2.0)

    assert int(found) == len(far_read.emulator.posts)


async def test_a_successor_finds_what_its_predecessor_left(far_read):
    """A new process knows nothing but the intent, and that is enough."""
    far_read.emulator.faults.next(web.DROP_AFTER)
    command = far_read.command("Model 3.")
    await far_read.driver.send(command)

    async with AsyncExitStack() as stack:
        successor = far_read.successor()
        await successor.start(stack)
        reading = await successor.read(command)

    assert (Sight.FOUND, far_read.emulator.posts[0].id) == (
        reading.sight,
        reading.receipt.id,
    )


def test_deadlines_run_on_the_shows_time(readable, tmp_path):
    """On a loop paced fiftyfold ten seconds are the show's, not the machine's."""
    origin = Origin.here(speed=50.0)

    async def hang():
        async with joined(readable, tmp_path, clock=origin.now_us) as far:
            await far.driver.prepare(far.command("Model 3."))
            far.emulator.faults.next(web.HANG_AFTER)
            command = far.command("Model 3.", limit_s=30.0)
            outcome = await far.driver.send(command)
            waited_us = origin.now_us() - command.sent_after_us
            return outcome, waited_us, await far.driver.read(command)

    with asyncio.Runner(loop_factory=lambda: new_loop(50.0)) as runner:
        outcome, waited_us, reading = runner.run(hang())

    assert (Answer.UNKNOWN, Sight.FOUND) == (outcome.answer, reading.sight)
    assert waited_us >= 29 * SECOND


async def test_a_cancelled_send_is_not_called_a_no(far_read):
    """Cancelled in mid-air: the caller is told, and reading finds what was left."""
    await far_read.driver.prepare(far_read.command("Model 3."))
    far_read.emulator.faults.next(web.HANG_AFTER)
    command = far_read.command("Model 3.")
    sending = asyncio.create_task(far_read.driver.send(command))
    async with asyncio.timeout(20):
        await far_read.emulator.faults.hanging.wait()
    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert (await far_read.driver.read(command)).sight is Sight.FOUND


async def test_no_secret_is_ever_shown(far, caplog):
    """Whatever the far end echoes, and however loud the logs: no secret anywhere."""
    caplog.set_level(logging.DEBUG)
    seen = []
    for kind in far.network.kinds:
        for fault in [ECHO, *FAULTS]:
            key = f"r/{kind}/{fault.name}"
            command = far.command("Model 3.", media=[far.picture()], key=key)
            far.emulator.faults.next(far.fault(fault), on=kind)
            seen.append(await far.driver.prepare(command))
            far.emulator.faults.next(far.fault(fault), on=kind)
            seen.append(await far.driver.send(command))
            seen.append(await far.driver.read(command))
            seen.append(await far.driver.check())
            seen.append(far.driver.health())
    everything = f"{seen!r} {far.driver!r} {vars(far.driver)['_far']!r} {caplog.text}"

    for secret in far.secrets.credentials.values():
        assert secret not in everything
    assert "launchctl" not in caplog.text


async def test_health_says_who_answers(far):
    """Health is a level and a sentence, known without asking anybody."""
    assert far.driver.health().level is Level.OFFLINE
    assert (await far.driver.check()).level is Level.GOOD
    await far.driver.send(far.command("Model 3."))

    assert far.driver.health().level is Level.GOOD
    assert far.network.shown(far.network.handle) in far.driver.health().text
    far.emulator.faults.next(far.fault(UNAUTHORIZED))
    await far.driver.send(far.command("Again.", key="run/-/again/0"))
    assert far.driver.health().level is Level.BAD


@pytest.mark.parametrize("fault", [*UNKNOWN, *HANGS], ids=named)
async def test_an_unknown_send_may_be_sent_again_under_its_key(far_keyed, fault):
    """SEMANTICS 6 (a): the same command again is the same post, whether the first
    attempt arrived or not; and its receipt comes back.
    """
    await far_keyed.driver.prepare(far_keyed.command("Model 3."))
    far_keyed.emulator.faults.next(far_keyed.fault(fault))
    first = far_keyed.command("Model 3.", limit_s=1.0)
    assert (await far_keyed.driver.send(first)).answer is Answer.UNKNOWN

    far_keyed.clock.advance(61)
    again = replace(
        first, attempt=2, deadline_us=far_keyed.clock() + 10 * SECOND
    )  # of the same intent: only the deadline is new
    outcome = await far_keyed.driver.send(again)

    assert outcome.answer is Answer.OK
    assert [outcome.receipt.id] == [post.id for post in far_keyed.emulator.posts]
