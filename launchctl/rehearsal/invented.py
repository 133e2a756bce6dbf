"""Invented secrets and addresses: a rehearsal never reads a real one.

Whatever a runbook takes from the environment or from a file has a value here, which is
good for the emulators alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.nodes import plain
from launchctl.runbook.secrets import Need
from launchctl.runbook.yaml import YamlError, parse
from launchctl.times import Micros, parse_instant

UNDATED_US = parse_instant("2030-01-01T12:00:00Z")
"""N at the start of a rehearsal whose runbook names no day."""


class _Invented(dict[str, str]):
    """An environment in which every address has a name of its own."""

    def __missing__(self, name: str) -> str:
        return f"http://{name.lower().replace('_', '-')}.emulated"

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002  see above
        """Every name has a value."""
        return self[name]

    def __contains__(self, name: object) -> bool:
        return True


INVENTED: Mapping[str, str] = _Invented()
"""For ``{env: NAME}`` in the place of a web address; mixers' are in ``_PLACES``."""

_PLACES = (
    ("stages", "url", "ws://{}.emulated"),
    ("outputs", "playback", "http://{}.emulated/live.m3u8"),
    ("accounts", "api", "http://{}.emulated"),
    ("osc", "url", "osc://{}.emulated:8000"),
)


def is_invented(url: str) -> bool:
    """Whether an address is one of these, and leads nowhere."""
    return (urlsplit(url).hostname or "").endswith(".emulated")


def first_look(
    file: Path, *, t0_us: Micros | None = None, sets: Iterable[tuple[str, str]] = ()
) -> Runbook:
    """The runbook before any far end is up: addresses from the environment mean
    nothing yet.

    Raises:
        RunbookError: it does not load.
    """
    given = dict(_placeholders(file)) | dict(sets)
    return load(
        file, t0_us=t0_us, sets=[*given.items()], environ=INVENTED, now_us=UNDATED_US
    )


def _placeholders(file: Path) -> Iterable[tuple[str, str]]:
    """``(path, address)`` for each address that the environment would give."""
    try:
        root: Any = plain(parse(file.read_bytes())[0])
    except (OSError, YamlError):
        return  # whoever loads it says what is wrong
    for table, key, address in _PLACES:
        entries = root.get(table) if isinstance(root, dict) else None
        for name, entry in (entries if isinstance(entries, dict) else {}).items():
            if isinstance(entry, dict) and isinstance(entry.get(key), dict):
                yield f"{table}.{name}.{key}", address.format(name)


def invented_secrets(
    needs: Iterable[Need], values: Mapping[str, str | Mapping[str, str]]
) -> dict[str, str]:
    """A value for each need, as ``runbook.secrets.resolve`` gives them.

    Args:
        needs: of the runbook.
        values: by what needs it (``stage main``): a value, or values by name behind the
            prefix. What is not there is worth nothing to anybody.
    """
    found: dict[str, str] = {}
    for need in needs:
        value = values.get(need.what, "emulated")
        where = f"file:{need.ref.file}" if need.ref.file else f"env:{need.ref.env}"
        if not need.prefix:
            found[where] = value if isinstance(value, str) else "emulated"
            continue
        between = ":" if need.ref.file else "_"
        if isinstance(value, str):
            value = dict.fromkeys(need.parts, value)
        found |= {f"{where}{between}{part}": each for part, each in value.items()}
    return found
