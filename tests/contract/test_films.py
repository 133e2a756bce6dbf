"""Films on every OBS: their real end, and all that looks like one (SEMANTICS 6)."""

import asyncio
import subprocess

import pytest

from launchctl.clock import wall_us
from launchctl.drivers.base import Outcome
from launchctl.runbook.actions import FilmBody, PlayMedia, Scene
from launchctl.show.inputs import Answer, FilmSeen
from tests.obs_far_ends import EmulatedObs, Hall, RealObs
from tests.obs_fixture import start_obs

LENGTH_S = 3
FILM = PlayMedia(
    media=FilmBody(
        play="film.mp4",
        source="FilmPlayer",
        scene="Film",
        length_us=LENGTH_S * 1_000_000,
    )
)
_ACTION = "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_"


@pytest.fixture(scope="module")
def real_obs(tmp_path_factory):
    """One real OBS, and a real film of three seconds."""
    folder = tmp_path_factory.mktemp("film")
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i",
            f"testsrc=size=320x180:rate=30:duration={LENGTH_S}",
            "-pix_fmt", "yuv420p", str(folder / "film.mp4"),
        ],
        check=True,
    )  # fmt: skip
    with start_obs(tmp_path_factory.mktemp("obs")) as process:
        yield process, folder


@pytest.fixture(params=["emulated", pytest.param("real", marks=pytest.mark.real)])
async def obs(request):
    """An OBS on HoldingSlide, with a scene that holds a film."""
    if request.param == "emulated":
        far_end = EmulatedObs()
        world = far_end.emulator.world
        world.add_scene("Film", ["FilmPlayer"])
        world.add_film("FilmPlayer", "/films/film.mp4", LENGTH_S)
        world.save()
        await far_end.start()
    else:
        process, folder = request.getfixturevalue("real_obs")
        far_end = RealObs(process)
        await far_end.start()
        await _stage_the_film(far_end, folder)
    yield far_end
    await far_end.aclose()


async def _stage_the_film(far_end, folder):
    scenes = (await far_end.hand("GetSceneList"))["scenes"]
    if "Film" not in [scene["sceneName"] for scene in scenes]:
        await far_end.hand("CreateScene", sceneName="Film")
        await far_end.hand(
            "CreateInput", sceneName="Film", inputName="FilmPlayer",
            inputKind="ffmpeg_source",
            inputSettings={
                "local_file": str(folder / "film.mp4"), "is_local_file": True,
                "looping": False, "restart_on_activate": True,
            },
        )  # fmt: skip
    file = {"local_file": str(folder / "film.mp4")}
    await far_end.hand("SetInputSettings", inputName="FilmPlayer", inputSettings=file)


@pytest.fixture
async def hall(obs):
    """A connected driver."""
    async with Hall(obs.url) as hall:
        yield hall


def films(hall):
    """What the driver reported of the film."""
    return [seen for seen in hall.inputs if isinstance(seen, FilmSeen)]


async def playing(hall, action=FILM):
    """Send the film, and wait until it plays."""
    task = asyncio.create_task(hall.send(action, within_s=LENGTH_S + 5))
    await hall.until(lambda: films(hall) or task.done())
    return task


async def paused(obs):
    """Press pause until it stands: OBS ignores it while the film is being opened, and
    skips the length of a pause that comes with the first frames.
    """
    cursor_ms, state = 0, ""
    while cursor_ms < 500:
        status = await obs.hand("GetMediaInputStatus", inputName="FilmPlayer")
        cursor_ms = status["mediaCursor"] or 0
    while state != "OBS_MEDIA_STATE_PAUSED":
        await act(obs, "PAUSE")
        status = await obs.hand("GetMediaInputStatus", inputName="FilmPlayer")
        state = status["mediaState"]


async def act(obs, word):
    """A person's click on the film's controls."""
    await obs.hand(
        "TriggerMediaInputAction",
        inputName="FilmPlayer",
        mediaAction=f"{_ACTION}{word}",
    )


def assert_interrupted(outcome: Outcome, why: str) -> None:
    """Certain: it was no real end, and why."""
    assert outcome.answer is Answer.REFUSED
    assert "interrupted" in outcome.detail
    assert why in outcome.detail


async def test_a_film_that_plays_to_its_end_is_ok(hall):
    """Its scene is on program; its start is reported; its end is OBS's own word."""
    task = await playing(hall)
    assert hall.stage.program == "Film"
    outcome = await task
    assert outcome.answer is Answer.OK, outcome
    start_us = films(hall)[0].start_us
    assert abs(outcome.confirmed_us - start_us - LENGTH_S * 1_000_000) < 700_000
    assert hall.hands == []


async def test_a_cut_in_mid_film_is_no_end(hall, obs):
    """OBS tells of an end 72 ms after the cut: it is not believed."""
    task = await playing(hall)
    await obs.hand("SetCurrentProgramScene", sceneName="Keynote")
    assert_interrupted(await task, "'Keynote' is on program")
    assert ("program", "Keynote") in hall.hands


async def test_a_cut_by_a_command_in_mid_film_is_no_end_either(hall):
    """Whether it ends the film ok there is the engine's to say."""
    task = await playing(hall)
    await hall.send(Scene(scene="Keynote"))
    assert_interrupted(await task, "on program")


async def test_a_stopped_film_did_not_end(hall, obs):
    """Its own play time says so."""
    task = await playing(hall)
    await act(obs, "STOP")
    assert_interrupted(await task, "stopped")


async def test_a_missing_file_never_played(hall):
    """OBS tells of its start and its end at once."""
    body = FILM.media.model_copy(update={"play": "nowhere.mp4"})
    outcome = await hall.send(PlayMedia(media=body), within_s=10)
    assert_interrupted(outcome, "")


async def test_a_pause_moves_the_start_on(hall, obs):
    """While it stands there is no start; then it is later by the pause."""
    task = await playing(hall)
    await paused(obs)
    await hall.until(lambda: films(hall)[-1].start_us is None)
    stands_us = wall_us()
    while wall_us() - stands_us < 2_000_000:  # told from a busy mixer's jitter
        await obs.hand("GetMediaInputStatus", inputName="FilmPlayer")
        await asyncio.sleep(0)
    await act(obs, "PLAY")
    assert (await task).answer is Answer.OK
    starts = [seen.start_us for seen in films(hall)]
    assert starts[-1] - starts[0] > 1_000_000, starts


async def test_a_film_whose_source_loops_is_refused(hall, obs):
    """It would never end."""
    settings = {"looping": True}
    await obs.hand("SetInputSettings", inputName="FilmPlayer", inputSettings=settings)
    outcome = await hall.send(FILM)
    settings = {"looping": False}
    await obs.hand("SetInputSettings", inputName="FilmPlayer", inputSettings=settings)
    assert outcome.answer is Answer.REFUSED
    assert "loops" in outcome.detail


async def test_over_a_gap_its_position_decides(hall, obs):
    """A film that played on while nobody looked goes on to its end; one that did not
    play is interrupted. Nothing is played again.
    """
    task = await playing(hall)
    start_us = films(hall)[0].start_us
    again = {"resume": True, "start_us": start_us}
    outcome = await hall.send(FILM, within_s=LENGTH_S + 5, **again)
    assert outcome.answer is Answer.OK
    await task
    outcome = await hall.send(FILM, within_s=LENGTH_S + 5, **again)
    assert_interrupted(outcome, "did not play on")
