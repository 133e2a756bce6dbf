"""Cue to cue on an OBS, emulated and real: set before each cue, and back again."""

from __future__ import annotations

import pytest

from launchctl.rehearsal.cue_to_cue import Stages
from launchctl.runbook import actions as act
from launchctl.show.cue_to_cue import CueToCue
from tests.obs_far_ends import EmulatedObs, Hall, RealObs
from tests.obs_fixture import COUNTER, MICROPHONE, start_obs
from tests.show.build import T0, book, cue, post, scene


@pytest.fixture(scope="module")
def obs_process(tmp_path_factory):
    """One real OBS for all tests of this file."""
    with start_obs(tmp_path_factory.mktemp("obs")) as process:
        yield process


@pytest.fixture(params=["emulated", pytest.param("real", marks=pytest.mark.real)])
async def obs(request):
    """An OBS on HoldingSlide, with Cut and the microphone open."""
    if request.param == "emulated":
        far_end = EmulatedObs()
    else:
        far_end = RealObs(request.getfixturevalue("obs_process"))
    await far_end.start()
    yield far_end
    await far_end.aclose()


RUNBOOK = book(
    cue(
        "doors",
        scene("Countdown"),
        act.Audio(audio=act.Fader(input=MICROPHONE, open=False)),
        act.Stream(stream="start"),
        act.Record(record="start"),
        at="T-10m",
    ),
    cue(
        "reveal",
        scene("Reveal"),
        act.SetText(text=act.SourceText(source=COUNTER, text="Here it is")),
        act.Visible(visible=act.Visibility(source=COUNTER, scene="Reveal", show=False)),
        act.SetTransition(transition=act.Transition(name="Fade", duration_us=200_000)),
        post(),
        at="T-0",
    ),
    cue(
        "talk",
        scene("Keynote"),
        act.Audio(audio=act.Fader(input=MICROPHONE, open=True)),
        at="T+1m",
    ),
)


async def everything(obs):
    """What an OBS shows, as it says itself to another client."""
    item = await obs.hand("GetSceneItemId", sceneName="Reveal", sourceName=COUNTER)
    shown = await obs.hand("GetSceneItemEnabled", sceneName="Reveal", **item)
    counter = await obs.hand("GetInputSettings", inputName=COUNTER)
    transition = await obs.hand("GetCurrentSceneTransition")
    return {
        "program": (await obs.hand("GetCurrentProgramScene"))[
            "currentProgramSceneName"
        ],
        "text": counter["inputSettings"].get("text", ""),
        "shown": shown["sceneItemEnabled"],
        "muted": (await obs.hand("GetInputMute", inputName=MICROPHONE))["inputMuted"],
        "transition": transition["transitionName"],
        "streams": (await obs.hand("GetStreamStatus"))["outputActive"],
        "records": (await obs.hand("GetRecordStatus"))["outputActive"],
    }


class Console:
    """Answers what is asked, and remembers it."""

    def __init__(self, *, answer=False):
        self.answer = answer
        self.asked = []

    async def __call__(self, question):
        """One question."""
        self.asked.append(question)
        return self.answer


def stages_of(hall):
    """The stage of ``RUNBOOK`` on this OBS."""
    return Stages(RUNBOOK, CueToCue(RUNBOOK, T0), {"stage:main": hall.driver})


async def test_forth_and_back_leaves_each_place_as_it_was(obs):
    """The stage is set to the folded wanted state; back restores exactly."""
    async with Hall(obs.url) as hall:
        stages, ask, seen = stages_of(hall), Console(answer=True), {}
        names = ["doors", "reveal", "talk", None]
        for name in names:
            step = await stages.stand(name, ask)
            assert step.failed == []
            seen[name] = await everything(obs)
        assert seen["doors"]["program"] == "HoldingSlide"
        assert seen["reveal"] == seen["doors"] | {"program": "Countdown", "muted": True}
        assert seen["talk"] == seen["reveal"] | {
            "program": "Reveal",
            "text": "Here it is",
            "shown": False,
            "transition": "Fade",
        }
        assert seen[None] == seen["talk"] | {"program": "Keynote", "muted": False}
        for name in reversed(names):
            await stages.stand(name, ask)
            assert await everything(obs) == seen[name]


async def test_stream_and_recording_stay_as_they_are(obs):
    """Nobody sees a cue-to-cue; what would have started is told."""
    async with Hall(obs.url) as hall:
        step = await stages_of(hall).stand("reveal", Console())
        assert [line.split(":")[1] for line in step.never] == [
            " stream would start",
            " record would start",
        ]
        now = await everything(obs)
        assert (now["streams"], now["records"]) == (False, False)


async def test_a_microphone_opens_only_when_the_console_says_so(obs):
    """What a machine does not decide is asked before, once, and can be declined."""
    async with Hall(obs.url) as hall:
        stages, no = stages_of(hall), Console(answer=False)
        await stages.stand("reveal", no)
        assert no.asked == []
        for _ in range(2):
            step = await stages.stand(None, no)
            assert step.declined
        assert len(no.asked) == 1
        assert MICROPHONE in no.asked[0]
        now = await everything(obs)
        assert (now["muted"], now["program"]) == (True, "Keynote")


async def test_what_is_not_there_fails_by_name_and_the_rest_is_set(obs):
    """A scene that nobody made is what a technical rehearsal is for."""
    runbook = book(
        cue("a", scene("Nowhere"), at="T-1m"),
        cue("b", act.SetText(text=act.SourceText(source=COUNTER, text="b")), at="T-0"),
    )
    async with Hall(obs.url) as hall:
        drivers = {"stage:main": hall.driver}
        stages = Stages(runbook, CueToCue(runbook, T0), drivers)
        step = await stages.stand(None, Console())
        assert ["Nowhere" in sentence for sentence in step.failed] == [True]
        assert (await everything(obs))["text"] == "b"
