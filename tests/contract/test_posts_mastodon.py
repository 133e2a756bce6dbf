"""What Mastodon alone asks of its driver: keys, each server's limits, HTML, media."""

import asyncio

import pytest

from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.mastodon_words import rate_limited
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND
from tests.contract.posts_table import NETWORKS, joined


@pytest.fixture
async def far(tmp_path):
    """Mastodon's driver and emulator."""
    [network] = [network for network in NETWORKS if network.name == "mastodon"]
    async with joined(network, tmp_path) as far:
        yield far


async def test_a_key_that_breaks_is_settled_by_the_accounts_own_posts(far):
    """A key used again has been answered by a 500: unknown, and reading finds it."""
    far.emulator.key_breaks = True
    far.emulator.faults.next(web.DROP_AFTER)
    command = far.command("Lumo ist da.")
    await far.driver.send(command)

    again = await far.driver.send(command)

    assert (Answer.UNKNOWN, Sight.FOUND) == (
        again.answer,
        (await far.driver.read(command)).sight,
    )
    assert 1 == len(far.emulator.posts)


async def test_the_servers_own_limit_counts(far):
    """Asked of the server while preparing; a URL counts 23."""
    far.emulator.max_characters = 60
    url = "https://nordwerk.example/" + "a" * 60
    assert await far.driver.prepare(far.command("x" * 36 + " " + url)) is None
    assert "1 too long" in await far.driver.prepare(far.command("x" * 37 + " " + url))


@pytest.mark.parametrize(
    "text",
    [
        "Zwei\nZeilen\n\nund ein Absatz",
        'Fisch & <Chips> "heute"',
        "Siehe https://nordwerk.example/lumo?a=1&b=2, jetzt",
        "Danke @anna@other.example und @tom #Energie",
        "Grüße 👨‍👩‍👧",
    ],
)
async def test_what_mastodon_does_to_a_text_does_not_hide_it(far, text):
    """It comes back as HTML: the post is recognised all the same."""
    far.emulator.faults.next(web.DROP_AFTER)
    command = far.command(text)
    await far.driver.send(command)

    assert (await far.driver.read(command)).sight is Sight.FOUND


async def test_a_medium_is_waited_for_until_it_is_digested(far):
    """202, then 206 until it is done; a post that shows it earlier would be refused."""
    far.emulator.digest_s = 5.0
    command = far.command("Lumo.", media=[far.picture()])
    preparing = asyncio.create_task(far.driver.prepare(command))
    async with asyncio.timeout(20):
        while "media" not in {request.kind for request in far.emulator.requests}:
            await asyncio.sleep(0)
    far.clock.advance(5.0)

    assert await preparing is None
    assert (await far.driver.send(command)).answer is Answer.OK


async def test_a_rate_limit_says_when_to_come_back(far):
    """Its reset is an instant, and told on N."""
    far.emulator.faults.next(rate_limited(120))

    outcome = await far.driver.send(far.command("Lumo."))

    assert outcome.answer is Answer.REFUSED
    assert far.clock() + 121 * SECOND == outcome.retry_at_us


async def test_the_same_text_of_yesterday_is_not_taken_for_ours(far):
    """Mastodon refuses no doubles: an older one settles nothing."""
    far.emulator.post_by_hand(far.network.handle, "Guten Morgen.")
    far.clock.advance(60)
    far.emulator.faults.next(web.DROP_BEFORE)
    command = far.command("Guten Morgen.")
    await far.driver.send(command)

    assert (await far.driver.read(command)).sight is Sight.ABSENT
