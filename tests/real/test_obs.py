"""Real OBS, witnessed from outside: by another client and by pixels of the program."""

import asyncio

import pytest
from obswebsocket import events

from launchctl.runbook.actions import Scene, SetText, SourceText, Transition
from launchctl.show.inputs import Answer
from tests.obs_far_ends import HANG_S, Hall, RealObs
from tests.obs_fixture import COLOURS, COUNTER, HEIGHT, WIDTH, start_obs

pytestmark = pytest.mark.real

CORNER = (WIDTH - 20, 20)


@pytest.fixture(scope="module")
def obs_process(tmp_path_factory):
    """One real OBS for all tests of this file."""
    with start_obs(tmp_path_factory.mktemp("obs")) as process:
        yield process


@pytest.fixture
async def obs(obs_process):
    """Real OBS, its program on the virtual screen."""
    far_end = RealObs(obs_process)
    await far_end.start()
    await show_the_program(far_end)
    yield far_end
    await far_end.aclose()


async def show_the_program(obs):
    """Open a projector over the whole virtual screen."""
    await obs.hand(
        "OpenVideoMixProjector",
        videoMixType="OBS_WEBSOCKET_VIDEO_MIX_TYPE_PROGRAM",
        monitorIndex=0,
    )


async def see(obs, colour):
    """Wait until the program's corner has a colour; a hang fails."""
    async with asyncio.timeout(HANG_S):
        while obs.process.pixel(*CORNER) != colour:
            await asyncio.sleep(0.01)


async def bright_pixels(obs):
    """How many pixels of the counter's band are as bright as its letters."""
    band = range(HEIGHT // 2, HEIGHT // 2 + 60, 3)
    return sum(
        min(obs.process.pixel(x, y)) > 200 for y in band for x in range(40, 400, 3)
    )


async def test_a_commanded_scene_is_on_the_program_s_picture(obs):
    """Each scene fills the picture with its own colour; the screen shows it."""
    async with Hall(obs.url) as hall:
        for scene, colour in COLOURS.items():
            outcome = await hall.send(Scene(scene=scene))
            assert outcome.answer is Answer.OK
            await see(obs, colour)


async def test_the_counter_s_text_is_in_the_program_s_picture(obs):
    """Once a number is set, its bright letters are there."""
    async with Hall(obs.url) as hall:
        await hall.send(Scene(scene="Reveal"))
        await see(obs, COLOURS["Reveal"])
        before = await bright_pixels(obs)  # the X server draws a pointer of its own
        await hall.send(SetText(text=SourceText(source=COUNTER, text="325,000")))
        async with asyncio.timeout(HANG_S):
            while await bright_pixels(obs) < before + 50:
                await asyncio.sleep(0.01)


async def test_another_client_witnesses_the_order_of_events(obs):
    """obs-websocket-py, on its own connection, sees the scenes in the order sent."""
    witnessed = []

    def witness(event):
        witnessed.append((event.name, event.datain.get("sceneName")))

    obs.client.register(witness)
    fade = Transition(name="Fade", duration_us=100_000)
    async with Hall(obs.url) as hall:
        for scene, transition in (("Countdown", None), ("Keynote", fade)):
            outcome = await hall.send(Scene(scene=scene, transition=transition))
            assert outcome.answer is Answer.OK
    async with asyncio.timeout(HANG_S):
        while [name for name, _ in witnessed].count("SceneTransitionEnded") < 2:
            await asyncio.sleep(0.01)
    obs.client.unregister(witness)
    told = [each for each in witnessed if each[0] == "CurrentProgramSceneChanged"]
    assert [scene for _, scene in told] == ["Countdown", "Keynote"]
    started = [i for i, (name, _) in enumerate(witnessed) if name.endswith("Started")]
    changed = [witnessed.index(each) for each in told]
    assert started[0] < changed[0] < started[1] < changed[1]


async def test_after_a_kill_the_picture_is_what_is_asserted_again(obs):
    """OBS comes back on the saved scene; the driver says so and asserts when told."""
    async with Hall(obs.url) as hall:
        await hall.send(Scene(scene="Keynote"))
        await see(obs, COLOURS["Keynote"])
        await obs.kill()
        await hall.until(lambda: not hall.stage.connected)
        await obs.boot()
        await show_the_program(obs)
        await hall.until(lambda: hall.stage.connected)
        assert [stage.restarted for stage in hall.stages].count(True) == 1
        await see(obs, COLOURS["HoldingSlide"])
        await hall.send(Scene(scene="Keynote"))
        await see(obs, COLOURS["Keynote"])


async def test_a_hand_made_cut_stays_on_the_picture(obs):
    """The driver reports it and cuts nothing by itself, not after a dropped line."""
    witnessed = []
    witness = witnessed.append
    obs.client.register(witness, events.CurrentProgramSceneChanged)
    async with Hall(obs.url) as hall:
        await hall.send(Scene(scene="Keynote"))
        await obs.hand("SetCurrentProgramScene", sceneName="Countdown")
        await hall.until(lambda: hall.hands == [("program", "Countdown")])
        hall.cut_the_line()
        await hall.until(lambda: not hall.stage.connected)
        await hall.until(lambda: hall.stage.connected)
        assert hall.stage.program == "Countdown"
        await see(obs, COLOURS["Countdown"])
    obs.client.unregister(witness, events.CurrentProgramSceneChanged)
    scenes = [event.datain["sceneName"] for event in witnessed]
    assert scenes == ["Keynote", "Countdown"]
