"""What LinkedIn alone asks of its driver: no way back, reserved characters, expiry."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchctl.drivers.base import Level, Watching
from launchctl.drivers.linkedin.text import escaped
from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.linkedin import published
from launchctl.show.inputs import Answer, Sight
from launchctl.times import HOUR
from tests.contract.posts_table import NETWORKS, joined

[LINKEDIN] = [network for network in NETWORKS if network.name == "linkedin"]


@pytest.fixture
async def far(tmp_path):
    """LinkedIn's driver and emulator."""
    async with joined(LINKEDIN, tmp_path) as far:
        yield far


@pytest.mark.parametrize("fault", [web.DROP_BEFORE, web.DROP_AFTER])
async def test_what_cannot_be_read_stays_in_doubt(far, fault):
    """Own posts are not shown to us: absent is never claimed, nor found."""
    far.emulator.faults.next(fault)
    command = far.command("Lumo.")
    assert (await far.driver.send(command)).answer is Answer.UNKNOWN

    reading = await far.driver.read(command)

    assert (Sight.UNREADABLE, None) == (reading.sight, reading.receipt)
    assert not isinstance(far.driver, Watching)


async def test_a_duplicate_names_a_post_and_proves_nothing(far):
    """422 DUPLICATE_POST: the URN is shown to the person who decides, not believed."""
    twin = far.emulator.post_by_hand(far.network.handle, "Lumo.")
    command = far.command("Lumo.")

    outcome = await far.driver.send(command)
    reading = await far.driver.read(command)

    assert (Answer.UNKNOWN, Sight.UNREADABLE) == (outcome.answer, reading.sight)
    assert twin.id in outcome.detail
    assert twin.id in reading.detail
    assert 1 == len(far.emulator.posts)


async def test_no_character_ends_the_text(far):
    """Unescaped, LinkedIn would publish the text up to the first bracket."""
    text = (
        "Lumo (in jeden Flur) | 8.990 € *neu* #Energie @Husum {x} [y] <z> a_b ~ C# \\"
    )
    assert (await far.driver.send(far.command(text))).answer is Answer.OK
    assert [text] == [post.text for post in far.emulator.posts]


@given(st.text())
def test_every_text_comes_through_whole(text):
    """Whatever it holds; a hashtag stays one."""
    assert text == published(escaped(text))


async def test_several_pictures_go_together(far):
    """One is ``media``, more are ``multiImage``; each with its words."""
    media = [far.picture("a.jpg"), far.picture("b.png")]
    assert await far.driver.prepare(far.command("Lumo.", media=media)) is None
    assert (
        await far.driver.send(far.command("Lumo.", media=media))
    ).answer is Answer.OK
    assert 2 == len(far.emulator.posts[0].media)


async def test_an_organisation_is_known_by_who_administers_it(tmp_path):
    """Its token is a person's; the roles tell for whom it may post."""
    page = replace(LINKEDIN, handle="urn:li:organization:12")
    async with joined(page, tmp_path) as far:
        assert (await far.driver.check()).level is Level.GOOD
        assert (await far.driver.send(far.command("Lumo."))).answer is Answer.OK


async def test_a_token_that_ends_soon_is_trouble_early(tmp_path):
    """Asked where the client's own secret is there, and said while preparing."""
    values = LINKEDIN.accounts()[0].values()
    client = {"CLIENT_ID": "app", "CLIENT_SECRET": "a client's secret"}
    async with joined(LINKEDIN, tmp_path, credentials={**values, **client}) as far:
        assert await far.driver.prepare(far.command("Lumo.")) is None
        far.emulator.token_lives_us = HOUR
        assert "its token ends at" in await far.driver.prepare(far.command("Lumo."))


async def test_the_token_goes_to_nobody_else(far):
    """An upload's address that is not LinkedIn's gets nothing."""
    far.emulator.url = "http://198.51.100.7"
    command = far.command("Lumo.", media=[far.picture()])
    assert "could not be uploaded" in await far.driver.prepare(command)
