"""The other networks in trouble, through the whole conductor: the cue, and how many
posts lie there. The table is that of docs/far-ends.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from launchctl.rehearsal.emulators import web
from tests.conducted import T0, Conducted, conduct, show_clock
from tests.contract.posts_table import NETWORKS, Network, Says
from tests.contract.trouble_table import rows, side_by_side

SHOW = """\
runbook: 1
title: A post, and its network in trouble
timezone: UTC
t0: {t0}
accounts:
  ceo:
    network: {network}
    handle: "{handle}"
    credentials: {{env: CEO}}
    api: "{api}"
cues:
  - cue: reveal-post
    at: T-0
    late: {{within: 2m, else: park}}
    do: [{{post: {{as: ceo, text: "Model 3."}}}}]
  - {{cue: close, at: T+150s, do: [{{end: show}}]}}
"""
FAULTS: dict[str, web.Fault | Says] = {
    "401 at every try": Says(401),
    "HTML 503 before the commit": web.HTML_503,
    "HTML 503 after the commit": web.HTML_503.after_commit(),
    "garbage in a 200, posted": web.GARBAGE_200.after_commit(),
    "dropped before the commit": web.DROP_BEFORE,
    "dropped after the commit": web.DROP_AFTER,
    "a hang after the commit": web.HANG_AFTER,
}
OTHERS = [network for network in NETWORKS if network.name != "x"]


@dataclass(frozen=True)
class Case:
    """A network, and how it goes wrong."""

    network: Network
    fault: web.Fault | Says


CASES = {
    (network.name, name): Case(network, fault)
    for network in OTHERS
    for name, fault in FAULTS.items()
}


async def play(case: Case, folder: Path) -> str:
    """Conduct the show of one case: the cue's state, and the posts that lie there."""
    folder.mkdir()
    origin = show_clock()
    network, fault = case.network, case.fault
    accounts = network.accounts()
    far = network.emulator(accounts, origin.now_us)
    await far.start()
    wrong = fault.by(network) if isinstance(fault, Says) else fault
    far.faults.next(wrong, times=99 if isinstance(fault, Says) else 1)

    async def people(show: Conducted) -> None:
        await show.at(149)
        await show.look()

    text = SHOW.format(t0=T0, network=network.name, handle=network.handle, api=far.url)
    environ = {f"CEO_{name}": value for name, value in accounts[0].values().items()}
    try:
        show = await conduct(text, folder, environ, origin, people)
    finally:
        await far.aclose()
    return f"{show.cue('reveal-post')['state']}, {len(far.posts)}"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Every case, played side by side."""
    return side_by_side(CASES, play, tmp_path_factory.mktemp("networks"))


def told() -> dict[tuple[str, str], str]:
    """The table of docs/far-ends.md, by network and fault."""
    return {
        (network.name, fault): cell
        for fault, *cells in rows("networks")
        for network, cell in zip(OTHERS, cells, strict=True)
    }


def test_every_fault_stands_in_the_table() -> None:
    """docs/far-ends.md tells of each fault that is played here, and of no other."""
    assert set(CASES) == set(told())


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_a_fault_has_its_outcome(
    case: tuple[str, str], results: dict[tuple[str, str], str]
) -> None:
    """SEMANTICS 6, Sending once: under a key it is sent again, and stands there once;
    without a key and unreadable it is in doubt. Never two.
    """
    assert told()[case] == results[case]
    assert results[case][-1] in "01"
