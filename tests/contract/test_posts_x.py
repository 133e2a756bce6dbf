"""What X alone asks of its driver: limits, length, links, clocks and uploads."""

import asyncio
from dataclasses import replace

import pytest

from launchctl.drivers.base import Level
from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.x import XAccount
from launchctl.rehearsal.emulators.x_problems import (
    DUPLICATED,
    NO_CREDIT,
    rate_limited,
    says,
)
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND
from tests.contract.posts_table import NETWORKS, joined
from tests.contract.test_posts_repost import repost


@pytest.fixture
async def far(tmp_path):
    """X's driver and emulator."""
    [network] = [network for network in NETWORKS if network.name == "x"]
    async with joined(network, tmp_path) as far:
        yield far


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        (rate_limited(120), 121),
        (rate_limited(3600, day=True), 3601),
        (rate_limited(None), None),
        (rate_limited(-60), 15),
    ],
    ids=["reset ahead", "reset of the day", "no reset", "reset in the past"],
)
async def test_a_rate_limit_says_when_to_come_back(far, fault, wait_s):
    """The reset is told on N; without a usable one it is a moment, never at once."""
    far.emulator.faults.next(fault)

    outcome = await far.driver.send(far.command("Model 3."))

    assert outcome.answer is Answer.REFUSED
    wait_s = 15 if wait_s is None else wait_s
    assert outcome.retry_at_us == far.clock() + wait_s * SECOND


async def test_a_used_up_window_is_trouble_while_preparing(far):
    """Nought posts left is said a minute early, not at the instant."""
    far.emulator.posts_per_window = 1
    await far.driver.send(far.command("Model 3."))

    trouble = await far.driver.prepare(far.command("Again."))

    assert "0 of 1 posts left" in trouble


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 281, "1 too long for X: it weighs 281"),
        ("車" * 141, "2 too long for X: it weighs 282"),
        ("https://example.com/" + "a" * 300 + " " + "x" * 257, "1 too long"),
        ("x" * 275 + " 🫩", "leave 10 spare"),
        ("$TSLA and $GM", "one cashtag"),
        ("   ", "empty"),
    ],
    ids=["letters", "CJK", "a URL is 23", "emoji", "cashtags", "empty"],
)
async def test_a_text_that_does_not_fit_is_trouble_while_preparing(far, text, words):
    """Length is weighed as X weighs it, and said before anything is sent."""
    assert words in await far.driver.prepare(far.command(text))


@pytest.mark.parametrize("text", ["x" * 280, "車" * 140, "Model 3. $35k.", "é" * 280])
async def test_a_text_that_fits_is_no_trouble(far, text):
    """280 weighted characters after NFC are fine; a price is no cashtag."""
    assert await far.driver.prepare(far.command(text)) is None
    assert (await far.driver.send(far.command(text))).answer is Answer.OK


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.com/m3?a=1&b=2, and https://example.com/m3 too.",
        "See example.com/reveal now",
        'Less < more > & "quotes" &amp; all',
        "Cafe\u0301 décomposé",
        "Two\nlines  and   blanks ",
        "https://example.com/",
        "ends with HTTPS://Example.com/Path",
    ],
)
async def test_what_x_does_to_a_text_does_not_hide_it(far, text):
    """t.co, HTML escapes, NFC: the post is recognised all the same."""
    far.emulator.faults.next(web.DROP_AFTER)
    command = far.command(text)
    await far.driver.send(command)

    assert (await far.driver.read(command)).sight is Sight.FOUND


@pytest.mark.parametrize("ahead_s", [-3600, 0, 3600])
async def test_clocks_that_disagree_do_not_hide_a_post(far, ahead_s):
    """X's instants are taken relative to its own Date header."""
    far.emulator.publisher._now_us = lambda: far.clock() + ahead_s * SECOND
    far.emulator.now_us = lambda: far.clock() + ahead_s * SECOND
    far.emulator.post_by_hand("elonmusk", "Model 3 soon.")
    far.clock.advance(30)
    far.emulator.faults.next(web.DROP_AFTER)
    ours, theirs = far.command("Model 3."), far.command("Model 3 soon.")
    await far.driver.send(ours)

    assert (await far.driver.read(ours)).sight is Sight.FOUND
    assert (await far.driver.read(theirs)).sight is Sight.OLDER


async def test_a_post_is_found_behind_many_newer_ones(far):
    """Reading turns pages as far back as the intent."""
    far.emulator.faults.next(web.DROP_AFTER)
    command = far.command("Model 3.")
    await far.driver.send(command)
    for number in range(130):
        far.clock.advance(0.1)
        far.emulator.post_by_hand("elonmusk", f"and {number}")

    assert (await far.driver.read(command)).sight is Sight.FOUND


async def test_a_large_file_goes_up_in_pieces_and_a_film_is_waited_for(far):
    """1 MiB a piece; a film is ready only when X says so."""
    far.emulator.media.check_after_s = 0
    film = far.picture("film.mp4", size=(5 << 19) + 7)

    assert await far.driver.prepare(far.command("Watch.", media=[film])) is None

    [medium] = far.emulator.media.media.values()
    assert [1 << 20, 1 << 20, (1 << 19) + 7] == [
        len(piece) for _, piece in sorted(medium.parts.items())
    ]
    assert medium.state == "succeeded"


async def test_a_film_that_x_cannot_process_is_trouble(far):
    """Failed processing is said while preparing, and the post is certainly not sent."""
    far.emulator.media.fails = True
    far.emulator.media.check_after_s = 0
    command = far.command("Watch.", media=[far.picture("film.mp4")])

    assert "could not process film.mp4" in await far.driver.prepare(command)
    assert (await far.driver.send(command)).answer is Answer.NOT_SENT
    assert far.emulator.posts == []


async def test_media_that_expired_are_uploaded_again(far):
    """An upload that would not live to be posted is replaced."""
    far.emulator.media.lifetime_s = 3600
    picture = far.picture()
    await far.driver.prepare(far.command("Model 3.", media=[picture]))
    far.clock.advance(3601)

    outcome = await far.driver.send(far.command("Model 3.", media=[picture]))

    assert (Answer.OK, 2) == (outcome.answer, len(far.emulator.media.media))


async def test_media_that_x_no_longer_knows_are_uploaded_for_the_next_attempt(far):
    """A 400 about media is a certain no; the attempt after it brings fresh ones."""
    picture = far.picture()
    await far.driver.prepare(far.command("Model 3.", media=[picture]))
    for medium in far.emulator.media.media.values():
        medium.owner = "somebody"

    first = await far.driver.send(far.command("Model 3.", media=[picture]))
    second = await far.driver.send(far.command("Model 3.", media=[picture], attempt=2))

    assert (Answer.REFUSED, Answer.OK) == (first.answer, second.answer)


async def test_a_file_that_changed_is_not_posted(far):
    """What was approved is bytes: other bytes under the same name are refused."""
    changed = far.picture().model_copy(update={"sha256": "0" * 64})
    command = far.command("Model 3.", media=[changed])

    assert "has changed since" in await far.driver.prepare(command)
    assert (await far.driver.send(command)).answer is Answer.NOT_SENT


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["gone.jpg"], "gone.jpg is not there"),
        (["car.tiff"], "X takes .jpg"),
        (["a.jpg"] * 5, "4 media at most"),
        (["a.jpg", "b.mp4"], "b.mp4 must be alone"),
    ],
)
async def test_media_that_x_does_not_take_are_trouble(far, names, words):
    """Kinds, counts and missing files are said while preparing."""
    media = [far.picture(name) for name in names]
    (far.files / "gone.jpg").unlink(missing_ok=True)

    assert words in await far.driver.prepare(far.command("Hello.", media=media))


@pytest.mark.parametrize("kind", ["initialize", "append", "finalize", "metadata"])
async def test_an_upload_that_fails_leaves_the_post_certainly_unsent(far, kind):
    """Trouble before the post is no doubt about the post."""
    far.emulator.faults.next(says(400, "no"), on=kind, times=2)
    command = far.command("Model 3.", media=[far.picture()])

    assert "could not be uploaded" in await far.driver.prepare(command)
    assert (await far.driver.send(command)).answer is Answer.NOT_SENT
    assert (await far.driver.send(command)).answer is Answer.OK
    assert len(far.emulator.posts) == 1


async def test_asking_who_we_are_may_fail_without_doubt(far):
    """An identity that could not be asked leaves the post certainly unsent."""
    far.emulator.faults.next(web.HTML_503, on="me")

    outcome = await far.driver.send(far.command("Model 3."))

    assert (Answer.NOT_SENT, []) == (outcome.answer, far.emulator.posts)
    assert (await far.driver.send(far.command("Model 3."))).answer is Answer.OK


async def test_a_token_that_may_only_read_is_trouble_early(tmp_path):
    """X says so when it is asked who we are: not first when the post is refused."""
    reader = replace(XAccount.made("elonmusk"), access="read")
    network = replace(NETWORKS[0], make=lambda _handle: reader)
    async with joined(network, tmp_path) as far:
        assert "only read" in await far.driver.prepare(far.command("Model 3."))
        assert (await far.driver.check()).level is Level.BAD
        assert (await far.driver.send(far.command("M."))).answer is Answer.REFUSED


async def test_every_post_comes_over_a_connection_of_its_own(far):
    """A kept connection that died while idle must not make a post doubtful."""
    for number in range(3):
        await far.driver.send(far.command(f"Post {number}."))
    ports = [call.port for call in far.emulator.requests if call.kind == "post"]

    assert len(set(ports)) == 3


async def test_an_upload_goes_on_when_nobody_waits_for_it(far):
    """A film begun while preparing is ready at the instant, however preparing ended."""
    far.emulator.faults.next(web.slow(0.2), on="initialize")
    command = far.command("Watch.", media=[far.picture("film.mp4")])
    far.emulator.media.check_after_s = 0
    preparing = asyncio.create_task(far.driver.prepare(command))
    async with asyncio.timeout(20):
        await far.emulator.faults.slowed.wait()
    preparing.cancel()

    outcome = await far.driver.send(command)

    assert outcome.answer is Answer.OK
    assert len(far.emulator.media.media) == 1


async def test_the_same_text_from_before_is_older_not_ours(far):
    """A text that stood there before the intent is somebody else's doing."""
    far.emulator.post_by_hand(far.network.handle, "Model 3.")
    far.clock.advance(60)
    command = far.command("Model 3.")

    outcome = await far.driver.send(command)
    reading = await far.driver.read(command)

    assert (Answer.UNKNOWN, Sight.OLDER) == (outcome.answer, reading.sight)
    assert reading.receipt.id == far.emulator.posts[0].id


async def test_a_duplicate_is_no_certain_no(far):
    """X's 403 may well speak of our own post: unknown; SEMANTICS 6."""
    far.emulator.faults.next(DUPLICATED)

    outcome = await far.driver.send(far.command("Model 3."))

    assert (Answer.UNKNOWN, []) == (outcome.answer, far.emulator.posts)


async def test_health_says_what_is_left(far):
    """Posts left, and an account without credit."""
    await far.driver.send(far.command("Model 3."))
    assert "99 of 100 posts left" in far.driver.health().text
    far.emulator.faults.next(NO_CREDIT)
    await far.driver.send(far.command("Again."))

    health = far.driver.health()
    assert (Level.BAD, True) == (health.level, "no credit" in health.text)


async def test_looking_asks_only_for_what_is_new(far):
    """What is read is billed: settled posts are not read again; SEMANTICS 6."""
    far.emulator.post_by_hand(far.network.handle, "Good morning.")
    await far.driver.look()
    far.clock.advance(90)
    await far.driver.look()
    before = far.driver._watch.since_id

    assert before is not None
    told = far.emulator.publisher.timeline(
        far.emulator.accounts[far.network.handle].user_id, {"since_id": before}
    )
    assert "data" not in told


async def test_an_older_repost_is_somebody_elses(far):
    """It was there before the intent: superseded; SEMANTICS 6."""
    post = far.emulator.post_by_hand(far.network.other, "A car!")
    await far.driver.send(repost(far, post.id))
    far.clock.advance(60)

    assert Sight.OLDER is (await far.driver.read(repost(far, post.id))).sight
