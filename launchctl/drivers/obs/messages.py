"""What people read about OBS, and the protocol's numbers beside their names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from launchctl.drivers.base import Health, Level
from launchctl.drivers.obs.seen import Seen

OUTPUT_RUNNING = 500
OUTPUT_NOT_RUNNING = 501
RESOURCE_NOT_FOUND = 600
"""``RequestStatus`` of the protocol: OutputRunning, OutputNotRunning and
ResourceNotFound.
"""

_SKIPPED_IS_BAD = 0.05
_SKIPPED_IS_NOTED = 0.01


def does_not_exist(kind: str, name: str, known: Iterable[str]) -> str:
    """Say ``scene 'Reveel' does not exist in OBS; did you mean 'Reveal'?``."""
    near = get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{kind} {name!r} does not exist in OBS{hint}"


def offline(url: str, why: str) -> str:
    """Out of reach, and what is being done about it."""
    return f"OBS at {url} is out of reach: {why}; trying again every second"


def unwelcome(url: str, why: str) -> str:
    """Refused: a person has to act, so it is asked again only now and then."""
    return f"OBS at {url}: {why}; asked again once a minute"


def state_sentence(seen: Seen) -> str:
    """``on program: Keynote, streaming, recording``."""
    parts = [f"on program: {seen.program}" if seen.program else "program unknown"]
    if seen.stream.reconnecting:
        parts.append("the stream is reconnecting")
    elif seen.stream.active:
        parts.append("streaming")
    if seen.record.active:
        parts.append("recording")
    if seen.skipped is not None and seen.skipped >= _SKIPPED_IS_NOTED:
        parts.append(f"{seen.skipped:.0%} of frames skipped")
    if seen.changing:
        parts.append("changing its scene collection")
    return ", ".join(parts)


def connected_health(seen: Seen, complaints: Iterable[str]) -> Health:
    """Health while both connections stand."""
    said = tuple(complaints)
    skipping = seen.skipped is not None and seen.skipped >= _SKIPPED_IS_BAD
    bad = seen.stream.reconnecting or skipping or seen.changing or said
    text = "; ".join((state_sentence(seen), *said))
    details = {
        "program": seen.program,
        "streaming": seen.stream.active,
        "reconnecting": seen.stream.reconnecting,
        "recording": seen.record.active,
        "skipped": seen.skipped,
    }
    return Health(Level.WARNING if bad else Level.GOOD, text, details)
