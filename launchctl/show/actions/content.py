"""The values that leave with a command: texts rendered, receipts looked up.

A new action that leaves the engine is an arm in ``content_of``.
"""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.digest import text_of
from launchctl.runbook.languages import vars_in
from launchctl.runbook.networks import NETWORKS
from launchctl.runbook.templates import template
from launchctl.show.core import Core
from launchctl.show.plan import Slot
from launchctl.show.values import values_of


class NotRenderedError(Exception):
    """A text could not be rendered; the sentence says why."""


def content_of(
    core: Core, action: act.AnyAction, account: str | None
) -> dict[str, Any]:
    """The rendered values of a command, as plain JSON values.

    Raises:
        NotRenderedError: a name of its text has no value.
    """
    match action:
        case act.Scene():
            return {"scene": action.scene}
        case act.LowerThird():
            stage = core.state.stages[action.stage or core.runbook.first_stage or ""]
            scene = action.lower_third.scene or stage.program
            return {
                "scene": scene or stage.wanted.get("program"),
                "text": render(core, action, None),
            }
        case act.PlayMedia():
            return {"scene": action.media.scene}
        case act.SetText():
            return {"text": render(core, action, None)}
        case act.Visible():
            stage = core.state.stages[action.stage or core.runbook.first_stage or ""]
            scene = action.visible.scene or stage.program or stage.wanted.get("program")
            return {"scene": scene}
        case act.Notify():
            return {"text": render(core, action, None)}
        case act.Post():
            return {
                "text": render(core, action, account),
                "media": [media.model_dump() for media in action.post.media],
                "reply_to": _reply_to(core, action, account),
            } | _repeated(core, action, account)
        case _:
            return {}


def render(core: Core, action: act.AnyAction, account: str | None) -> str:
    """The action's text with the values of now.

    Raises:
        NotRenderedError: a name of its text has no value.
    """
    parsed = template(text_of(action) or "")
    lang = core.runbook.accounts[account].lang if account else None
    try:
        values = values_of(core, parsed.paths)
        if "vars" in values:
            values["vars"] = vars_in(core.runbook, lang)
        return parsed.render(
            values,
            lang or core.runbook.locale,
            core.runbook.timezone or "UTC",
        )
    except (LookupError, ValueError) as error:
        raise NotRenderedError(f"the text cannot be rendered: {error}") from None


def _reply_to(core: Core, action: act.Post, account: str | None) -> str | None:
    """The id of what this post answers: of a cue's post, or as written."""
    written = action.post.answers
    if written is not None and account is not None:
        known = NETWORKS.get(core.runbook.accounts[account].network)
        return (known and known.post_named(written)) or written
    if isinstance(action, act.Repost):
        return None
    if action.post.reply_to is None:
        return None
    return _receipt(core, action, account)


def _repeated(core: Core, action: act.Post, account: str | None) -> dict[str, Any]:
    """What a repost shows again."""
    if not isinstance(action, act.Repost):
        return {}
    return {"repost": _receipt(core, action, account)}


def _receipt(core: Core, action: act.Post, account: str | None) -> str:
    """The receipt id of the cue it names: on the same account, else on any of its
    network (a plain ``post`` answers only its own).
    """
    cue = action.post.reply_to or ""
    actions, accounts = core.state.cues[cue].actions, core.runbook.accounts
    sent: dict[str, str] = {}
    for slot in core.plan.cues[cue].slots:
        receipt = actions[slot.id].receipt_id if slot.id in actions else None
        if slot.account is not None and receipt is not None:
            sent.setdefault(slot.account, receipt)
    found = sent.get(account or "")
    if found is None and action.kind != "post" and account is not None:
        there = accounts[account].network
        same = (name for name in sent if accounts[name].network == there)
        found = sent.get(next(same, ""))
    if found is None:
        what = "repost" if isinstance(action, act.Repost) else "reply to"
        raise NotRenderedError(f"{cue} has no receipt to {what}")
    return found


def hung_on(core: Core, cue: str, slot: Slot) -> str:
    """The receipt id of the part before.

    Raises:
        NotRenderedError: it has none.
    """
    before = core.state.cues[cue].actions.get(slot.after or "")
    if before is None or before.receipt_id is None:
        raise NotRenderedError("the part before it has no receipt to hang on")
    return before.receipt_id


def said(core: Core, action: act.Say) -> str:
    """What a word says; as written where a name of it has no value."""
    try:
        return render(core, action, None)
    except NotRenderedError:
        return action.say.text
