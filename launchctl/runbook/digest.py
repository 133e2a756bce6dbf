"""What an approval is given to: one text, for one account, with all that decides it.

The digest is over the template, its filters, the locale, the account and its network,
the bytes of its media, the constants it uses, and the rules and bounds of its figures;
never over a value. Any change of these voids the approval (SEMANTICS 5).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from launchctl.runbook.actions import (
    Action,
    Http,
    LowerThird,
    Notify,
    Post,
    Say,
    SetText,
    ThreadPart,
    posts_in,
)
from launchctl.runbook.languages import lang_of, said_in
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.templates import template

_VERSION = "launchctl approval 1"


def text_of(action: Action) -> str | None:
    """The template of an action that carries one."""
    match action:
        case Post():
            return action.post.text
        case Notify():
            return action.notify.text
        case Say():
            return action.say.text
        case SetText():
            return action.text.text
        case LowerThird():
            return action.lower_third.text
    return None


def figures_in(cue: Cue) -> tuple[str, ...]:
    """The figures that the cue's texts use."""
    names: dict[str, None] = {}
    for action in cue.do:
        for text in posts_in(action) or (action,):
            for path in template(text_of(text) or "").paths:
                if path[0] == "figures":
                    names[path[1]] = None
    return tuple(names)


def approval_digest(runbook: Runbook, action: Action, account: str) -> str:
    """The SHA-256 (hex) that approvals of this post name.

    Args:
        runbook: for locale, account, figures and constants.
        action: the post.
        account: its name in the runbook (one of the group's, if it posts as a group).
    """
    source = text_of(action) or ""
    parsed = template(source)
    sender = runbook.accounts.get(account)
    content: dict[str, Any] = {
        "version": _VERSION,
        "template": source,
        "filters": list(parsed.filters),
        "locale": runbook.locale,
        "account": account,
        "handle": sender.handle if sender else "",
        "network": sender.network if sender else "",
        "figures": {},
        "vars": {},
    }
    if "date" in parsed.filters:
        content["timezone"] = runbook.timezone
    for path in parsed.paths:
        if path[0] == "figures" and path[1] in runbook.figures:
            figure = runbook.figures[path[1]]
            # what has no ``as_of`` keeps the digest that it had before there was one
            rules = figure.model_dump(mode="json")
            if figure.as_of is None:
                rules.pop("as_of")
            content["figures"][path[1]] = rules
        elif path[0] == "outputs":
            content["outputs"] = content.get("outputs", {})
            content["outputs"][path[1]] = runbook.outputs[path[1]].watch
        elif path[0] == "vars":
            content["vars"][path[1]] = said_in(
                runbook.vars.get(path[1]), lang_of(runbook, account)
            )
    content |= _of_post(action) if isinstance(action, Post) else {}
    if isinstance(action, Http):
        # a person decides about an undo when the call has been made
        content["http"] = action.http.model_dump(mode="json", exclude={"undo"})
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _of_post(action: Post) -> dict[str, Any]:
    """What decides a post beside its text. A plain post's never changes its shape."""
    body = action.post
    content: dict[str, Any] = {
        "media": [[media.sha256, media.alt] for media in body.media],
        "reply_to": body.reply_to,
    }
    if body.answers is not None:
        content["answers"] = body.answers
    if action.kind != "post":
        content["kind"] = action.kind
    if isinstance(action, ThreadPart):
        content["part"] = [action.part, action.parts]
    return content
