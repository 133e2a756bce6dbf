"""What the language has and this version does not build yet: clear load errors.

A word that stands here is known, so that it is never taken for a misspelling, and
refused, so that no runbook relies on what does not happen.
"""

from __future__ import annotations

DRIVERS = frozenset({"vmix", "atem", "casparcg"})
SOURCES = frozenset({"shopify", "stripe", "woocommerce", "csv", "http"})


def not_built(word: str) -> str:
    """The sentence of such an error."""
    return f"`{word}` is not built yet in this version"
