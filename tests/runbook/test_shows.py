"""Everything in runbooks/ and examples/ loads, and editors agree with the loader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from launchctl.runbook import load
from launchctl.runbook.nodes import plain
from launchctl.runbook.schema import runbook_schema
from launchctl.runbook.yaml import parse

ROOT = Path(__file__).parents[2]
RUNBOOKS = sorted(
    path
    for path in (ROOT / "runbooks").glob("*.yaml")
    if "." not in path.stem  # beside them: people, faults
)
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
BROKEN = ROOT / "tests" / "runbook" / "broken"
SCHEMA = runbook_schema()

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """A validator for the part of JSON Schema that the schema uses."""
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if isinstance(value, bool) and "boolean" not in names:
            return False
        if not any(isinstance(value, _TYPES[name]) for name in names):
            return False
    checks = (
        "const" not in schema or (value == schema["const"]),
        "enum" not in schema or value in schema["enum"],
        "anyOf" not in schema or any(fits(value, one) for one in schema["anyOf"]),
        "oneOf" not in schema or sum(fits(value, one) for one in schema["oneOf"]) == 1,
    )
    return all(checks) and _fits_size(value, schema) and _fits_parts(value, schema)


def _fits_size(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, str):
        return (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
        ) and (not schema.get("pattern") or bool(re.search(schema["pattern"], value)))
    if isinstance(value, int | float):
        return bool(schema.get("minimum", value) <= value)
    if isinstance(value, list):
        return bool(
            schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9)
        )
    return bool(
        schema.get("minProperties", 0)
        <= len(value or {})
        <= schema.get("maxProperties", 10**9)
    )


def _fits_parts(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, list) and "items" in schema:
        return all(fits(item, schema["items"]) for item in value)
    if not isinstance(value, dict):
        return True
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", True)
    for key, item in value.items():
        if "propertyNames" in schema and not fits(key, schema["propertyNames"]):
            return False
        if key in known:
            if not fits(item, known[key]):
                return False
        elif other is False or (isinstance(other, dict) and not fits(item, other)):
            return False
    return all(key in value for key in schema.get("required", ()))


@pytest.mark.parametrize("path", [*RUNBOOKS, *EXAMPLES], ids=lambda path: path.stem)
def test_every_show_and_example_loads_without_a_warning(path: Path) -> None:
    """What we show people is right: no problem, and nothing to look at."""
    runbook = load(path, environ={})
    assert () == runbook.warnings
    assert runbook.cues


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_says_what_it_shows(path: Path) -> None:
    """The first line is a sentence for people."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"# [A-Z].*\.", first)


@pytest.mark.parametrize("path", [*RUNBOOKS, *EXAMPLES], ids=lambda path: path.stem)
def test_the_schema_accepts_what_the_loader_accepts(path: Path) -> None:
    """Editors draw no red line under a good runbook."""
    assert fits(plain(parse(path.read_bytes())[0]), SCHEMA)


@pytest.mark.parametrize(
    "name",
    [
        "misspelt-action",
        "misspelt-cue-key",
        "misspelt-gate",
        "misspelt-top-key",
        "nested-slip",
        "no-version",
        "promise-slips",
        "segment-misspelt-key",
        "secret-written-out",
        "span-without-unit",
        "text-is-number",
        "two-actions-in-one",
        "vars-empty",
        "wrong-version",
    ],
)
def test_the_schema_refuses_what_it_can_see(name: str) -> None:
    """Misspelt and unbuilt keys are red in the editor already."""
    data = (BROKEN / f"{name}.yaml").read_bytes()
    assert not fits(plain(parse(data)[0]), SCHEMA)


def test_every_key_of_the_schema_points_somewhere() -> None:
    """No reference of the schema is dangling."""
    wanted = set(re.findall(r"#/\$defs/([A-Za-z_]+)", str(SCHEMA)))
    assert set() == wanted - set(SCHEMA["$defs"])


def test_the_reference_show_is_the_evening_and_its_week() -> None:
    """Its evening is at half past eight in California, and the last post ends it."""
    runbook = load(ROOT / "runbooks" / "model-3-reveal.yaml", environ={})
    assert "2016-04-01T03:30:00+00:00" == _iso(runbook.t0_us)
    ends = [cue.id for cue in runbook.cues if any(a.kind == "end" for a in cue.do)]
    assert ["week-over"] == ends
    assert {"stream-down", "crisis", "rare-earths", "front-end"} == set(
        runbook.procedures
    )


def _iso(at_us: int | None) -> str:
    from launchctl.times import to_datetime

    assert at_us is not None
    return to_datetime(at_us).isoformat()
