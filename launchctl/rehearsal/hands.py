"""People of a rehearsal in virtual time: their calls, and what their own hands do."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from launchctl.rehearsal.backstage import Backstage, Beside
from launchctl.rehearsal.people import play
from launchctl.rehearsal.pressing import Deed
from launchctl.rehearsal.script import Script, Step


@runtime_checkable
class PostsByHand(Protocol):
    """An emulated network on which an account's owner can post from the phone."""

    def post_by_hand(self, handle: str, text: str) -> object:
        """Publish it."""
        ...


def people(script: Script, deeds: list[Deed]) -> Beside:
    """Plays the script; ``deeds`` gets what became of each line."""

    async def beside(backstage: Backstage) -> None:
        hands = {
            "cut": lambda step: _cut(backstage, step),
            "post-by-hand": lambda step: _post(backstage, step),
        }
        await play(
            script,
            backstage.show,
            backstage.inbox,
            backstage.clock,
            rest=backstage.show.wait,
            hands=hands,
            mean=backstage.mean,
            deeds=deeds,
        )

    return beside


def _cut(backstage: Backstage, step: Step) -> str | None:
    """The video operator cuts in OBS's own window."""
    name = str(step.args.get("stage") or backstage.show.runbook.first_stage)
    mixer = backstage.world.stages.get(name)
    if mixer is None:
        return f"no stage {name!r} is emulated"
    if not mixer.world.has_scene(step.target or ""):
        return f"stage {name} has no scene {step.target!r}"
    mixer.world.cut(step.target or "")
    return None


def _post(backstage: Backstage, step: Step) -> str | None:
    """An executive posts from the phone."""
    account = backstage.show.runbook.accounts.get(step.target or "")
    if account is None:
        return f"there is no account {step.target!r}"
    network: object = backstage.world.networks.get(account.network)
    if not isinstance(network, PostsByHand):
        return f"nobody can post by hand on {account.network} here"
    network.post_by_hand(account.handle, str(step.args.get("text", "")))
    backstage.pace.rouse()  # no far end tells of it: whoever watches looks
    return None
