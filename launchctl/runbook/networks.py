"""What each network is, as far as a runbook can be checked against it.

One row a network: what its posts may be, who may be named, and how long it keeps a key.
A network of a third party (an entry point) has no row: nothing of it is known before it
is asked.

Sources: docs.x.com; docs.bsky.app and the ``app.bsky.feed.post`` lexicon;
docs.joinmastodon.org ("statuses", "Instance"); learn.microsoft.com/linkedin ("Posts
API"), all read in November 2026.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from launchctl.times import HOUR, Micros

X_LENGTH = 280
_URL_WEIGHT = 23
_URL = re.compile(r"https?://[^\s]+")
_REMOTE = re.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")


def weighted_length(text: str) -> int:
    """The length of a text as X counts it (configuration 3 of twitter-text).

    Only what may be too long is given to the parser, which takes a millisecond; of the
    rest it is an upper bound.
    """
    plain = unicodedata.normalize("NFC", text)
    if plain.isascii() and "." not in plain:
        return len(plain)
    at_most = sum(1 if ord(character) < 0x1100 else 2 for character in plain)
    if at_most + _URL_WEIGHT * plain.count(".") <= X_LENGTH:
        return at_most
    return int(_parse_tweet(plain).weightedLength)


def _parse_tweet(text: str) -> Any:
    from twitter_text import parse_tweet  # noqa: PLC0415  slow to import
    from twitter_text.config import config  # noqa: PLC0415

    return parse_tweet(text, config["version3"])


def shown_length(text: str) -> int:
    """What X's own box would show: exact also where ``weighted_length`` need not be."""
    return int(_parse_tweet(unicodedata.normalize("NFC", text)).weightedLength)


def graphemes(text: str) -> int:
    """What people take for characters: an emoji family or a flag is one."""
    if text.isascii():
        return len(text)
    from wcwidth import iter_graphemes  # noqa: PLC0415  slow to import

    return sum(1 for _ in iter_graphemes(text))


def mastodon_length(text: str, url_length: int = _URL_WEIGHT) -> int:
    """Graphemes, with each URL as ``url_length`` and a remote mention as its name."""
    return graphemes(_REMOTE.sub(r"\1", _URL.sub("x" * url_length, text)))


def utf16_length(text: str) -> int:
    """UTF-16 units: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Network:
    """One network.

    Attributes:
        shown: its name, for people.
        credentials: what must follow the prefix of an account's ``credentials``.
        length: how long a text may be, by ``measure``.
        measure: how the network counts; of a text that fits it may be an upper bound.
        exact: how long a text is for people to read; None: as ``measure``.
        counts: what it counts, for people.
        usual: ``length`` is only the usual one: each server sets its own.
        handle: what an account is called there; None: anything.
        like: an example of a handle.
        lacks: kinds of posts that it has not, and why.
        posts: addresses and ids of its posts; ``post_id`` makes its id of the groups.
        post_id: the id, as replies name it.
        key_us: for how long it remembers an idempotency key; 0: it takes none.
        reads: an account's own posts can be read back.
        own_words: one text from several accounts is an offence there.
    """

    shown: str
    credentials: tuple[str, ...]
    length: int
    measure: Callable[[str], int]
    counts: str
    exact: Callable[[str], int] | None = None
    usual: bool = False
    handle: re.Pattern[str] | None = None
    like: str = ""
    lacks: tuple[tuple[str, str], ...] = ()
    posts: tuple[re.Pattern[str], ...] = ()
    post_id: Callable[[re.Match[str]], str] = lambda found: found[1]
    key_us: Micros = 0
    reads: bool = True
    own_words: bool = False

    def count(self, text: str) -> int:
        """How long the network will say that a text is."""
        return (self.exact or self.measure)(text)

    def post_named(self, text: str) -> str | None:
        """The id of the post that an address (or an id) names; None if it is none."""
        for pattern in self.posts:
            if found := pattern.fullmatch(text):
                return self.post_id(found)
        return None


_FOR_EVER_US = 366 * 24 * HOUR
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})+"
_RECORD = r"app\.bsky\.feed\.post/([a-z2-7]{13})"

NETWORKS: dict[str, Network] = {
    "x": Network(
        shown="X",
        credentials=(
            "CONSUMER_KEY",
            "CONSUMER_SECRET",
            "ACCESS_TOKEN",
            "ACCESS_TOKEN_SECRET",
        ),
        length=X_LENGTH,
        measure=weighted_length,
        exact=shown_length,
        counts="characters",
        posts=(
            re.compile(r"https?://\S+/status/(\d{1,20})(?:[/?#].*)?"),
            re.compile(r"(\d{6,20})"),
        ),
        own_words=True,
    ),
    "bluesky": Network(
        shown="Bluesky",
        credentials=("IDENTIFIER", "APP_PASSWORD"),
        length=300,
        measure=graphemes,
        counts="graphemes",
        handle=re.compile(_DOMAIN, re.IGNORECASE),
        like="nordwerk.example",
        posts=(
            re.compile(rf"at://(did:[a-z]+:[\w.:%-]+|{_DOMAIN})/{_RECORD}"),
            re.compile(
                rf"https://bsky\.app/profile/(did:[a-z]+:[\w.:%-]+|{_DOMAIN})"
                r"/post/([a-z2-7]{13})"
            ),
        ),
        post_id=lambda found: f"at://{found[1]}/app.bsky.feed.post/{found[2]}",
        key_us=_FOR_EVER_US,
    ),
    "mastodon": Network(
        shown="Mastodon",
        credentials=("ACCESS_TOKEN",),
        length=500,
        measure=mastodon_length,
        counts="characters",
        usual=True,
        handle=re.compile(rf"\w+(?:[\w.-]*\w)?@{_DOMAIN}", re.IGNORECASE),
        like="nordwerk@social.example",
        posts=(
            re.compile(r"https://[^/\s]+/@[^/\s]+/(\d{6,20})"),
            re.compile(r"(\d{6,20})"),
        ),
        key_us=HOUR,
    ),
    "linkedin": Network(
        shown="LinkedIn",
        credentials=("ACCESS_TOKEN",),
        length=3_000,
        measure=utf16_length,
        counts="characters",
        handle=re.compile(r"urn:li:(?:person|organization):[\w-]+"),
        like="urn:li:person:AB12",
        lacks=(
            ("reply", "answers there are comments, which it lets only partners write"),
            ("thread", "it has no threads"),
        ),
        reads=False,
    ),
}
"""By ``network:`` of an account."""
