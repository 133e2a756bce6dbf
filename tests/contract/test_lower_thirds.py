"""Lower thirds on every OBS: written, shown, and hidden by a second command."""

from launchctl.runbook.actions import LowerThird, LowerThirdBody, Visibility, Visible
from launchctl.show.inputs import Answer
from tests.contract.test_obs import hall, obs, obs_process, text  # noqa: F401  fixtures
from tests.obs_fixture import COUNTER


async def test_a_lower_third_is_written_and_shown(hall, obs):  # noqa: F811  fixtures
    """SEMANTICS 6: success of both, and no hand in it."""
    hide = Visible(visible=Visibility(source=COUNTER, scene="Reveal", show=False))
    assert (await hall.send(hide)).answer is Answer.OK
    body = LowerThirdBody(source=COUNTER, text="Ana Diaz", scene="Reveal")
    shown = await hall.send(
        LowerThird(lower_third=body), text="Ana Diaz", scene="Reveal"
    )
    assert shown.answer is Answer.OK
    assert await text(obs) == "Ana Diaz"
    item = {"sceneName": "Reveal", "sourceName": COUNTER}
    found = await obs.hand("GetSceneItemId", **item)
    now = await obs.hand("GetSceneItemEnabled", sceneName="Reveal", **found)
    assert now["sceneItemEnabled"] is True
    assert hall.hands == []
