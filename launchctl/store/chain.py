"""The journal's canonical line and the chain over all lines.

``chain(0)`` is 32 zero bytes and ``chain(n) = SHA-256(chain(n - 1) + line n)``, where
the line is its canonical JSON in UTF-8. The last link, in hex, is the
``journal_digest``: who has it can tell whether any line of the journal was changed,
lost or put in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)
"""The link before the first line."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Where a journal is no longer what was written.

    Attributes:
        seq: the first line that does not fit.
        why: a sentence for people.
    """

    seq: int
    why: str


def canonical(line: Mapping[str, Any]) -> str:
    """The one way to write a line: keys sorted, no blanks, no NaN, Unicode as it is.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value is no JSON value.
    """
    text = json.dumps(
        line,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    # Half a surrogate pair cannot be stored; escaped, as JSON may be, it comes back.
    return text.encode("utf-8", "backslashreplace").decode()


def link(before: bytes, text: str) -> bytes:
    """The chain after one more canonical line."""
    return hashlib.sha256(before + text.encode()).digest()


def check_line(
    seq: int, text: str, chain: bytes, expected_seq: int, before: bytes
) -> Damage | None:
    """Whether a stored line is the next one after ``before``; None if it is."""
    if seq != expected_seq:
        return Damage(expected_seq, f"line {expected_seq} is missing: {seq} follows")
    if link(before, text) != chain:
        return Damage(seq, f"line {seq} was changed after it was written")
    return None
