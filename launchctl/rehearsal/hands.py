"""What people of a rehearsal do with their own hands, without a call: the operator
cuts, an executive posts from the phone. The show sees it as it would a real one.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from launchctl.rehearsal.backstage import Backstage, Beside
from launchctl.rehearsal.people import play
from launchctl.rehearsal.pressing import Deed
from launchctl.rehearsal.script import BY_HAND, Script, Step
from launchctl.rehearsal.world import World
from launchctl.runbook.model import Runbook


@runtime_checkable
class PostsByHand(Protocol):
    """An emulated network on which an account's owner can post from the phone."""

    def post_by_hand(self, handle: str, text: str) -> object:
        """Publish it."""
        ...


def people(script: Script, deeds: list[Deed]) -> Beside:
    """Plays the script in virtual time; ``deeds`` gets what became of each line."""

    async def beside(backstage: Backstage) -> None:
        async def by_hand(step: Step) -> str | None:
            trouble = do_by_hand(step, backstage.world, backstage.show.runbook)
            if step.do != "cut":  # no network tells of it: whoever watches looks
                backstage.pace.rouse()
            return trouble

        await play(
            script,
            backstage.show,
            backstage.inbox,
            backstage.clock,
            rest=backstage.show.wait,
            hands=dict.fromkeys(BY_HAND, by_hand),
            mean=backstage.mean,
            deeds=deeds,
        )

    return beside


def do_by_hand(step: Step, world: World, runbook: Runbook) -> str | None:
    """Do it to the emulated far ends; a sentence if that cannot be done."""
    assert step.do in BY_HAND
    if step.do == "cut":
        return _cut(step, world, runbook)
    return _post(step, world, runbook)


def _cut(step: Step, world: World, runbook: Runbook) -> str | None:
    """The video operator cuts in OBS's own window."""
    name = str(step.args.get("stage") or runbook.first_stage)
    mixer = world.stages.get(name)
    if mixer is None:
        return f"stage {name} is not emulated: cut there yourself"
    if not mixer.world.has_scene(step.target or ""):
        return f"stage {name} has no scene {step.target!r}"
    mixer.world.cut(step.target or "")
    return None


def _post(step: Step, world: World, runbook: Runbook) -> str | None:
    """An executive posts from the phone."""
    account = runbook.accounts.get(step.target or "")
    if account is None:
        return f"there is no account {step.target!r}"
    network: object = world.networks.get(account.network)
    if not isinstance(network, PostsByHand):
        return f"nobody can post by hand on {account.network} here"
    network.post_by_hand(account.handle, str(step.args.get("text", "")))
    return None
