"""The contract of posts on a real Bluesky server: the same cases as on the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from launchctl.drivers.bluesky.records import is_ours
from launchctl.rehearsal.emulators.web import DROP_AFTER
from launchctl.show.inputs import Answer, Sight
from tests.contract import test_posts, test_posts_by_hand, test_posts_repost
from tests.contract.posts_table import NETWORKS, Far, Network, joined
from tests.pds_fixture import start_pds
from tests.real.pds_network import PdsFarEnd

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(900),  # the first test may have to install the server
]

_LEFT_OUT = frozenset(
    {"test_deadlines_run_on_the_shows_time"}  # the server's own time cannot be paced
)
for _suite in (test_posts, test_posts_by_hand, test_posts_repost):
    for _name in dir(_suite):
        if _name.startswith("test_") and _name not in _LEFT_OUT:
            globals()[_name] = getattr(_suite, _name)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Bluesky's line of the table, with a real server behind it."""
    [emulated] = [network for network in NETWORKS if network.name == "bluesky"]
    with start_pds(tmp_path_factory.mktemp("pds")) as pds:
        accounts = {
            handle: pds.account(handle) for handle in (emulated.handle, emulated.other)
        }
        yield replace(
            emulated,
            make=accounts.__getitem__,
            emulator=lambda accounts, now_us: PdsFarEnd(pds, accounts, now_us),
        )


@pytest.fixture
async def far(network: Network, tmp_path: Path) -> AsyncIterator[Far]:
    """The driver and the way to the server."""
    async with joined(network, tmp_path) as far:
        yield far


far_read = far_keyed = far_replying = far


async def test_forty_posts_behind_lost_answers_are_forty_posts(far: Far) -> None:
    """Each answer is lost once, each send repeated under its key; each post
    stands there once, under a key that no hand makes.
    """
    commands = [
        far.command(f"Post {number}.", key=f"run/-/cue-{number}/0")
        for number in range(40)
    ]
    far.emulator.faults.next(DROP_AFTER, times=len(commands))
    for command in commands:
        assert Answer.UNKNOWN is (await far.driver.send(command)).answer
    for command in commands:
        assert Answer.OK is (await far.driver.send(replace(command, attempt=2))).answer

    assert [f"Post {number}." for number in range(40)] == [
        post.text for post in far.emulator.posts
    ]
    assert all(is_ours(post.id.rpartition("/")[2]) for post in far.emulator.posts)


async def test_another_text_under_the_same_key_is_refused_by_the_server(
    far: Far,
) -> None:
    """The null of swapRecord is really sent: what stands there is not overwritten."""
    await far.driver.send(far.command("Model 3."))
    other = far.command("Model 4.")

    outcome = await far.driver.send(other)

    assert Answer.UNKNOWN is outcome.answer
    assert Sight.OLDER is (await far.driver.read(other)).sight
    assert ["Model 3."] == [post.text for post in far.emulator.posts]
