"""Every example through the real conductor, called by a willing crew; and every
runbook, played by its own script, the week with each of its orders, and once more
with its plan of faults.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.cli.faults import told_fault
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.buyers import Shape
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.pressing import Deed
from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.script import load_script
from launchctl.rehearsal.trouble.injecting import Injected, trouble
from launchctl.rehearsal.trouble.plan import load_plan
from launchctl.rehearsal.willing import willing

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "examples").glob("*.yaml"))
SCRIPTS = sorted((ROOT / "runbooks").glob("*.people.yaml"))
PLANS = sorted((ROOT / "runbooks").glob("*.faults.yaml"))

RED = {
    "action-reply": "to-a-guest is failed",  # it replies to a guest's invented post
    "embargo-topic": "range is parked",  # it waited too long; the approval expired
    "gate-check": "the hold gate:opening is open",  # nobody starts the stream
    "override": "the hold gate:opening is open",  # nobody starts the stream
    "segment": "opening is failed",  # the caller cuts on within its fade
    "wait": "the hold gate:opening is open",  # nobody starts the stream
}
"""What saying yes to everything does not bring to a good end, and why."""


BUYERS = Shape(crowd=10_000, at="T-10m", within="5m")
"""Orders enough for the bounds of every figure."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_comes_to_its_end(file: Path):
    """Tests rehearse all of them. Green; or red for the reason that is known,
    and for no other.
    """
    beside = (shops([BUYERS]), willing)
    done = rehearse(Rehearsal(runbook=file, beside=beside))

    wrong = {
        f"{cue['cue']} is {cue['state']}"
        for cue in done.status["cues"]
        if cue["state"] in {"failed", "parked", "in_doubt"}
    } | {f"the hold {hold['name']} is open" for hold in done.status["holds"]}
    expected = {RED[file.stem]} if file.stem in RED else set()
    assert ("red" if expected else "green", expected) == (done.verdict, wrong)
    assert [] == done.told()["out_of_reach"] + done.told()["not_emulated"]


def test_every_runbook_has_its_script():
    """What follows rehearses all of them: none is left out for want of a script."""
    runbooks = {file.stem for file in (ROOT / "runbooks").glob("*.yaml")}
    played = {script.name.removesuffix(".people.yaml") for script in SCRIPTS}
    assert played == {name for name in runbooks if "." not in name}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_goes_as_its_script_says(script: Path):
    """The plain command's rehearsal is green: no call of the script is
    refused, and nobody is waited for; with buyers no figure is out of its bounds.
    """
    said = load_script(script)
    deeds: list[Deed] = []
    beside = (people(said, deeds), shops(said.audience, script.parent))
    runbook = script.with_name(script.name.replace(".people", ""))
    done = rehearse(Rehearsal(runbook=runbook, beside=beside))

    refused = [(d.step.do, d.step.target, d.reason) for d in deeds if not d.accepted]
    assert ("green", [], []) == (done.verdict, done.nobody_answered, refused)
    assert [] == done.told()["out_of_reach"] + done.told()["not_emulated"]
    if said.audience:
        figures = done.status["figures"]
        assert [] == [name for name in figures if not figures[name]["in_bounds"]]
        assert 325_000 - 2 <= done.status["orders"]["units"] <= 325_000


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
def test_it_comes_through_its_trouble(file: Path):
    """Each fault of the plan happens, and is met where requests have to meet it; the
    show is green all the same, nothing was posted twice, and every figure is right. The
    report tells what came of each.
    """
    name = file.name.removesuffix(".faults.yaml")
    plan, injected = load_plan(file), list[Injected]()
    said, deeds = load_script(file.with_name(f"{name}.people.yaml")), list[Deed]()
    audience = shops(said.audience, file.parent)
    beside = (people(said, deeds), audience, trouble(lambda _: plan, injected))
    runbook = file.with_name(f"{name}.yaml")
    done = rehearse(Rehearsal(runbook=runbook, beside=beside))

    assert [("", True)] * len(plan.plan) == [
        (each.why_not, each.at_us is not None and each.met != 0) for each in injected
    ]
    told = [told_fault(each, done.lines) for each in injected]
    assert [] == [fault["fault"] for fault in told if not fault["then"]]
    assert ("green", []) == (done.verdict, done.nobody_answered)
    posts = [
        post.text
        for network in done.backstage.world.networks.values()
        for post in network.posts
        if post.text
    ]
    assert len(set(posts)) == len(posts)
    figures = done.status["figures"]
    assert [] == [name for name in figures if not figures[name]["in_bounds"]]
