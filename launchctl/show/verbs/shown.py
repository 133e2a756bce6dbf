"""Calls that act only on the list that the person was shown (SEMANTICS 8).

The first call is refused with the list and its digest; the same call with that digest
is accepted, as long as the list is still the same. A line never says what changes by
the second, or nobody could ever confirm it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from launchctl.show.inputs import Call
from launchctl.show.verbs.base import Refused

_DIGITS = 12


class Shown(Refused):
    """The list that the person has to see first, and its digest."""

    def __init__(self, reason: str, lines: Sequence[str], digest: str) -> None:
        super().__init__(reason)
        self.lines = tuple(lines)
        self.digest = digest


def digest_of_list(call: Call, lines: Sequence[str]) -> str:
    """What names exactly this list of this call."""
    text = "\n".join((call.verb, call.target or "", *lines))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def confirm_list(call: Call, lines: Sequence[str]) -> None:
    """Refuse the call with the list, unless it names the list's digest.

    Raises:
        Shown: the person has not seen this list.
    """
    digest = digest_of_list(call, lines)
    given = call.args.get("digest")
    if given == digest:
        return
    changed = "" if given is None else "the list has changed since it was shown; "
    reason = f"{changed}{call.verb} acts on the shown list: confirm it with {digest}"
    raise Shown(reason, lines, digest)
