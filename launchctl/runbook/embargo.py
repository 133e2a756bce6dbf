"""What stands under which embargo."""

from __future__ import annotations

from launchctl.runbook.actions import Action, Http, Post, Thread
from launchctl.runbook.model import Cue, Embargo, Runbook


def is_teaser(cue: Cue, action: Action) -> bool:
    """True if the cue, or this post or call itself, says ``public: teaser``."""
    match action:
        case Post():
            return cue.teaser or action.post.teaser
        case Thread():
            return cue.teaser or action.thread.parts[0].teaser
        case Http():
            return cue.teaser or action.http.teaser
    return cue.teaser


def embargoes_of(runbook: Runbook, cue: Cue, action: Action) -> tuple[str, ...]:
    """The names of the embargoes that guard this action, in file order.

    Posts and http calls are guarded: by every embargo with ``default: true`` unless
    they are a teaser, and by every one whose ``topics`` meet the cue's ``about``.
    """
    if not action.guarded:
        return ()
    teaser = is_teaser(cue, action)
    return tuple(
        name
        for name, embargo in runbook.embargoes.items()
        if _covers(embargo, cue, teaser=teaser)
    )


def _covers(embargo: Embargo, cue: Cue, *, teaser: bool) -> bool:
    by_topic = any(topic in cue.about for topic in embargo.topics)
    return by_topic or (embargo.default and not teaser)
