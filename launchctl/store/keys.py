"""Crew keys: who may call over the network, and as what.

A key is 256 random bits, shown once when it is made. The file holds only its SHA-256:
a guess at so much randomness is hopeless, so a slow hash would only slow the front. The
file is replaced as a whole, under a lock, and readable by its owner alone.

The front asks ``authenticate`` on every request. The file is read again whenever it was
replaced, so that a revoked key stops at once, also in a run that is under way.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launchctl.clock import wall_us
from launchctl.errors import InputError
from launchctl.times import Micros, format_instant, parse_instant

_NAME = re.compile(r"[^\s:/\x00-\x1f\x7f][^:/\x00-\x1f\x7f]{0,63}")
_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PREFIX = "lk_"
_LONGEST_KEY = 200
_OTHERS_MAY_WRITE = 0o022

_Stamp = tuple[int, int, int]
_Keys = list["CrewKey"]


@dataclass(frozen=True, slots=True)
class CrewKey:
    """One person's key, as it may be shown: never the key itself.

    Attributes:
        name: who.
        roles: what they may act as.
        added_us: when the key was made, on the wall clock.
        sha256: of the key, in hexadecimal.
    """

    name: str
    roles: tuple[str, ...]
    added_us: Micros
    sha256: str


def default_path() -> Path:
    """``${XDG_STATE_HOME:-~/.local/state}/launchctl/crew.json``."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "launchctl" / "crew.json"


class CrewKeys:
    """The keys of one machine, in one file of mode 0600."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = default_path() if path is None else path
        self._stamp: _Stamp | None = None
        self._known: dict[str, CrewKey] = {}

    def add(self, name: str, *roles: str) -> str:
        """Make a key for ``name`` and return it: the only time it can be seen.

        Raises:
            InputError: an unusable name or role, no role, or the name has a key.
        """
        _check_name(name)
        wanted = tuple(dict.fromkeys(roles))
        if not wanted:
            raise InputError(f"{name} needs a role", hint="name one with --role")
        for role in wanted:
            if not _ROLE.fullmatch(role):
                raise InputError(f"{role!r} is no role name")
        key = _PREFIX + secrets.token_urlsafe(32)
        with self._changing() as keys:
            if any(known.name == name for known in keys):
                raise InputError(
                    f"{name} has a key already",
                    hint=f"take it away first: launch crew revoke {name}",
                )
            keys.append(CrewKey(name, wanted, wall_us(), _sha256(key)))
        return key

    def list(self) -> tuple[CrewKey, ...]:
        """Everybody who has a key, in the order they were added.

        Raises:
            InputError: the file is damaged, or others may write it.
        """
        self._refresh()
        return tuple(self._known.values())

    def revoke(self, name: str) -> None:
        """Take the person's key away.

        Raises:
            InputError: nobody of that name has one.
        """
        with self._changing() as keys:
            left = [key for key in keys if key.name != name]
            if len(left) == len(keys):
                raise InputError(
                    f"{name} has no key", hint="launch crew list shows who has one"
                )
            keys[:] = left

    def authenticate(self, key: str) -> tuple[str, frozenset[str]] | None:
        """Whose key this is and their roles; None if nobody's.

        Raises:
            InputError: the file is damaged, or others may write it.
        """
        if not key.startswith(_PREFIX) or len(key) > _LONGEST_KEY:
            return None
        self._refresh()
        given = _sha256(key)
        known = self._known.get(given)
        if known is None or not hmac.compare_digest(known.sha256, given):
            return None
        return known.name, frozenset(known.roles)

    def _refresh(self) -> None:
        stamp = self._read_stamp()
        if stamp == self._stamp and stamp is not None:
            return
        self._known = {} if stamp is None else {k.sha256: k for k in self._read()}
        self._stamp = stamp

    def _read_stamp(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(
                f"the crew keys in {self.path} cannot be read: {error.strerror}"
            ) from None
        if found.st_mode & _OTHERS_MAY_WRITE:
            raise InputError(
                f"others may write {self.path}, so its keys prove nothing",
                hint=f"look through it, then: chmod 600 {self.path}",
            )
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> _Keys:
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            return [_from_json(entry) for entry in document["keys"]]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputError(
                f"the crew keys in {self.path} cannot be read: {error.strerror}"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise InputError(
                f"{self.path} is no file of crew keys",
                hint="restore it, or move it away and add everybody again",
            ) from None

    @contextlib.contextmanager
    def _changing(self) -> Iterator[_Keys]:
        """Hold the lock, give the keys, and write what became of them."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(
                self.path.with_name(self.path.name + ".lock"),
                os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
                0o600,
            )
        except OSError as error:
            raise InputError(
                f"crew keys cannot be kept in {self.path.parent}: {error.strerror}"
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._read_stamp()
            keys = self._read()
            yield keys
            self._write(keys)
        finally:
            os.close(lock)

    def _write(self, keys: _Keys) -> None:
        document = {"version": 1, "keys": [_as_json(key) for key in keys]}
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".crew-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} is no usable name",
            hint="up to 64 characters, without colon, slash or line break",
        )


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _as_json(key: CrewKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "roles": [*key.roles],
        "added": format_instant(key.added_us),
        "sha256": key.sha256,
    }


def _from_json(entry: dict[str, Any]) -> CrewKey:
    roles = tuple(str(role) for role in entry["roles"])
    added_us = parse_instant(entry["added"])
    return CrewKey(str(entry["name"]), roles, added_us, str(entry["sha256"]))
