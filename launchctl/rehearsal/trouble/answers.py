"""What a network or a service answers in trouble: as each of them words it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from launchctl.rehearsal.emulators import (
    bluesky_records,
    linkedin,
    mastodon_words,
    web,
    x_problems,
)
from launchctl.rehearsal.emulators.web import Fault
from launchctl.times import SECOND, Micros

_SAYS: Mapping[str, Callable[[int, str], Fault]] = {
    "bluesky": bluesky_records.says,
    "linkedin": linkedin.says,
    "mastodon": mastodon_words.says,
    "x": x_problems.says,
}
_FIXED = {
    "html-503": web.HTML_503,
    "html-503-after": web.HTML_503.after_commit(),
    "garbage-200": web.GARBAGE_200,
    "garbage-200-after": web.GARBAGE_200.after_commit(),
    "drop-before": web.DROP_BEFORE,
    "drop-after": web.DROP_AFTER,
    "hang-before": web.HANG_BEFORE,
    "hang-after": web.HANG_AFTER,
}


def answer_of(word: str, network: str, span_us: Micros) -> Fault:
    """A fault of this word, made anew: no other request can be confused with it.

    Args:
        word: of ``words.ANSWERS``.
        network: or ``web``.
        span_us: until the reset of a limit.
    """
    if word in _FIXED:
        return replace(_FIXED[word])
    if word == "unauthorized":
        return _says(network, 401, "Unauthorized")
    if word == "no-credit":
        return _says(network, 402, "there is no credit left")
    resets = {"rate-limited-no-reset": None, "rate-limited-past-reset": -60 * SECOND}
    return _limited(network, resets.get(word, span_us))


def _says(network: str, status: int, words: str) -> Fault:
    says = _SAYS.get(network)
    return Fault(words, status=status) if says is None else says(status, words)


def _limited(network: str, reset_us: Micros | None) -> Fault:
    fault = _says(network, 429, "Too Many Requests")
    if reset_us is None:
        return fault
    reset_s = reset_us / SECOND
    if network == "x":
        return x_problems.rate_limited(reset_s)
    if network == "mastodon":
        return mastodon_words.rate_limited(reset_s)
    if network == "web":
        after = {"Retry-After": f"{max(0, round(reset_s))}"}
        return replace(fault, headers=lambda _now_us: after)
    return replace(
        fault,
        headers=lambda now_us: {
            "ratelimit-remaining": "0",
            "ratelimit-reset": str(now_us // SECOND + round(reset_s)),
        },
    )
