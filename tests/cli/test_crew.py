"""``launch crew``: keys are shown once, and the file never holds one."""

from __future__ import annotations

import json

from launchctl.cli.errors import run
from launchctl.store.keys import CrewKeys


def test_add_prints_a_key_that_works_and_keeps_none(capsys, own_state):
    """The printed key authenticates; the file has only its hash."""
    assert 0 == run(["crew", "add", "Ada", "--role", "caller", "--role", "comms"])

    key = next(word for word in capsys.readouterr().out.split() if word[:3] == "lk_")
    assert ("Ada", frozenset({"caller", "comms"})) == CrewKeys().authenticate(key)
    assert key not in (own_state / "launchctl" / "crew.json").read_text()


def test_add_as_json_is_one_object(capsys):
    """For scripts that hand keys out."""
    assert 0 == run(["crew", "add", "Ada", "--role", "caller", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert ("Ada", ["caller"]) == (told["name"], told["roles"])
    assert CrewKeys().authenticate(told["key"]) is not None


def test_list_shows_who_but_no_key_and_no_hash(capsys):
    """Neither in words nor as JSON."""
    key = CrewKeys().add("Ada", "caller")
    (person,) = CrewKeys().list()

    assert 0 == run(["crew", "list"])
    assert 0 == run(["crew", "list", "--json"])

    said = capsys.readouterr().out
    assert "Ada" in said
    assert key not in said
    assert person.sha256 not in said


def test_list_of_nobody_says_so(capsys):
    """An empty answer would look like a failure."""
    assert 0 == run(["crew", "list"])

    assert "nobody has a key\n" == capsys.readouterr().out


def test_revoke_takes_the_key_away(capsys):
    """At once."""
    key = CrewKeys().add("Ada", "caller")

    assert 0 == run(["crew", "revoke", "Ada"])

    assert CrewKeys().authenticate(key) is None


def test_revoking_nobody_ends_with_2(capsys):
    """And says who has one."""
    assert 2 == run(["crew", "revoke", "Ada"])

    assert "Ada has no key" in capsys.readouterr().err
