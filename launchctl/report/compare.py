"""Two runs beside each other: a rehearsal and the one before, or a run and its plan.

Instants are compared as T, so that a show of another day, or one that was held, can be
laid beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Report = Mapping[str, Any]

MOVED_S = 0.5
"""Less than this is the same instant to people."""


def compare_runs(before: Report, after: Report) -> dict[str, Any]:
    """What changed from one report to the next.

    ``before`` and ``after``: run, digest, verdict, reasons. ``cues``, only those that
    differ: ``{"cue", "was_t_s", "now_t_s", "moved_s", "was_state", "now_state"}`` (no
    T: did not fire). ``same`` counts the others. ``posts``, where the words differ:
    ``{"cue", "account", "was", "now"}``.
    """
    rows = []
    same = 0
    olds, news = (_by_cue(report) for report in (before, after))
    for name in [*news, *(name for name in olds if name not in news)]:
        row = _row(name, olds.get(name), news.get(name))
        if row is None:
            same += 1
        else:
            rows.append(row)
    return {
        "before": _head(before),
        "after": _head(after),
        "cues": rows,
        "same": same,
        "posts": _texts(before, after),
    }


def _head(report: Report) -> dict[str, Any]:
    return {
        "run": report["run"],
        "digest": report["digest"],
        "verdict": report["verdict"],
        "reasons": list(report["reasons"]),
    }


def _by_cue(report: Report) -> dict[str, Mapping[str, Any]]:
    return {cue["cue"]: cue for cue in report["cues"]}


def _row(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    was_s, now_s = (cue["t_s"] if cue else None for cue in (old, new))
    moved_s = None if was_s is None or now_s is None else now_s - was_s
    was_state = old["state"] if old else None
    now_state = new["state"] if new else None
    if was_state == now_state and (moved_s is None or abs(moved_s) < MOVED_S):
        return None
    return {
        "cue": name,
        "was_t_s": was_s,
        "now_t_s": now_s,
        "moved_s": moved_s,
        "was_state": was_state,
        "now_state": now_state,
    }


def _texts(before: Report, after: Report) -> list[dict[str, Any]]:
    """Posts whose words differ; one that only one of them has stands beside nothing."""
    olds, news = (
        {(post["cue"], post["account"]): post["text"] for post in report["posts"]}
        for report in (before, after)
    )
    return [
        {
            "cue": cue,
            "account": account,
            "was": olds.get((cue, account)),
            "now": news.get((cue, account)),
        }
        for cue, account in [*news, *(key for key in olds if key not in news)]
        if olds.get((cue, account)) != news.get((cue, account))
    ]
