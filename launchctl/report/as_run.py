"""The as-run report: what was planned, what was run, and how it went.

It is made of the journal and the status that the journal folds to, and of nothing else,
so anybody who has the journal can make it again. ``launch report --json`` prints it as
it stands here: scripts build on its fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from launchctl.runbook.networks import NETWORKS
from launchctl.show.status import CueStatus, PostStatus, Status
from launchctl.times import parse_instant, seconds

_CUE_FIELDS = (
    "cue",
    "procedure",
    "state",
    "planned",
    "due",
    "fired",
    "sent",
    "confirmed",
    "late_by_s",
    "by",
    "reason",
    "take",
)
_POST_FIELDS = ("cue", "account", "network", "state", "id", "url", "text", "attempts")
_REPOST = re.compile(r"repost of \S+")
"""How a status writes a repost, which has no words of its own."""
_WRONG = {
    "failed": "failed",
    "parked": "is parked: it waits for a person",
    "in_doubt": "is in doubt: nobody knows whether it went out",
}


def make_report(lines: Sequence[Mapping[str, Any]], status: Status) -> dict[str, Any]:
    """The report of a run from its journal ``lines`` and its ``status``."""
    return {
        "run": status["run"],
        "runbook": status["runbook"],
        "digest": status["digest"],
        "rehearsal": status["rehearsal"],
        "state": status["state"],
        "verdict": status["verdict"],
        "reasons": verdict_reasons(status),
        "began": lines[0]["at"] if lines else None,
        "ended": lines[-1]["at"] if lines else None,
        "t0": status["t0"],
        "cues": _cues(lines, status),
        "posts": [_post(post) for post in status["posts"]],
        "figures": status["figures"],
        "orders": _orders(status),
        "holds": holds_of(lines),
        "calls": calls_of(lines),
        "health": status["health"],
        "events": len(lines),
        "journal_digest": status["journal_digest"],
    }


def verdict_reasons(status: Status) -> list[str]:
    """Why a show is not green: a sentence for each thing that went wrong."""
    reasons = []
    if status["state"] == "aborted":
        reasons.append("the show was aborted")
    for cue in status["cues"]:
        wrong = _WRONG.get(cue["state"])
        if wrong is not None:
            why = f" ({cue['reason']})" if cue["reason"] else ""
            reasons.append(f"cue {cue['cue']} {wrong}{why}")
    return reasons


def holds_of(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every hold of the run: when it opened, when and by whom it was released."""
    holds: list[dict[str, Any]] = []
    open_now: dict[str, dict[str, Any]] = {}
    for line in lines:
        name = line.get("name")
        if line["event"] == "hold_opened":
            hold = {
                "name": name,
                "kind": line.get("kind"),
                "reason": line.get("reason"),
                "since": line.get("since") or line["at"],
                "released": None,
                "released_by": None,
                "lasted_s": None,
            }
            holds.append(hold)
            open_now[str(name)] = hold
        elif line["event"] == "hold_released" and name in open_now:
            hold = open_now.pop(str(name))
            released = line.get("ended") or line["at"]
            lasted_us = parse_instant(released) - parse_instant(hold["since"])
            hold["released"] = released
            hold["released_by"] = line.get("by")
            hold["lasted_s"] = seconds(lasted_us)
    return holds


def calls_of(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many calls of each verb were accepted and refused: ``{"go refused": 1}``."""
    counted: dict[str, int] = {}
    for line in lines:
        if line["event"] in {"call_accepted", "call_refused"}:
            word = str(line["event"]).removeprefix("call_")
            key = f"{line.get('verb', '?')} {word}"
            counted[key] = counted.get(key, 0) + 1
    return dict(sorted(counted.items()))


def _cues(lines: Sequence[Mapping[str, Any]], status: Status) -> list[dict[str, Any]]:
    """Every cue, and ``t_s``: T when it fired last, None if it did not."""
    fired = {line["cue"]: line["t_s"] for line in lines if line["event"] == "fired"}
    return [
        _picked(cue, _CUE_FIELDS) | {"t_s": fired.get(cue["cue"])}
        for cue in status["cues"]
    ]


def _post(post: PostStatus) -> dict[str, Any]:
    """With ``length`` and ``limit`` as its network counts; None where it has no text of
    its own, has not got all of it yet, or the network's rules are not known.
    """
    network = NETWORKS.get(post["network"])
    text = post["text"]
    known = network is not None and not _REPOST.fullmatch(text) and "{{" not in text
    why = {"why": post["why"]} if "why" in post else {}
    return (
        _picked(post, _POST_FIELDS)
        | why
        | {
            "length": network.count(text) if network and known else None,
            "limit": network.length if network and known else None,
        }
    )


def _picked(entry: CueStatus | PostStatus, fields: tuple[str, ...]) -> dict[str, Any]:
    plain: Mapping[str, Any] = {**entry}
    return {field: plain[field] for field in fields}


def _orders(status: Status) -> dict[str, Any] | None:
    return None if status["orders"] is None else {**status["orders"]}
