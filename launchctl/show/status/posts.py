"""The status of posts."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show.actions.content import NotRenderedError, render
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import ActionState
from launchctl.show.status.permits import earlier
from launchctl.show.status.shapes import (
    PostStatus,
)
from launchctl.show.tables import FINISHED, UNFIRED, ActionWord, CueWord
from launchctl.times import format_instant

_POST_WORDS = {
    ActionWord.SENT: "sending",
    ActionWord.RETRYING: "sending",
    ActionWord.SETTLING: "sending",
    ActionWord.OK: "sent",
    ActionWord.IGNORED: "refused",
    ActionWord.FAILED: "refused",
    ActionWord.STOPPED: "parked",
    ActionWord.IN_DOUBT: "in_doubt",
}


def posts_of(core: Core) -> list[PostStatus]:
    """Every post of the file, sent or not."""
    return [
        _post(core, item, slot, slot.action)
        for item in core.plan.cues.values()
        for slot in item.slots
        if isinstance(slot.action, act.Post)
    ]


def _post(core: Core, item: Planned, slot: Slot, action: act.Post) -> PostStatus:
    cue = core.state.cues[item.cue.id]
    sent = cue.actions.get(slot.id)
    never = cue.state is CueWord.IDLE and core.state.show in FINISHED
    digest = per.digest_of(core, item, slot)
    given = core.state.approvals.get(digest, {})
    account = slot.account or ""
    known = core.runbook.accounts.get(account)
    row: PostStatus = {
        "cue": item.cue.id,
        "account": account,
        "network": known.network if known else "",
        "state": "skipped"
        if never or per.is_retired(core, item, slot)
        else _post_word(cue.state, sent),
        "id": sent.receipt_id if sent else None,
        "url": sent.receipt_url if sent else None,
        "text": _text(core, slot, action, sent),
        "attempts": sent.attempt if sent else 0,
        "digest": digest,
        "needs": []
        if isinstance(action, act.Repost)
        else list(per.missing_roles(core, digest, per.roles_asked(core, item))),
        "approved": [
            {"role": role, "by": approval.by, "at": format_instant(approval.at_us)}
            for role, approval in given.items()
        ],
    }
    if never:
        row["why"] = "not needed"
    before = earlier(core, item, slot, digest)
    if before is not None:
        row["earlier"] = before
    found = per.superseded_by(core, item, slot)
    if found is not None:
        row["found"] = {
            "id": found.id,
            "url": found.url,
            "text": found.text,
            "at": format_instant(found.at_us),
        }
    return row


def _post_word(cue: CueWord, sent: ActionState | None) -> str:
    if cue in UNFIRED:
        return "parked" if cue is CueWord.PARKED else "waiting"
    stopped = sent is not None and sent.state is ActionWord.STOPPED
    if sent is not None and not (stopped and cue is CueWord.SKIPPED):
        return _POST_WORDS[sent.state]
    return "skipped" if cue in (CueWord.SKIPPED, CueWord.NOT_TAKEN) else "waiting"


def _text(core: Core, slot: Slot, action: act.Post, sent: ActionState | None) -> str:
    if sent is not None and "text" in sent.content:
        return str(sent.content["text"])
    try:
        return str(render(core, action, slot.account))
    except NotRenderedError:
        return action.post.text
