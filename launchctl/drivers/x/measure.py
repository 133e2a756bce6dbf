"""How long X thinks a text is: 280 weighted characters (twitter-text, configuration 3).

A URL counts 23, CJK and emoji 2, everything after NFC. The parser knows the emoji of
its release; very new ones may count more at X than here, so such texts get a margin.
"""

from __future__ import annotations

import re
import unicodedata

from twitter_text import parse_tweet
from twitter_text.config import config

_RULES = config["version3"]
MAX_WEIGHT: int = _RULES["max_weighted_tweet_length"]
_EMOJI_MARGIN = 10
_PICTOGRAPH = re.compile(r"[\U0001F000-\U0001FFFF\u200d\ufe0f]")
"""Blocks that new emoji come in: the parser does not know those after its release."""
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")


def normalized(text: str) -> str:
    """The text as X keeps it: NFC, plain line feeds, no blanks around it."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", unified).strip()


def weight(text: str) -> int:
    """The text's weighted length."""
    return int(parse_tweet(normalized(text), _RULES).weightedLength)


def cashtags(text: str) -> list[str]:
    """The cashtags in a text (``$TSLA``); ``$35k`` is none. X allows one."""
    return _CASHTAG.findall(text)


def trouble_with(text: str, *, has_media: bool) -> str | None:
    """A sentence if X will refuse the text, or may; None if it fits."""
    plain = normalized(text)
    if not plain:
        return None if has_media else "The text is empty."
    result = parse_tweet(plain, _RULES)
    length = int(result.weightedLength)
    if length > MAX_WEIGHT:
        return (
            f"The text is {length - MAX_WEIGHT} too long for X: it weighs {length}, "
            f"{MAX_WEIGHT} fit (a URL weighs 23, emoji and CJK 2)."
        )
    if not result.valid:
        return "The text holds a character that X does not accept."
    if length > MAX_WEIGHT - _EMOJI_MARGIN and _PICTOGRAPH.search(plain):
        return (
            f"The text weighs {length} of {MAX_WEIGHT} with emoji in it; new emoji "
            f"may weigh more on X: leave {_EMOJI_MARGIN} spare."
        )
    if len(cashtags(plain)) > 1:
        return f"X allows one cashtag, the text has {' '.join(cashtags(plain))}."
    return None
