"""What the language has and this version does not build yet: clear load errors.

One table per place. A word that stands here is known, so that it is never taken for a
misspelling, and refused, so that no runbook relies on what does not happen.
"""

from __future__ import annotations

TOP: frozenset[str] = frozenset()
ACTIONS: frozenset[str] = frozenset()
GATES: frozenset[str] = frozenset()
DRIVERS = frozenset({"vmix", "atem", "casparcg"})
SOURCES = frozenset({"shopify", "stripe", "woocommerce", "csv", "http"})

KEYS: dict[str, frozenset[str]] = {
    "stage": frozenset(),
    "account": frozenset(),
    "role": frozenset(),
    "embargo": frozenset(),
    "approvals": frozenset(),
    "orders": frozenset(),
    "source": frozenset(),
    "figure": frozenset(),
    "http": frozenset(),
    "procedure": frozenset(),
}
"""Keys by the kind of mapping they stand in."""


def not_built(word: str) -> str:
    """The sentence of such an error."""
    return f"`{word}` is not built yet in this version"
