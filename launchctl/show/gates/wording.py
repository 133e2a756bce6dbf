"""What an approval was given to, in words; and how a text differs from that.

A digest says that something changed, not what. So the words go into the journal with
the consent, and who is asked again sees the difference (SEMANTICS 5, approval).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from launchctl.runbook.actions import Post
from launchctl.runbook.digest import text_of
from launchctl.runbook.model import Figure, Runbook
from launchctl.runbook.templates import template
from launchctl.show.gates.figures import as_of_in_words
from launchctl.show.plan import Slot

Change = tuple[str, str]
"""(same, gone or new; the words)."""

_WORDS = re.compile(r"\s+|[^\s]+")


def words_of(runbook: Runbook, slot: Slot) -> str:
    """The template, and all else that decides what people will read, a line each."""
    action = slot.action
    source = text_of(action) or ""
    sender = runbook.accounts.get(slot.account or "")
    lines = [source, f"@{sender.handle} on {sender.network}" if sender else ""]
    paths = dict.fromkeys(template(source).paths)
    for path in paths:
        if path[0] == "figures" and path[1] in runbook.figures:
            lines.append(_figure(runbook.figures[path[1]]))
        elif path[0] == "vars":
            lines.append(f"{path[1]}: {runbook.vars.get(path[1])}")
    if isinstance(action, Post):
        lines.extend(
            f"{media.file} ({media.sha256[:12]}): {media.alt}"
            for media in action.post.media
        )
    return "\n".join(line for line in lines if line)


def _figure(figure: Figure) -> str:
    parts = [f"{figure.name}: {figure.of}"]
    if figure.as_of is not None:
        parts.append(f"as of {as_of_in_words(figure.as_of)}")
    if figure.round is not None:
        parts.append(f"rounded down to {figure.round.down}")
    if figure.bounds is not None:
        parts.append(f"from {figure.bounds[0]} to {figure.bounds[1]}")
    return ", ".join(parts)


def changes(before: str, after: str) -> list[Change]:
    """Word by word: what stayed, what is gone and what is new."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Change] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            _add(found, "same", old[a:b])
            continue
        _add(found, "gone", old[a:b])
        _add(found, "new", new[c:d])
    return found


def _add(found: list[Change], what: str, words: Sequence[str]) -> None:
    if words:
        found.append((what, "".join(words)))
