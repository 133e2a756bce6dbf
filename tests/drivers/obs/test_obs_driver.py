"""The driver against faults that only an emulator shows on demand."""

import asyncio

import pytest

from launchctl.clock import PacedLoop
from launchctl.drivers.base import Level
from launchctl.drivers.obs.mark import MARK
from launchctl.rehearsal.emulators import obs_requests
from launchctl.runbook.actions import (
    Notify,
    NotifyBody,
    Record,
    Scene,
    SetText,
    SourceText,
    Stream,
    Transition,
)
from launchctl.show.inputs import Answer, Noted, Sight
from tests.obs_far_ends import EmulatedObs, Hall
from tests.obs_fixture import COUNTER, PASSWORD

HANG_S = 60


@pytest.fixture
async def obs():
    """An emulated OBS whose stream finds a server."""
    obs = EmulatedObs()
    obs.emulator.world.outputs.server = True
    await obs.start()
    yield obs
    await obs.aclose()


@pytest.fixture
async def hall(obs):
    """A connected driver."""
    async with Hall(obs.url) as hall:
        yield hall


def asked(obs, name):
    """The requests of a name that the emulator was given."""
    return [each for each in obs.emulator.requests if each.name == name]


async def test_a_stream_is_ok_when_it_is_live(hall):
    """Not when the request succeeded: when OBS says STARTED."""
    outcome = await hall.send(Stream(stream="start"))
    assert outcome.answer is Answer.OK
    assert outcome.confirmed_us > outcome.sent_us
    assert hall.stage.streaming is True
    reading = await hall.driver.read(hall.command(Stream(stream="start")))
    assert reading.sight is Sight.FOUND
    assert (await hall.send(Stream(stream="stop"))).answer is Answer.OK
    assert hall.stage.streaming is False
    assert hall.hands == []


async def test_a_start_right_after_a_stop_is_sent(hall, obs):
    """OBS's status says active a moment longer: its word that it stopped is newer."""
    start, stop = Stream(stream="start"), Stream(stream="stop")
    for action in (start, stop, start):
        outcome = await hall.send(action)
        assert (Answer.OK, "") == (outcome.answer, outcome.detail)
    assert 2 == len(asked(obs, "StartStream"))
    await hall.send(stop)
    reading = await hall.driver.read(hall.command(start))
    assert Sight.ABSENT is reading.sight


async def test_a_reconnecting_stream_is_not_streaming(hall, obs):
    """The stage says so, health warns, and reading does not call it live."""
    await hall.send(Stream(stream="start"))
    obs.emulator.world.outputs.lose_server()
    await hall.until(lambda: hall.stage.reconnecting)
    assert hall.stage.streaming is False
    assert hall.driver.health().level is Level.WARNING
    reading = await hall.driver.read(hall.command(Stream(stream="start")))
    assert reading.sight is Sight.ABSENT
    obs.emulator.world.outputs.find_server()
    await hall.until(lambda: hall.stage.streaming)
    assert hall.hands == []


async def test_a_start_while_reconnecting_waits_until_the_stream_is_live(hall, obs):
    """OBS answers 500, running: the state is what counts."""
    await hall.send(Stream(stream="start"))
    obs.emulator.world.outputs.lose_server()
    await hall.until(lambda: hall.stage.reconnecting)
    again = asyncio.create_task(hall.send(Stream(stream="start")))
    while not asked(obs, "StartStream")[1:]:
        await asyncio.sleep(0)
    assert not again.done()
    obs.emulator.world.outputs.find_server()
    assert (await again).answer is Answer.OK


async def test_a_stream_stopped_by_hand_is_a_hand_and_one_that_died_is_not(hall, obs):
    """Only the person's wish becomes the wanted state."""
    await hall.send(Stream(stream="start"))
    obs.emulator.world.outputs.give_up()
    await hall.until(lambda: hall.stage.streaming is False)
    assert hall.hands == []
    await hall.send(Stream(stream="start"))
    await obs.hand("StopStream")
    await hall.until(lambda: hall.hands == [("stream", "stop")])


async def test_skipped_frames_are_told_and_a_falling_counter_is_a_reconnect(hall, obs):
    """Both from OBS's own counters, once a second."""
    await hall.send(Stream(stream="start"))
    obs.emulator.world.outputs.stream.skipped = 0
    await hall.until(lambda: hall.stage.skipped == 0.0)
    obs.emulator.world.outputs.stream.skipped = 50
    await hall.until(lambda: (hall.stage.skipped or 0) > 0.1)
    assert hall.driver.health().level is Level.WARNING
    obs.emulator.world.outputs.stream.began_s = asyncio.get_running_loop().time()
    await hall.until(lambda: any(isinstance(i, Noted) for i in hall.inputs))
    noted = [i for i in hall.inputs if isinstance(i, Noted)]
    assert noted[0].about == "stage:main"
    assert "reconnected" in noted[0].text


async def test_an_answer_that_comes_too_late_is_unknown_and_no_hand(hall, obs):
    """Bytes left, so nobody knows; what OBS does of it later is still ours."""
    obs.emulator.slow(0.3)
    outcome = await hall.send(Scene(scene="Reveal"), within_s=0.1)
    assert outcome.answer is Answer.UNKNOWN
    assert outcome.sent_us is not None
    obs.emulator.slow(0)
    await hall.until(lambda: hall.stage.program == "Reveal")
    assert hall.hands == []


async def test_a_command_lost_with_the_line_is_unknown_and_found_undone_no_hand(
    hall, obs
):
    """It may not have arrived; it can be sent again when the line is back."""
    obs.emulator.slow(5)
    ours = asyncio.create_task(hall.send(Scene(scene="Reveal")))
    while hall.driver._watch.wanted.values["program"] != "Reveal":
        await asyncio.sleep(0)
    obs.emulator.drop()
    assert (await ours).answer is Answer.UNKNOWN
    obs.emulator.slow(0)
    await hall.until(lambda: hall.stage.connected and len(hall.stages) > 2)
    assert hall.hands == []
    assert (await hall.send(Scene(scene="Reveal"))).answer is Answer.OK


async def test_obs_is_left_in_peace_while_it_changes_its_scenes(hall, obs):
    """No question, no command between Changing and Changed; then the cut goes out."""
    obs.emulator.world.begin_collection()
    while not hall.driver._watch.seen.changing:
        await hall.driver._watch.changed()
    before = len(obs.emulator.requests)
    ours = asyncio.create_task(hall.send(Scene(scene="Reveal")))
    await hall.driver._watch.beat(hall.driver._pair)
    assert len(obs.emulator.requests) == before
    assert hall.driver.health().level is Level.WARNING
    obs.emulator.world.end_collection()
    assert (await ours).answer is Answer.OK


async def test_another_scene_collection_shows_the_counter_again(hall, obs):
    """Its text source is empty, and nobody emptied it: no hand, and no ``ask``. What it
    lacks is told.
    """
    world = obs.emulator.world
    await hall.driver.lacks([Scene(scene="Keynote")])
    hall.driver.show_text(COUNTER, "180,000")
    while world.now.inputs[COUNTER]["text"] != "180,000":
        await asyncio.sleep(0)
    world.begin_collection()
    world.now.inputs[COUNTER]["text"] = ""
    del world.now.scenes["Keynote"]
    world.end_collection()
    while world.now.inputs[COUNTER]["text"] != "180,000":
        await asyncio.sleep(0)
    while "Keynote" not in hall.driver.health().text:
        await asyncio.sleep(0)
    assert hall.hands == []


async def test_a_command_is_not_sent_if_the_change_outlasts_it(hall, obs):
    """Certain: no byte left."""
    obs.emulator.world.begin_collection()
    while not hall.driver._watch.seen.changing:
        await hall.driver._watch.changed()
    outcome = await hall.send(Scene(scene="Reveal"), within_s=0.05)
    assert outcome.answer is Answer.NOT_SENT
    assert asked(obs, "SetCurrentProgramScene") == []


async def test_a_burst_of_texts_leaves_as_one(hall, obs):
    """The latest wins; what it overtook is never sent."""
    for count in range(1000):
        hall.driver.show_text(COUNTER, str(count))
    while not obs.emulator.world.text_history:
        await asyncio.sleep(0)
    texts = [text for _, text, _ in obs.emulator.world.text_history]
    assert texts == ["999"]


async def test_texts_leave_a_tenth_of_a_second_apart(hall, obs):
    """Spacing is on the loop's time, as the emulator saw it."""
    count = 0
    while len(obs.emulator.world.text_history) < 4:
        count += 1
        hall.driver.show_text(COUNTER, str(count))
        await asyncio.sleep(0.001)
    at_s = [at_s for _, _, at_s in obs.emulator.world.text_history]
    assert at_s[3] - at_s[0] >= 0.29


async def test_a_text_that_obs_refuses_is_in_the_health_and_not_repeated(hall, obs):
    """A wrong source is a person's slip: said once, no storm of requests."""
    hall.driver.show_text("Countr", "1")
    while hall.driver.health().level is Level.GOOD:
        await asyncio.sleep(0.001)
    assert "Countr" in hall.driver.health().text
    hall.driver.show_text(COUNTER, "1")
    while not obs.emulator.world.text_history:
        await asyncio.sleep(0)
    assert len(asked(obs, "SetInputSettings")) == 2


async def test_an_answer_without_its_fields_is_no_crash(hall, obs, monkeypatch):
    """Whatever answers there: a sentence, and nothing claimed to be done."""
    answers = dict(obs_requests.REQUESTS)
    answers["GetCurrentProgramScene"] = lambda world, data: {}
    monkeypatch.setattr(obs_requests, "REQUESTS", answers)
    outcome = await hall.send(Scene(scene="HoldingSlide"))
    assert outcome.answer is Answer.NOT_SENT
    assert "currentProgramSceneName" in outcome.detail


async def test_a_closed_obs_says_so(hall, obs):
    """A person quit it: another sentence than a crash."""
    await obs.emulator.quit()
    await hall.until(lambda: not hall.stage.connected)
    assert hall.stage.detail == "OBS was closed"


async def test_a_quit_saves_and_a_kill_does_not(obs):
    """What the emulator comes back with is what OBS would."""
    world = obs.emulator.world
    world.set_text(COUNTER, "kept")
    await obs.emulator.quit()
    await obs.emulator.boot()
    assert world.text(COUNTER) == "kept"
    world.set_text(COUNTER, "lost")
    await obs.emulator.restart(after_s=0)
    assert world.text(COUNTER) == "kept"


async def test_without_obs_the_driver_starts_and_every_command_is_loudly_not_sent(
    unused_tcp_port,
):
    """An unreachable far end is health, not an error."""
    url = f"ws://127.0.0.1:{unused_tcp_port}"
    async with Hall(url) as hall:
        assert hall.stage.connected is False
        assert hall.driver.health().level is Level.OFFLINE
        outcome = await hall.send(Record(record="start"))
        assert outcome.answer is Answer.NOT_SENT
        assert url in outcome.detail
        assert "refused" in outcome.detail
        assert outcome.sent_us is None
        checked = await hall.driver.check()
        assert checked.level is Level.BAD
        reading = await hall.driver.read(hall.command(Stream(stream="start")))
        assert reading.sight is Sight.UNREADABLE
        prepared = await hall.driver.prepare(hall.command(Scene(scene="Reveal")))
        assert "out of reach" in prepared


async def test_a_corrected_password_is_tried_when_somebody_checks(obs):
    """Not before: repeating a wrong one would only fill OBS's log."""
    obs.emulator.password = "another"
    async with Hall(obs.url) as hall:
        assert hall.driver.health().level is Level.BAD
        obs.emulator.password = PASSWORD
        assert (await hall.driver.check()).level is Level.GOOD
        await hall.until(lambda: hall.stage.connected)


async def test_checking_needs_no_start(obs):
    """``launch check --live`` asks and leaves."""
    hall = Hall(obs.url)
    assert (await hall.driver.check()).level is Level.GOOD
    assert hall.inputs == []


async def test_an_action_of_another_kind_is_refused(hall):
    """A mixer cannot notify anybody."""
    action = Notify(notify=NotifyBody(to="crew", text="hello"))
    outcome = await hall.send(action)
    assert outcome.answer is Answer.REFUSED
    assert "notify" in outcome.detail


async def test_a_command_without_deadline_takes_its_kind_s_own(hall):
    """Two seconds beyond the transition."""
    command = hall.command(Scene(scene="Reveal"))
    outcome = await hall.driver.send(
        type(command)(
            **{
                **{name: getattr(command, name) for name in command.__slots__},
                "deadline_us": 0,
            }
        )
    )
    assert outcome.answer is Answer.OK


async def test_a_silent_cut_is_confirmed_by_asking(hall, obs):
    """OBS may lose its word (a transition chosen by hand at the wrong moment)."""
    obs.emulator.world._mute_next = True
    outcome = await hall.send(Scene(scene="Reveal"))
    assert (outcome.answer, outcome.detail) == (Answer.OK, "confirmed by asking")
    assert hall.stage.program == "Reveal"


async def test_an_emulator_that_accepts_any_name_makes_it(obs):
    """For rehearsing a runbook whose OBS is not at hand."""
    obs.emulator.world.auto = True
    async with Hall(obs.url) as hall:
        assert (await hall.send(Scene(scene="Never seen"))).answer is Answer.OK
        text = SetText(text=SourceText(source="New", text="1"))
        assert (await hall.send(text)).answer is Answer.OK
    scenes = [shown.scene for shown in obs.emulator.world.program_history]
    assert scenes == ["HoldingSlide", "Never seen"]


def test_on_a_paced_loop_transitions_keep_to_show_time():
    """A fade of ten seconds takes ten seconds of show time, at any speed."""

    async def show():
        obs = EmulatedObs()
        await obs.start()
        fade = Transition(name="Fade", duration_us=10_000_000)
        async with Hall(obs.url) as hall:
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            outcome = await hall.send(
                Scene(scene="Reveal", transition=fade), within_s=60
            )
            took_s = loop.time() - began_s
        await obs.aclose()
        return outcome.answer, took_s

    with asyncio.Runner(loop_factory=lambda: PacedLoop(10)) as runner:
        answer, took_s = runner.run(show())
    assert answer is Answer.OK
    assert took_s >= 10


async def test_rehearsal_is_on_top_of_every_scene_until_it_is_taken_away(hall, obs):
    """Put twice there is still one, as after a rehearsal that was killed; nobody's own
    things are touched, and no hand is seen in it.
    """
    world = obs.emulator.world.now
    before = {scene: dict(items) for scene, items in world.scenes.items()}
    await hall.driver.mark(on=True)
    await hall.driver.mark(on=True)
    assert {MARK} == {[*items][-1] for items in world.scenes.values()}
    assert hall.hands == []

    await hall.driver.mark(on=False)
    assert before == world.scenes
    assert MARK not in world.inputs
    await hall.driver.mark(on=False)  # there is none: nothing to do


async def test_a_show_takes_away_what_a_killed_rehearsal_left(obs):
    """Whatever connects for a show, at once."""
    async with Hall(obs.url) as hall:
        await hall.driver.mark(on=True)
    async with Hall(obs.url), asyncio.timeout(HANG_S):
        while MARK in obs.emulator.world.now.inputs:
            await asyncio.sleep(0)
