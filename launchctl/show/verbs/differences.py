"""What an amendment changes, in terms of the show."""

from __future__ import annotations

from collections.abc import Collection

from launchctl.runbook import actions as act
from launchctl.runbook.digest import text_of
from launchctl.runbook.embargo import is_teaser
from launchctl.runbook.model import AtCue, AtT, AtWall, Cue, Runbook
from launchctl.show.plan.amended import all_cues
from launchctl.times import format_instant, format_span, format_t

_WHOLE = {
    "title": "title",
    "hard_out_us": "hard_out",
    "approvals": "approvals",
    "default_approvals": "approvals: default",
    "four_eyes": "four_eyes",
    "require_rehearsed_us": "require_rehearsed",
    "vars": "vars",
    "safe": "safe",
}
_TABLES = {
    "embargoes": "embargo",
    "figures": "figure",
    "groups": "group",
    "procedures": "procedure",
}
_ROUGH = {
    "after": "after",
    "when": "when",
    "go": "go",
    "gate": "gate",
    "wait": "wait",
    "late": "late",
    "about": "about",
    "teaser": "public",
    "once": "once",
    "reserve": "reserve",
    "in_hold_wait": "in_hold",
    "on_recycle": "on_recycle",
    "segment": "segment",
    "choice": "choice",
    "poll": "poll",
    "option": "option",
    "sheet": "sheet",
}


def top_words(old: Runbook, new: Runbook) -> list[str]:
    """A line for each part of the runbook, beside its cues, that changed."""
    lines = [
        f"{word}: changed"
        for name, word in _WHOLE.items()
        if getattr(old, name) != getattr(new, name)
    ]
    for name, word in _TABLES.items():
        was, is_now = getattr(old, name), getattr(new, name)
        lines += [f"new {word} {key}" for key in is_now if key not in was]
        lines += [f"{word} {key}: removed" for key in was if key not in is_now]
        if name != "procedures":  # their cues are told one by one
            both = [key for key in was if key in is_now]
            lines += [f"{word} {k}: changed" for k in both if was[k] != is_now[k]]
    return lines


def cue_words(old: Cue, new: Cue) -> str:
    """What changed in a cue: ``at T+4m -> T+6m; text changed``."""
    words = []
    if old.at != new.at:
        words.append(f"at {_at(old)} -> {_at(new)}")
    for name, word in _ROUGH.items():
        if getattr(old, name, None) != getattr(new, name, None):
            words.append(f"{word} changed")
    if old.do != new.do:
        words.append(f"{_actions(old, new)} changed")
    return "; ".join(words) or "changed"


def _at(cue: Cue) -> str:
    match cue.at:
        case AtT(offset_us=offset_us):
            return format_t(offset_us)
        case AtWall(at_us=at_us):
            return format_instant(at_us)
        case AtCue(cue=other, offset_us=offset_us, film=film):
            sign = "-" if offset_us < 0 else "+"
            end = ".end" if film else ""
            return f"{other}{end} {sign} {format_span(abs(offset_us))}"
        case None:
            return "none"
        case _:
            return str(cue.at)


def _actions(old: Cue, new: Cue) -> str:
    """``text`` if only words changed; else which actions did."""
    if [a.kind for a in old.do] == [a.kind for a in new.do]:
        pairs = [(was, now) for was, now in zip(old.do, new.do, strict=True)]
        differ = [(was, now) for was, now in pairs if was != now]
        if all(
            isinstance(was, act.Post) and text_of(was) != text_of(now)
            for was, now in differ
        ):
            return "text"
        return ", ".join(dict.fromkeys(now.kind for _, now in differ))
    return "actions"


def needs_second(old: Runbook, new: Runbook, closed: Collection[str]) -> str | None:
    """Why the amendment takes two people: an embargo, `public:` or a topic changed."""
    if closed or old.embargoes != new.embargoes:
        return "an embargo changed"
    was = all_cues(old)
    for name, (cue, _) in all_cues(new).items():
        before = was[name][0] if name in was else None
        if _leaves(cue) != (_leaves(before) if before is not None else ()):
            return f"`public` of {name}"
        if before is not None and before.about != cue.about:
            return f"the topics of {name} changed"
    return None


def _leaves(cue: Cue) -> tuple[int, ...]:
    """Which of its guarded actions are marked `public: teaser`."""
    return tuple(
        index
        for index, action in enumerate(cue.do)
        if action.guarded and is_teaser(cue, action)
    )
