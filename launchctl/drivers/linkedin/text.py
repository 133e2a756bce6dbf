"""A text as LinkedIn's "little" format wants it.

Its reserved characters must be escaped: unescaped, LinkedIn publishes the text up to
the first of them and says that all is well. A hash that begins a hashtag stays one.

Source: learn.microsoft.com/linkedin, "little text format".
"""

from __future__ import annotations

import re

_RESERVED = re.compile(r"[\\|{}@\[\]()<>*_~]|#(?!\w)|(?<=\w)#")


def escaped(text: str) -> str:
    """The commentary of a text."""
    return _RESERVED.sub(lambda found: f"\\{found[0]}", text)
