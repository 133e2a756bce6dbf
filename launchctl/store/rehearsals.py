"""What came of rehearsals: kept by the runbook's digest, outside every run folder.

One small JSON file for each rehearsal, below ``$XDG_STATE_HOME/launchctl/rehearsals``.
A live run can demand one (``require_rehearsed``): of this very text, green, and recent.
Files that cannot be read are left out: they prove nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launchctl.errors import InputError
from launchctl.store.folder import state_root
from launchctl.times import Micros, format_instant, format_span, parse_instant

GREEN = "green"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One rehearsal.

    Attributes:
        at_us: when it was played, by the wall.
        digest: of the runbook that was played.
        title: of the runbook; two versions of a show share it.
        verdict: green or red.
        reasons: why it is not green.
        report: all that ``launch report --json`` says.
        file: the runbook's; two versions of a show share it too. Empty in what was kept
            before files were.
    """

    at_us: Micros
    digest: str
    title: str
    verdict: str
    reasons: tuple[str, ...]
    report: Mapping[str, Any]
    file: str = ""


def rehearsals_root() -> Path:
    """Where they are kept."""
    return state_root() / "rehearsals"


def keep(rehearsed: Rehearsed) -> Path:
    """Write it down.

    Raises:
        InputError: the folder cannot be written.
    """
    root = rehearsals_root()
    stamp = format_instant(rehearsed.at_us).replace(":", "").replace("-", "")
    path = root / f"{stamp}-{rehearsed.digest[:12]}.json"
    written = {
        "at": format_instant(rehearsed.at_us),
        "digest": rehearsed.digest,
        "title": rehearsed.title,
        "file": rehearsed.file,
        "verdict": rehearsed.verdict,
        "reasons": list(rehearsed.reasons),
        "report": rehearsed.report,
    }
    draft = path.with_suffix(".draft")
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(json.dumps(written), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"the rehearsal cannot be kept in {root}: {error.strerror}",
            hint="make the folder writable, or set XDG_STATE_HOME",
        ) from None
    return path


def kept() -> Iterator[Rehearsed]:
    """All that were kept, the newest first."""
    for path in sorted(rehearsals_root().glob("*.json"), reverse=True):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            yield Rehearsed(
                at_us=parse_instant(found["at"]),
                digest=str(found["digest"]),
                title=str(found["title"]),
                verdict=str(found["verdict"]),
                reasons=tuple(found["reasons"]),
                report=found["report"],
                file=str(found.get("file", "")),
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue


def last_of(title: str, file: str) -> Rehearsed | None:
    """The newest rehearsal of a show, whatever its text was then: of this title, and
    of this file where that is known.
    """
    return next(
        (one for one in kept() if one.title == title and one.file in {file, ""}), None
    )


def why_not_rehearsed(digest: str, within_us: Micros, now_us: Micros) -> str | None:
    """Why no green rehearsal of this very text is recent enough; None: one is."""
    newest = None
    for one in kept():
        if one.digest != digest:
            continue
        newest = newest or one
        if one.verdict == GREEN and now_us - one.at_us <= within_us:
            return None
    if newest is None:
        return "this text was never rehearsed"
    ago = format_span(max(0, now_us - newest.at_us) // 1_000_000 * 1_000_000)
    why = f": {newest.reasons[0]}" if newest.reasons else ""
    return f"its last rehearsal, {ago} ago, was {newest.verdict}{why}"
