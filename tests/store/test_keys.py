"""Crew keys: shown once, kept as hashes, gone at once when revoked."""

import json
import os
from pathlib import Path

import pytest

from launchctl.errors import InputError
from launchctl.store.keys import CrewKeys, default_path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the keys of a test lie."""
    return tmp_path / "state" / "crew.json"


def test_a_key_tells_who_calls_and_as_what(file):
    """Authentication gives the name and all roles of the key's holder."""
    key = CrewKeys(file).add("Ada", "caller", "comms")

    found = CrewKeys(file).authenticate(key)

    assert ("Ada", frozenset({"caller", "comms"})) == found


@pytest.mark.parametrize(
    "guess", ["", "lk_", "lk_wrong", "x" * 10_000, "lk_" + "A" * 43]
)
def test_a_guess_is_nobodys(file, guess):
    """What is no key of ours gives None, whatever its shape."""
    keys = CrewKeys(file)
    keys.add("Ada", "caller")

    assert keys.authenticate(guess) is None


def test_only_hashes_lie_on_disk(file):
    """Nobody who reads the file, or its directory, can call."""
    key = CrewKeys(file).add("Ada", "caller")

    written = b"".join(path.read_bytes() for path in file.parent.iterdir())

    assert key.encode() not in written
    assert key.removeprefix("lk_").encode() not in written


def test_the_file_is_its_owners_alone(file):
    """Mode 0600, also after a change."""
    keys = CrewKeys(file)
    keys.add("Ada", "caller")
    keys.add("Ben", "comms")

    assert 0o600 == file.stat().st_mode & 0o777


def test_a_revoked_key_stops_at_once_for_whoever_has_the_file_open(file):
    """The front holds its own ``CrewKeys`` and needs no restart."""
    front = CrewKeys(file)
    key = CrewKeys(file).add("Ada", "caller")
    assert front.authenticate(key) is not None

    CrewKeys(file).revoke("Ada")

    assert front.authenticate(key) is None


def test_an_added_key_works_at_once_for_whoever_has_the_file_open(file):
    """Also if the file was not there when the front began."""
    front = CrewKeys(file)
    assert front.authenticate("lk_nobody") is None

    key = CrewKeys(file).add("Ada", "caller")

    assert front.authenticate(key) == ("Ada", frozenset({"caller"}))


def test_a_name_has_one_key(file):
    """Adding a name twice is refused, and the first key stays good."""
    keys = CrewKeys(file)
    key = keys.add("Ada", "caller")

    with pytest.raises(InputError, match="Ada has a key already"):
        keys.add("Ada", "comms")

    assert keys.authenticate(key) == ("Ada", frozenset({"caller"}))


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("", ("caller",)),
        ("a:b", ("caller",)),
        ("a\nb", ("caller",)),
        ("x" * 65, ("caller",)),
        ("Ada", ()),
        ("Ada", ("no role",)),
    ],
)
def test_unusable_names_and_roles_are_refused(file, name, roles):
    """Nothing is written for them."""
    with pytest.raises(InputError):
        CrewKeys(file).add(name, *roles)

    assert CrewKeys(file).list() == ()


def test_revoking_nobody_is_refused(file):
    """A slip of the pen must not look like success."""
    with pytest.raises(InputError, match="Ben has no key"):
        CrewKeys(file).revoke("Ben")


def test_a_damaged_file_is_named_and_left_alone(file):
    """Its content is neither guessed nor overwritten."""
    file.parent.mkdir(parents=True)
    file.write_text("{not json")
    file.chmod(0o600)

    with pytest.raises(InputError, match="no file of crew keys"):
        CrewKeys(file).add("Ada", "caller")

    assert "{not json" == file.read_text()


def test_a_file_that_others_may_write_proves_nothing(file):
    """Whoever can write it could have added themselves."""
    keys = CrewKeys(file)
    key = keys.add("Ada", "caller")
    file.chmod(0o666)

    with pytest.raises(InputError, match="others may write"):
        CrewKeys(file).authenticate(key)


def test_list_shows_people_and_roles_in_order(file):
    """Never a key; the hash is there only to compare."""
    keys = CrewKeys(file)
    keys.add("Ada", "caller")
    keys.add("Ben", "comms", "legal")

    shown = [(person.name, person.roles) for person in keys.list()]

    assert [("Ada", ("caller",)), ("Ben", ("comms", "legal"))] == shown


def test_a_failed_write_leaves_the_old_file(file, monkeypatch):
    """A full disk loses no keys and leaves no scraps."""
    keys = CrewKeys(file)
    keys.add("Ada", "caller")
    before = file.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys.add("Ben", "comms")

    assert before == file.read_bytes()
    assert {"crew.json", "crew.json.lock"} == {p.name for p in file.parent.iterdir()}


def test_the_format_is_versioned(file):
    """A later release can tell what it reads."""
    CrewKeys(file).add("Ada", "caller")

    assert 1 == json.loads(file.read_text())["version"]


def test_the_default_is_below_the_state_home(monkeypatch, tmp_path):
    """``XDG_STATE_HOME`` is honoured."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert tmp_path / "launchctl" / "crew.json" == default_path()
