"""One suite for every OBS: the emulator passes it, and real OBS does."""

import asyncio

import pytest

from launchctl.drivers.base import Level
from launchctl.runbook.actions import (
    Audio,
    Fader,
    FilmBody,
    LowerThird,
    LowerThirdBody,
    PlayMedia,
    Record,
    Scene,
    SetText,
    SetTransition,
    SourceText,
    Stream,
    Transition,
    Visibility,
    Visible,
)
from launchctl.show.inputs import Answer, Sight
from tests.obs_far_ends import EmulatedObs, Hall, RealObs
from tests.obs_fixture import COUNTER, MICROPHONE, start_obs

FADE = Transition(name="fade", duration_us=200_000)


@pytest.fixture(scope="module")
def obs_process(tmp_path_factory):
    """One real OBS for all tests of this file."""
    with start_obs(tmp_path_factory.mktemp("obs")) as process:
        yield process


@pytest.fixture(params=["emulated", pytest.param("real", marks=pytest.mark.real)])
async def obs(request):
    """An OBS on HoldingSlide, with Cut, the microphone open and no server to stream."""
    if request.param == "emulated":
        far_end = EmulatedObs()
    else:
        far_end = RealObs(request.getfixturevalue("obs_process"))
    await far_end.start()
    yield far_end
    await far_end.aclose()


@pytest.fixture
async def hall(obs):
    """A connected driver."""
    async with Hall(obs.url) as hall:
        assert hall.stage.connected, hall.stage
        yield hall


async def program(obs):
    """What OBS itself says is on program."""
    return (await obs.hand("GetCurrentProgramScene"))["currentProgramSceneName"]


async def text(obs):
    """What OBS itself says the counter shows."""
    settings = await obs.hand("GetInputSettings", inputName=COUNTER)
    return settings["inputSettings"].get("text", "")


async def test_a_first_look_tells_the_stage_and_no_hand(hall):
    """Connecting reports what is on program; nothing of it is anybody's hand."""
    assert hall.stage.program == "HoldingSlide"
    assert (hall.stage.streaming, hall.stage.recording) == (False, False)
    assert hall.stage.restarted is False
    assert hall.hands == []
    assert hall.driver.health().level is Level.GOOD


async def test_a_cut_is_ok_when_obs_says_it_is_on_program(hall, obs):
    """A scene command ends ok, with OBS's own word, and is no hand."""
    outcome = await hall.send(Scene(scene="Reveal"))
    assert (outcome.answer, outcome.detail) == (Answer.OK, "")
    assert outcome.sent_us is not None
    assert outcome.confirmed_us > outcome.sent_us
    assert await program(obs) == "Reveal"
    assert hall.stage.program == "Reveal"
    assert hall.hands == []


async def test_what_is_there_already_is_ok_and_nothing_is_sent(hall):
    """OBS gives no event for a cut to the scene on program: the driver reads first."""
    outcome = await hall.send(Scene(scene="HoldingSlide"))
    assert outcome.answer is Answer.OK
    assert outcome.sent_us is None
    assert outcome.confirmed_us is not None


async def test_a_fade_is_ok_only_when_it_is_over(hall):
    """While the transition runs the old scene is reported; then the new one, once."""
    outcome = await hall.send(Scene(scene="Keynote", transition=FADE))
    assert outcome.answer is Answer.OK
    assert outcome.confirmed_us - outcome.sent_us >= FADE.duration_us
    assert [stage.program for stage in hall.stages] == ["HoldingSlide", "Keynote"]


async def test_a_transition_beside_a_scene_is_for_that_scene_alone(hall, obs):
    """The next scene without one takes the house's transition again."""
    for action in (Scene(scene="Keynote", transition=FADE), Scene(scene="Reveal")):
        outcome = await hall.send(action)
        assert (outcome.answer, outcome.detail) == (Answer.OK, "")
    current = await obs.hand("GetCurrentSceneTransition")
    assert current["transitionName"] == "Cut"


async def test_cuts_and_fades_in_quick_succession_are_each_confirmed_by_obs(hall):
    """A transition chosen too early would cost OBS's word about the next cut."""
    short = Transition(name="Fade", duration_us=50_000)
    for scene, transition in (
        ("Keynote", short),
        ("Reveal", None),
        ("Countdown", short),
        ("Keynote", None),
        ("Reveal", None),
        ("HoldingSlide", short),
    ):
        outcome = await hall.send(Scene(scene=scene, transition=transition))
        assert (outcome.answer, outcome.detail) == (Answer.OK, "")
    assert hall.hands == []


async def test_a_set_transition_holds_for_the_scenes_after_it(hall, obs):
    """``transition`` alone changes the house's transition."""
    outcome = await hall.send(SetTransition(transition=FADE))
    assert outcome.answer is Answer.OK
    await hall.send(Scene(scene="Reveal"))
    current = await obs.hand("GetCurrentSceneTransition")
    assert current["transitionName"] == "Fade"
    assert current["transitionDuration"] == 200


async def test_a_scene_overtaken_by_another_is_refused_and_the_other_is_ok(hall, obs):
    """OBS never tells of an abandoned scene; its command must not hang."""
    slow = Transition(name="Fade", duration_us=1_500_000)
    first = asyncio.create_task(hall.send(Scene(scene="Keynote", transition=slow)))
    while not hall.driver._watch.seen.moving:
        await hall.driver._watch.changed()
    second = await hall.send(Scene(scene="Reveal", transition=FADE))
    assert second.answer is Answer.OK
    assert (await first).answer is Answer.REFUSED
    assert await program(obs) == "Reveal"
    assert hall.hands == []


async def test_what_is_asserted_again_never_comes_after_what_follows_it(hall, obs):
    """SEMANTICS 5 (Recovery): the scene on program and an open microphone are wanted
    again, and a cue wants others at the same instant: the cue's are there in the end.
    """
    opened, muted = (
        Audio(audio=Fader(input=MICROPHONE, open=is_open)) for is_open in (True, False)
    )
    assert (await hall.send(opened)).answer is Answer.OK
    for before, then in (
        (Scene(scene="HoldingSlide"), Scene(scene="Reveal")),
        (Scene(scene="Reveal"), Scene(scene="Keynote", transition=FADE)),
        (opened, muted),
    ):
        first, second = await asyncio.gather(hall.send(before), hall.send(then))
        assert second.answer is Answer.OK
        assert first.answer is Answer.REFUSED
        assert "a later command overtook it" == first.detail
    assert await program(obs) == "Keynote"
    assert (await obs.hand("GetInputMute", inputName=MICROPHONE))["inputMuted"]
    assert hall.hands == []


async def test_a_scene_that_does_not_exist_is_refused_with_obs_own_words(hall):
    """The status code and the comment of OBS are in the outcome; nothing changed."""
    outcome = await hall.send(Scene(scene="Reveel"))
    assert outcome.answer is Answer.REFUSED
    assert "(600)" in outcome.detail
    assert "Reveel" in outcome.detail
    assert hall.driver._watch.wanted.values["program"] == "HoldingSlide"


async def test_a_text_is_what_obs_shows(hall, obs):
    """The rendered content is set, not the template."""
    action = SetText(text=SourceText(source=COUNTER, text="{{ orders.units }}"))
    outcome = await hall.send(action, text="180,000")
    assert outcome.answer is Answer.OK
    assert await text(obs) == "180,000"


async def test_a_source_is_hidden_and_shown(hall, obs):
    """Visibility is confirmed by OBS's event; what is so already is ok unsent."""
    item = await obs.hand("GetSceneItemId", sceneName="Reveal", sourceName=COUNTER)
    for show in (False, True):
        wish = Visibility(source=COUNTER, scene="Reveal", show=show)
        outcome = await hall.send(Visible(visible=wish))
        assert outcome.answer is Answer.OK
        assert outcome.detail == ""
        seen = await obs.hand("GetSceneItemEnabled", sceneName="Reveal", **item)
        assert seen["sceneItemEnabled"] is show
        assert (await hall.send(Visible(visible=wish))).sent_us is None
    assert hall.hands == []


async def test_a_microphone_is_muted_and_opened(hall, obs):
    """``open: false`` mutes."""
    for is_open in (False, True):
        action = Audio(audio=Fader(input=MICROPHONE, open=is_open))
        outcome = await hall.send(action)
        assert (outcome.answer, outcome.detail) == (Answer.OK, "")
        muted = await obs.hand("GetInputMute", inputName=MICROPHONE)
        assert muted["inputMuted"] is not is_open
    assert hall.hands == []


async def test_a_recording_starts_and_stops(hall):
    """Ok when the state is reached, and told as the stage's state."""
    assert (await hall.send(Record(record="start"))).answer is Answer.OK
    assert hall.stage.recording is True
    again = await hall.send(Record(record="start"))
    assert (again.answer, again.sent_us) == (Answer.OK, None)
    reading = await hall.driver.read(hall.command(Record(record="start")))
    assert reading.sight is Sight.FOUND
    assert (await hall.send(Record(record="stop"))).answer is Answer.OK
    assert hall.stage.recording is False
    assert hall.hands == []


async def test_a_stream_without_a_server_is_refused(hall):
    """StartStream succeeds and the stream dies 70 ms later: that is a refusal."""
    outcome = await hall.send(Stream(stream="start"))
    assert outcome.answer is Answer.REFUSED
    assert outcome.sent_us is not None
    assert hall.stage.streaming is False
    assert hall.hands == []
    reading = await hall.driver.read(hall.command(Stream(stream="start")))
    assert reading.sight is Sight.ABSENT


async def test_a_rehearsal_starts_no_stream_that_leaves_the_machine(obs):
    """OBS's own settings say where it streams to; to elsewhere, neither the
    stream nor a recording is started, and the rehearsal goes on.
    """
    before = await obs.hand("GetStreamServiceSettings")
    kind, settings = before["streamServiceType"], before["streamServiceSettings"]
    away = {**settings, "server": "rtmp://live.example.com/app"}
    async with Hall(obs.url, confined=True) as hall:
        await hall.until(lambda: hall.stage.connected)
        await obs.hand(
            "SetStreamServiceSettings",
            streamServiceType=kind,
            streamServiceSettings=away,
        )
        try:
            stream = await hall.send(Stream(stream="start"))
            record = await hall.send(Record(record="start"))
        finally:
            await obs.hand(
                "SetStreamServiceSettings",
                streamServiceType=kind,
                streamServiceSettings=settings,
            )
        assert (stream.answer, stream.sent_us) == (Answer.OK, None)
        assert "live.example.com" in stream.detail
        assert (record.answer, record.sent_us) == (Answer.OK, None)
        assert not (await obs.hand("GetStreamStatus"))["outputActive"]
        assert not (await obs.hand("GetRecordStatus"))["outputActive"]
        # back on loopback it is tried
        assert (await hall.send(Stream(stream="start"))).sent_us is not None


async def test_a_stage_that_does_not_stream_is_not_on_air(hall):
    """Wherever its settings point to."""
    assert await hall.driver.live_target() is None


async def test_stopping_a_stopped_stream_is_ok_and_unsent(hall):
    """The state is what counts."""
    outcome = await hall.send(Stream(stream="stop"))
    assert (outcome.answer, outcome.sent_us) == (Answer.OK, None)


async def test_a_scene_cut_by_hand_is_seen_as_a_hand(hall, obs):
    """A cut that no command explains is a person's, and told before the stage."""
    await hall.send(Scene(scene="Keynote"))
    await obs.hand("SetCurrentProgramScene", sceneName="Countdown")
    await hall.until(lambda: hall.stage.program == "Countdown")
    assert hall.hands == [("program", "Countdown")]
    kinds = [type(given).__name__ for given in hall.inputs[-2:]]
    assert kinds == ["HandSeen", "StageSeen"]


async def test_a_cut_back_by_hand_to_what_was_commanded_is_a_hand_again(hall, obs):
    """After a hand its scene is the wanted one, so leaving it is news."""
    await hall.send(Scene(scene="Keynote"))
    for scene in ("Countdown", "Keynote"):
        await obs.hand("SetCurrentProgramScene", sceneName=scene)
        await hall.until(lambda scene=scene: hall.stage.program == scene)
    assert hall.hands == [("program", "Countdown"), ("program", "Keynote")]


async def test_a_hand_in_the_middle_of_our_fade_undoes_our_command(hall, obs):
    """The command is refused, and the hand is told first."""
    slow = Transition(name="Fade", duration_us=1_500_000)
    ours = asyncio.create_task(hall.send(Scene(scene="Keynote", transition=slow)))
    while not hall.driver._watch.seen.moving:
        await hall.driver._watch.changed()
    await obs.hand("SetCurrentProgramScene", sceneName="Countdown")
    outcome = await ours
    assert outcome.answer is Answer.REFUSED
    assert "Countdown" in outcome.detail
    assert hall.hands == [("program", "Countdown")]


async def test_texts_faders_and_sources_changed_by_hand_are_seen(hall, obs):
    """Text, mute and visibility that we set and a person changed."""
    await hall.send(SetText(text=SourceText(source=COUNTER, text="1,000")))
    await obs.hand(
        "SetInputSettings", inputName=COUNTER, inputSettings={"text": "sold out"}
    )
    await hall.until(lambda: (f"text:{COUNTER}", "sold out") in hall.hands)
    await obs.hand("SetInputMute", inputName=MICROPHONE, inputMuted=True)
    await hall.until(lambda: (f"audio:{MICROPHONE}", False) in hall.hands)
    item = await obs.hand("GetSceneItemId", sceneName="Reveal", sourceName=COUNTER)
    await obs.hand(
        "SetSceneItemEnabled", sceneName="Reveal", sceneItemEnabled=False, **item
    )
    await hall.until(lambda: (f"visible:Reveal/{COUNTER}", False) in hall.hands)
    assert len(hall.hands) == 3


async def test_a_recording_started_by_hand_is_seen(hall, obs):
    """And so is its stop."""
    await obs.hand("StartRecord")
    await hall.until(lambda: hall.stage.recording)
    await obs.hand("StopRecord")
    await hall.until(lambda: len(hall.hands) == 2)
    assert hall.hands == [("record", "start"), ("record", "stop")]


async def test_a_killed_obs_is_found_again_and_told_as_restarted(hall, obs):
    """Its state is lost: one report says so, and no hand is blamed for it."""
    await hall.send(Scene(scene="Reveal"))
    await hall.send(SetText(text=SourceText(source=COUNTER, text="42")))
    await obs.kill()
    await hall.until(lambda: not hall.stage.connected)
    outcome = await hall.send(Scene(scene="Keynote"))
    assert outcome.answer is Answer.NOT_SENT
    assert "out of reach" in outcome.detail
    await obs.boot()
    await hall.until(lambda: hall.stage.connected)
    assert [stage.restarted for stage in hall.stages].count(True) == 1
    assert hall.stage.program == "HoldingSlide"
    assert hall.hands == []
    assert (await hall.send(Scene(scene="Reveal"))).answer is Answer.OK
    assert await program(obs) == "Reveal"


async def test_a_command_in_flight_when_obs_dies_ends_at_once_as_unknown(hall, obs):
    """Bytes have left and no word came: nobody knows. It does not wait its deadline."""
    slow = Transition(name="Fade", duration_us=5_000_000)
    command = Scene(scene="Keynote", transition=slow)
    ours = asyncio.create_task(hall.send(command, within_s=60.0))
    while not hall.driver._watch.seen.moving:
        await hall.driver._watch.changed()
    await obs.kill()
    async with asyncio.timeout(10):
        outcome = await ours
    assert outcome.answer is Answer.UNKNOWN
    assert outcome.sent_us is not None
    await obs.boot()


async def test_a_hand_behind_a_cut_line_is_found_afterwards(hall, obs):
    """The same process answers again: what differs was done by a person."""
    await hall.send(Scene(scene="Reveal"))
    await hall.send(SetText(text=SourceText(source=COUNTER, text="42")))
    hall.cut_the_line()
    await obs.hand("SetCurrentProgramScene", sceneName="Countdown")
    await hall.until(lambda: not hall.stage.connected)
    await hall.until(lambda: hall.stage.connected)
    assert hall.hands == [("program", "Countdown")]
    assert [stage.restarted for stage in hall.stages].count(True) == 0


async def test_a_frozen_obs_is_noticed_and_found_again_unchanged(hall, obs):
    """Connections stand and nothing answers: offline, until it goes on."""
    obs.freeze()
    try:
        await hall.until(lambda: not hall.stage.connected)
        assert hall.driver.health().level is Level.OFFLINE
    finally:
        obs.thaw()
    await hall.until(lambda: hall.stage.connected)
    assert [stage.restarted for stage in hall.stages].count(True) == 0
    assert hall.hands == []


async def test_a_wrong_password_is_said_and_not_tried_again(obs):
    """OBS refuses it for good; the password itself is nowhere in what is said."""
    async with Hall(obs.url, password="wrong-guess") as hall:
        health = hall.driver.health()
        assert health.level is Level.BAD
        assert "password" in health.text
        assert "wrong-guess" not in health.text
        assert hall.driver._watch.fatal
        checked = await hall.driver.check()
        assert checked.level is Level.BAD
        outcome = await hall.send(Scene(scene="Reveal"))
        assert outcome.answer is Answer.NOT_SENT


async def test_check_says_who_answers(hall):
    """Reachable, password right, versions."""
    health = await hall.driver.check()
    assert health.level is Level.GOOD
    assert "obs-websocket 5." in health.text


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (
            Scene(scene="Reveel"),
            "scene 'Reveel' does not exist in OBS; did you mean 'Reveal'?",
        ),
        (
            Scene(scene="Reveal", transition=Transition(name="Stinger")),
            "transition 'Stinger' does not exist in OBS",
        ),
        (
            SetText(text=SourceText(source="PreorderCount", text="")),
            (
                "source 'PreorderCount' does not exist in OBS; did you mean "
                f"{COUNTER!r}?"
            ),
        ),
        (
            Visible(visible=Visibility(source=COUNTER, scene="Keynote")),
            f"scene 'Keynote' has no source '{COUNTER}' in OBS",
        ),
        (Scene(scene="Reveal", transition=FADE), None),
        (Audio(audio=Fader(input=MICROPHONE, open=True)), None),
    ],
)
async def test_preparing_finds_what_obs_does_not_have(hall, action, sentence):
    """Trouble is a sentence a minute early, with the near miss."""
    assert await hall.driver.prepare(hall.command(action)) == sentence


async def test_missing_names_are_listed(hall):
    """What a runbook names and OBS does not have."""
    film = FilmBody(play="a.mp4", source="Player", scene="Finale", length="5s")
    needs = [
        Scene(scene="Reveal"),
        Scene(scene="Finale"),
        SetText(text=SourceText(source=COUNTER, text="")),
        PlayMedia(media=film),
        LowerThird(lower_third=LowerThirdBody(source="Name", text="", scene="Reveal")),
    ]
    said = await hall.driver.lacks(needs)
    assert said == (
        "scene 'Finale' does not exist in OBS",
        "source 'Player' does not exist in OBS",
        "source 'Name' does not exist in OBS",
    )
    health = hall.driver.health()
    assert health.level is Level.WARNING
    assert "scene 'Finale' does not exist in OBS" in health.text


async def test_a_fast_text_ends_at_its_latest_value(hall, obs):
    """Many updates at once: the last one is what OBS shows, and no hand is seen."""
    for count in range(500):
        hall.driver.show_text(COUNTER, f"{count:,}")
        if count % 100 == 0:
            await asyncio.sleep(0)
    async with asyncio.timeout(10):
        while await text(obs) != "499":
            await asyncio.sleep(0)
    assert hall.hands == []


async def test_after_a_restart_a_fast_text_waits_for_somebody_s_word(hall, obs):
    """A counter is not opened by a reconnect: newer numbers wait too, until it is said
    that they are wanted (SEMANTICS 5, Recovery).
    """
    hall.driver.show_text(COUNTER, "325,000")
    async with asyncio.timeout(10):
        while await text(obs) != "325,000":
            await asyncio.sleep(0)
    await obs.hand("SetInputSettings", inputName=COUNTER, inputSettings={"text": ""})
    await hall.until(lambda: (f"text:{COUNTER}", "") in hall.hands)
    await obs.kill()
    await obs.boot()
    await hall.until(lambda: any(stage.restarted for stage in hall.stages))
    hall.driver.show_text(COUNTER, "325,001")
    assert (await hall.send(Scene(scene="Reveal"))).answer is Answer.OK
    assert await text(obs) != "325,001"
    hall.driver.show_text(COUNTER, "325,002", over_hand=True)
    async with asyncio.timeout(10):
        while await text(obs) != "325,002":
            await asyncio.sleep(0)


async def test_a_person_s_text_is_not_written_over(hall, obs):
    """The projection leaves the source alone, says so, and obeys ``over_hand``."""
    hall.driver.show_text(COUNTER, "1")
    async with asyncio.timeout(10):
        while await text(obs) != "1":
            await asyncio.sleep(0)
    await obs.hand("SetInputSettings", inputName=COUNTER, inputSettings={"text": "!"})
    await hall.until(lambda: (f"text:{COUNTER}", "!") in hall.hands)
    hall.driver.show_text(COUNTER, "2")
    assert "changed by hand" in hall.driver.health().text
    hall.driver.show_text(COUNTER, "3", over_hand=True)
    async with asyncio.timeout(10):
        while await text(obs) != "3":
            await asyncio.sleep(0)
