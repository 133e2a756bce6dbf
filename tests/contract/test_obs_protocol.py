"""The protocol itself, spoken raw: the emulator answers as real OBS does."""

import json

import aiohttp
import pytest
from obswebsocket import requests

from launchctl.drivers.obs.connection import open_connection
from launchctl.drivers.obs.protocol import Events
from launchctl.drivers.obs.trouble import (
    RefusedByObsError,
    UnreachableError,
    UnwelcomeError,
)
from tests.obs_far_ends import EmulatedObs, RealObs
from tests.obs_fixture import COUNTER, PASSWORD, start_obs


@pytest.fixture(scope="module")
def obs_process(tmp_path_factory):
    """One real OBS for all tests of this file."""
    with start_obs(tmp_path_factory.mktemp("obs")) as process:
        yield process


@pytest.fixture(params=["emulated", pytest.param("real", marks=pytest.mark.real)])
async def obs(request):
    """An OBS on HoldingSlide."""
    if request.param == "emulated":
        far_end = EmulatedObs()
    else:
        far_end = RealObs(request.getfixturevalue("obs_process"))
    await far_end.start()
    yield far_end
    await far_end.aclose()


@pytest.fixture
async def session():
    """An HTTP session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def connection(obs, session):
    """An identified connection without events."""
    connection = await open_connection(session, obs.url, password=PASSWORD)
    yield connection
    await connection.aclose()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("GetTheMoon", {}, 204),
        ("Sleep", {"sleepMillis": 1}, 206),
        ("SetCurrentProgramScene", {}, 300),
        ("SetCurrentProgramScene", {"sceneName": 5}, 401),
        ("SetCurrentSceneTransitionDuration", {"transitionDuration": 10}, 402),
        ("StopStream", {}, 501),
        ("StopRecord", {}, 501),
        ("GetCurrentPreviewScene", {}, 506),
        ("SetCurrentProgramScene", {"sceneName": "Nowhere"}, 600),
        ("SetCurrentSceneTransition", {"transitionName": "Nothing"}, 600),
        ("SetInputSettings", {"inputName": "No", "inputSettings": {}}, 600),
        ("GetSceneItemId", {"sceneName": "Reveal", "sourceName": "No"}, 600),
        ("SetInputMute", {"inputName": COUNTER, "inputMuted": True}, 604),
        (
            "CreateInput",
            {"sceneName": "Reveal", "inputName": "web", "inputKind": "browser_source"},
            605,
        ),
    ],
)
async def test_refusals_carry_the_protocol_s_codes(connection, name, data, code):
    """Each request that cannot be done is answered with its own code."""
    with pytest.raises(RefusedByObsError) as refusal:
        await connection.call(getattr(requests, name)(**data), 5.0)
    assert refusal.value.code == code


async def test_a_batch_stops_at_the_first_refusal(connection, obs):
    """What stands behind it is not done."""
    with pytest.raises(RefusedByObsError) as refusal:
        await connection.batch(
            [
                requests.SetInputSettings(
                    inputName=COUNTER, inputSettings={"text": "before"}
                ),
                requests.SetCurrentProgramScene(sceneName="Nowhere"),
                requests.SetInputSettings(
                    inputName=COUNTER, inputSettings={"text": "behind"}
                ),
            ],
            5.0,
        )
    assert refusal.value.code == 600
    settings = await obs.hand("GetInputSettings", inputName=COUNTER)
    assert settings["inputSettings"]["text"] == "before"


@pytest.mark.parametrize(
    ("identify", "messages", "code"),
    [
        (False, ["this is no JSON"], 4002),
        (False, [json.dumps({"op": 6, "d": {"requestId": "1"}})], 4007),
        (True, [json.dumps({"op": 6, "d": {"requestType": "GetVersion"}})], 4003),
        (True, [json.dumps({"op": 1, "d": {"rpcVersion": 1}})], 4008),
        (True, [json.dumps({"op": 77, "d": {}})], 4006),
    ],
)
async def test_misuse_closes_with_the_protocol_s_codes(
    obs, session, identify, messages, code
):
    """A client that breaks the protocol is closed, and told why by a number."""
    if identify:
        connection = await open_connection(session, obs.url, password=PASSWORD)
        connection._reader.cancel()
        socket = connection._socket
    else:
        socket = await session.ws_connect(obs.url, protocols=("obswebsocket.json",))
        assert (await socket.receive_json())["op"] == 0
    for message in messages:
        await socket.send_str(message)
    while not socket.closed:
        await socket.receive()
    assert socket.close_code == code


async def test_a_wrong_password_is_fatal(obs, session):
    """Close code 4009: nobody shall try that again by himself."""
    with pytest.raises(UnwelcomeError, match="4009"):
        await open_connection(session, obs.url, password="guess")
    with pytest.raises(UnwelcomeError, match="asks for a password"):
        await open_connection(session, obs.url, password=None)


async def test_what_is_no_obs_is_out_of_reach(session, unused_tcp_port):
    """Nobody listening is not fatal: it may come up yet."""
    with pytest.raises(UnreachableError, match="refused"):
        await open_connection(
            session, f"ws://127.0.0.1:{unused_tcp_port}", password=PASSWORD
        )


async def test_the_salt_tells_one_process_from_the_next(obs, session):
    """The same over connections, another after a restart: restarts are told by it."""
    salts = []
    for _ in range(2):
        connection = await open_connection(session, obs.url, password=PASSWORD)
        salts.append(connection.salt)
        await connection.aclose()
    await obs.kill()
    await obs.boot()
    connection = await open_connection(session, obs.url, password=PASSWORD)
    salts.append(connection.salt)
    await connection.aclose()
    assert salts[0] == salts[1] != salts[2]


async def test_a_cut_tells_its_story_in_order(obs, session):
    """Started first; the scene after the video ended; nothing for the same scene."""
    told = []
    connection = await open_connection(
        session,
        obs.url,
        password=PASSWORD,
        subscriptions=Events.SCENES | Events.TRANSITIONS,
        on_event=lambda name, data: told.append((name, data.get("sceneName"))),
    )
    for scene in ("HoldingSlide", "Reveal"):
        cut = requests.SetCurrentProgramScene(sceneName=scene)
        await connection.call(cut, 5.0)
    choosing = "CurrentSceneTransitionChanged"  # of setting the stage, if it comes late
    while len(told) - told.count((choosing, None)) < 4:
        await connection.call(requests.GetVersion(), 5.0)
    await connection.aclose()
    names = [name for name, _ in told if name != choosing]
    assert names[0] == "SceneTransitionStarted"
    assert sorted(names) == [
        "CurrentProgramSceneChanged",
        "SceneTransitionEnded",
        "SceneTransitionStarted",
        "SceneTransitionVideoEnded",
    ]
    assert ("CurrentProgramSceneChanged", "Reveal") in told


async def test_an_interrupted_fade_never_tells_of_its_scene(obs, session):
    """Two Started, one Ended, one scene."""
    told = []
    connection = await open_connection(
        session,
        obs.url,
        password=PASSWORD,
        subscriptions=Events.SCENES | Events.TRANSITIONS,
        on_event=lambda name, data: told.append((name, data.get("sceneName"))),
    )
    fade = [
        requests.SetCurrentSceneTransition(transitionName="Fade"),
        requests.SetCurrentSceneTransitionDuration(transitionDuration=800),
        requests.SetCurrentProgramScene(sceneName="Keynote"),
    ]
    await connection.batch(fade, 5.0)
    while ("SceneTransitionStarted", None) not in told:
        await connection.call(requests.GetVersion(), 5.0)
    await connection.call(requests.SetCurrentProgramScene(sceneName="Reveal"), 5.0)
    last = {("SceneTransitionEnded", None), ("CurrentProgramSceneChanged", "Reveal")}
    while not last <= set(told):  # in either order
        await connection.call(requests.GetVersion(), 5.0)
    await connection.aclose()
    names = [name for name, _ in told]
    assert names.count("SceneTransitionStarted") == 2
    assert names.count("SceneTransitionEnded") == 1
    assert [scene for _, scene in told if scene] == ["Reveal"]


async def test_without_a_subscription_no_event_comes(obs, session):
    """Commands go over such a connection, so no event ever holds a reply back."""
    told = []
    connection = await open_connection(
        session,
        obs.url,
        password=PASSWORD,
        subscriptions=Events.NONE,
        on_event=lambda name, data: told.append(name),
    )
    await connection.call(requests.SetCurrentProgramScene(sceneName="Reveal"), 5.0)
    for _ in range(20):
        await connection.call(requests.GetVersion(), 5.0)
    await connection.aclose()
    assert told == []
