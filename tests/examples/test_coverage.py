"""Every word of the language stands in a runbook that people can read and try.

The list is that of the schema and the tables of the engine, not one kept by hand: what
is new to the language is missed here until an example shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from launchctl.runbook import load, model
from launchctl.runbook.actions import KINDS, OnFailure
from launchctl.runbook.filters import FILTERS
from launchctl.runbook.nodes import plain
from launchctl.runbook.references import all_cues
from launchctl.runbook.yaml import parse
from launchctl.show.tables import NEEDS
from tests.examples.evening import read_script
from tests.runbook.test_shows import EXAMPLES, RUNBOOKS, SCHEMA, fits

EVENINGS = Path(__file__).parent / "evenings"
PARTS = sorted((EXAMPLES[0].parent / "parts").glob("*.yaml"))
SHOWN = [load(path, environ={}) for path in (*RUNBOOKS, *EXAMPLES)]

Word = tuple[str, str]
"""(where it stands, the key or the word)."""


_SAME = {"gates": "gate", "lift": "gate", "choice": "cue", "answer": "post"}
_POSTS = re.compile(r"action_(post|reply|repost|thread)\.(\1)(\.parts)?")
_BESIDE = ("on_failure", "timeout", "stage")

ELSEWHERE = {("address", "env"), ("device.url", "env")}
"""An address from the environment does not load where that is not set: an example of it
would not load for whoever tries it. The loader's own tests read both.
"""


def place(where: str, key: str) -> Word:
    """What is the same thing in several places is told once: what stands beside every
    action, gates and lifts, the triggers of cues and choices, the posts of each kind.
    """
    if where.startswith("action_") and "." not in where and key in _BESIDE:
        return "action", key
    if key == "about":
        return "cue", key
    where = _POSTS.sub("post", where)
    head, dot, rest = where.partition(".")
    return _SAME.get(head, head) + dot + rest, key


def words_of(schema: dict[str, Any], where: str) -> Iterator[Word]:
    """Every key, and every word of a choice, that a schema has by itself."""
    for key, inner in schema.get("properties", {}).items():
        yield place(where, key)
        yield from words_of(inner, f"{where}.{key}")
    for word in schema.get("enum", ()):
        yield place(where, f"= {word}")
    for branch in _branches(schema):
        yield from words_of(branch, where)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from words_of(inner, where)


def used(value: Any, schema: dict[str, Any], where: str) -> Iterator[Word]:
    """The words among them that a value uses."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        yield from used(value, SCHEMA["$defs"][name], name)
        return
    if value in schema.get("enum", ()):
        yield place(where, f"= {value}")
    for branch in _branches(schema):
        if fits(value, branch):
            yield from used(value, branch, where)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from used(item, schema["items"], where)
    if isinstance(value, dict):
        yield from _used_keys(value, schema, where)


def _used_keys(
    value: dict[str, Any], schema: dict[str, Any], where: str
) -> Iterator[Word]:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties")
    for key, item in value.items():
        if key in known:
            yield place(where, key)
            yield from used(item, known[key], f"{where}.{key}")
        elif isinstance(other, dict):
            yield from used(item, other, where)


def _branches(schema: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return (*schema.get("anyOf", ()), *schema.get("oneOf", ()))


def test_every_key_and_word_of_the_language_is_shown() -> None:
    """Each key of each part, and each word that can stand there."""
    every = set(words_of(SCHEMA, "runbook"))
    for name, part in SCHEMA["$defs"].items():
        every |= set(words_of(part, name))
    shown = {
        word
        for path in (*RUNBOOKS, *EXAMPLES, *PARTS)
        for word in used(plain(parse(path.read_bytes())[0]), SCHEMA, "runbook")
    }
    assert [] == sorted(every - shown - ELSEWHERE)


def test_every_action_gate_and_trigger_is_shown() -> None:
    """By the classes of the model, as the engine gets them."""
    cues = [cue for runbook in SHOWN for _, cue in all_cues(runbook)]
    assert set(KINDS) == {action.kind for cue in cues for action in cue.do}
    lifts = [
        lift.gate
        for runbook in SHOWN
        for embargo in runbook.embargoes.values()
        for lift in embargo.lifts
    ]
    gates = {type(gate) for cue in cues for gate in cue.gate} | set(map(type, lifts))
    assert set() == set(get_args(model.Gate)) - gates
    assert set(get_args(model.At)) == {type(cue.at) for cue in cues if cue.at}
    assert all(any(getattr(cue, name) for cue in cues) for name in ("after", "when"))
    assert any(cue.at.film for cue in cues if isinstance(cue.at, model.AtCue))


def test_every_policy_and_filter_is_shown() -> None:
    """What happens to what is late, waits, fails or runs again; how values are said."""
    cues = [cue for runbook in SHOWN for _, cue in all_cues(runbook)]
    assert set(model.Else) == {cue.late.otherwise for cue in cues if cue.late}
    assert set(model.OnRecycle) == {cue.on_recycle for cue in cues}
    failures = {a.on_failure.policy for cue in cues for a in cue.do if a.on_failure}
    assert set() == set(OnFailure) - failures
    text = "\n".join(path.read_text(encoding="utf-8") for path in EXAMPLES)
    assert set() == {name for name in FILTERS if f"| {name}" not in text}


def test_every_call_is_made_in_some_evening() -> None:
    """Each verb of SEMANTICS 8 is called by somebody in the evening of an example."""
    called = {
        line.split()[3]
        for path in EVENINGS.glob("*.yaml")
        for line in read_script(path).get("people", ())
    }
    assert set() == set(NEEDS) - called


def test_every_example_has_its_evening_and_no_evening_is_left_over() -> None:
    """An example without an evening would only load."""
    stems = [path.stem for path in EXAMPLES]
    assert stems == [path.stem for path in sorted(EVENINGS.glob("*.yaml"))]
