"""Words of messages: what stands there, what was expected, the near miss."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches

from launchctl.runbook.nodes import Mapping, Node, Sequence

_MAX_SHOWN = 40

_compared: ContextVar[list[int] | None] = ContextVar("compared", default=None)

_MAX_COMPARED = 20_000
"""Names compared in one load: a file of thousands of slips is answered at once too."""


@contextmanager
def bounded_guesses() -> Iterator[None]:
    """Inside, near misses are looked for only as long as that takes no time."""
    token = _compared.set([0])
    try:
        yield
    finally:
        _compared.reset(token)


def near(word: str, known: Collection[str]) -> str:
    """``did you mean scene?``, or an empty string."""
    compared = _compared.get()
    if compared is not None:
        compared[0] += len(known)
        if compared[0] > _MAX_COMPARED:
            return ""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean {by_lower[found[0]]}?" if found else ""


def shown(node: Node) -> str:
    """What stands there, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return f"the truth value {node.text}"
    if isinstance(node.value, int | float):
        return f"the number {node.text}"
    text = node.text
    return repr(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "...")


def either(words: Iterable[str]) -> str:
    """``a, b or c``."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
