"""Calls: who may give them, and when (SEMANTICS 8)."""

from __future__ import annotations

from launchctl.times import MINUTE, SECOND

CALL_EXPIRY_US = 2 * SECOND


OVERRIDE_CONFIRM_US = 60 * SECOND
"""Within this a second person confirms an override that needs two."""


TWO_PERSON_US = 5 * MINUTE
"""Two persons confirm within this of each other."""


TWO_PERSON_GATES = ("embargo", "two_person")
"""Kinds of gates whose override needs two persons."""


EXPIRING = ("go", "fire", "resume", "choose")


NEEDS: dict[str, tuple[str, ...]] = {
    "go": (),
    "choose": (),
    "vote": (),
    "confirm": (),
    "skip": ("go",),
    "fire": ("go",),
    "hold": ("hold",),
    "resume": (),
    "approve": ("approve",),
    "revoke": ("approve",),
    "silence": ("silence",),
    "unsilence": ("silence",),
    "retire": ("silence",),
    "settle": ("post",),
    "adopt": ("post",),
    "counter": ("counter",),
    "override": ("override",),
    "call": ("go",),
    "undo": ("go", "counter"),
    "end": ("end", "retime"),
    "recycle": ("retime",),
    "retime": ("retime",),
    "jump": ("retime",),
    "amend": ("retime",),
    "do": ("go",),
    "abort": ("abort",),
    "take-baton": (),
}
"""verb -> any of these in a role's ``may``. () is decided by the target: ``go`` by the
cue's roles, ``choose``, ``vote`` and ``confirm`` by whom it asks, ``resume`` by the
hold's, ``take-baton`` by its role. Posts-only cues also take ``post`` for skip and
fire.
"""


BATON_VERBS = (
    "go",
    "choose",
    "skip",
    "fire",
    "do",
    "call",
    "jump",
    "amend",
    "retime",
    "recycle",
    "end",
    "resume",
)
"""Taken only from whoever holds the baton of a role that may give them."""


AMEND_SECOND_US = 5 * MINUTE
"""Within this a second person confirms an amendment that takes two."""


CLOSING_VERBS = ("settle", "adopt", "silence", "abort")


FINISHED_VERBS = ("settle", "adopt")


NOT_BUILT = (
    "post correct",
    "post delete",
)
"""Verbs of the language that this release refuses, saying so."""
