"""What is printed of the conductor's answer to a call."""

from __future__ import annotations

from typing import Any

from launchctl.cli.calls import CallAnswer


def in_json(answer: CallAnswer) -> dict[str, Any]:
    """One answer as the object that ``--json`` prints."""
    row: dict[str, Any] = {
        "id": answer.id,
        "accepted": answer.accepted,
        "reason": answer.reason,
        "seq": answer.seq,
        "journal_digest": answer.journal_digest,
    }
    if answer.digest is not None:
        row |= {"listed": list(answer.listed), "digest": answer.digest}
    return row
