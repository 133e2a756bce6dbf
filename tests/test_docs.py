"""The documentation is true: it names what there is, and what it shows works."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from launchctl import errors
from launchctl.cli.app import app
from launchctl.runbook import model, nodes, unbuilt, yaml
from launchctl.runbook.actions import KINDS, OnFailure
from launchctl.runbook.loader import load
from launchctl.runbook.schema import runbook_schema
from launchctl.show import events, status
from launchctl.show.tables import ACTIONS, NEEDS, NOT_BUILT, CueWord, ShowWord

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md")))

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it stands, what its fence says, and its text."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks() -> Iterator[Block]:
    """Every fenced block of every page."""
    for page in PAGES:
        whole = page.read_text(encoding="utf-8")
        for match in _FENCE.finditer(whole):
            line = whole.count("\n", 0, match.start()) + 1
            yield Block(page, line, match.group(1).strip(), match.group(2))


BLOCKS = tuple(blocks())
RUNBOOKS = [block for block in BLOCKS if block.kind == "yaml runbook"]
PARTS = [block for block in BLOCKS if block.kind == "yaml"]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def named(*pages: Path) -> set[str]:
    """Every word that stands between backticks somewhere in the pages."""
    spans = (span for page in pages for span in re.findall(r"`([^`\n]+)`", prose(page)))
    return {word for span in spans for word in re.findall(r"[A-Za-z_][\w-]*", span)}


def snake(name: str) -> str:
    """``OrdersFresh`` as it is written in a runbook: ``orders_fresh``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_every_action_is_documented() -> None:
    """Each action kind stands in the language, and in the rules of SEMANTICS 6."""
    assert set() == set(KINDS) - named(DOCS / "language.md")
    assert set() == set(KINDS) - named(DOCS / "semantics.md")


def test_the_table_of_actions_says_what_the_engine_does() -> None:
    """Effect and deadline of each action are those of the engine's table."""
    table = _table("## Actions")
    assert ACTIONS
    assert set() == set(ACTIONS) - set(table)
    for kind, row in ACTIONS.items():
        _, _, effect, _, deadline = table[kind]
        assert row.effect.value == effect.replace(" ", "_"), kind
        seconds = int(found[0]) if (found := re.findall(r"(\d+) s", deadline)) else 0
        assert row.deadline_us == seconds * 1_000_000, kind


def test_every_gate_is_documented() -> None:
    """Each gate that a runbook can write stands in the language and in SEMANTICS 5."""
    gates = {snake(gate.__name__) for gate in get_args(model.Gate)}
    assert gates
    assert set() == gates - named(DOCS / "language.md")
    assert set() == gates - named(DOCS / "semantics.md")


def test_every_trigger_is_documented() -> None:
    """The triggers of a cue, at, after, when and go, are described."""
    triggers = {"at", "after", "when", "go"}
    assert triggers <= set(model.Cue.model_fields)
    assert triggers <= set(_table("## Triggers"))


def test_every_key_of_the_language_is_documented() -> None:
    """Each key in the JSON Schema of runbooks stands in the language page."""
    assert set() == set(_keys(runbook_schema())) - named(DOCS / "language.md")


def test_what_is_not_built_yet_is_listed() -> None:
    """Each word that the loader refuses as not built yet is listed as reserved."""
    words = {*unbuilt.DRIVERS, *unbuilt.SOURCES}
    reserved = prose(DOCS / "language.md").split("\n## Reserved\n", 1)[1]
    assert set() == words - set(re.findall(r"`(\w+)`", reserved))


def test_every_policy_is_documented() -> None:
    """Late, wait and failure policies are named where policies are described."""
    policies = {word.value for word in (*model.Else, *OnFailure)}
    assert set() == policies - named(DOCS / "language.md")


def test_every_verb_is_documented() -> None:
    """Each verb of the command line is described."""
    verbs = {command.name for command in app.registered_commands}
    verbs |= {group.name for group in app.registered_groups}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert verbs
    assert set() == {verb for verb in verbs if not re.search(rf"launch {verb}\b", text)}


def test_every_event_is_documented_with_its_fields() -> None:
    """The table of event lines has every event, and exactly the fields of its line."""
    table = _table("## Event lines", DOCS / "contracts.md", "| `event` | further")
    assert set(events.REGISTRY) == set(table)
    for name, cls in events.REGISTRY.items():
        head = {"seq", "at", "t_s", "event", "cue", "by", "v"}
        keys = [key for key in events.encode(_blank(cls)) if key not in head]
        assert keys == re.findall(r"`(\w+)`", table[name][1]), name


def test_every_word_of_the_status_is_documented() -> None:
    """Each field of the status, and each state of show and cue, stands in the docs."""
    shapes = (
        status.Status,
        status.CueStatus,
        status.SegmentStatus,
        status.TaskStatus,
        status.PromiseStatus,
        status.HardOutStatus,
        status.PostStatus,
        status.GateStatus,
        status.StandbyStatus,
        status.HoldStatus,
        status.ChoiceStatus,
        status.PollStatus,
        status.CriterionStatus,
        status.EmbargoStatus,
        status.StageStatus,
        status.OutputStatus,
        status.OrdersStatus,
    )
    keys = {key for shape in shapes for key in shape.__annotations__}
    assert set() == keys - named(DOCS / "contracts.md")
    words = {str(word) for word in (*ShowWord, *CueWord)}
    assert set() == words - named(DOCS / "semantics.md")


def test_every_call_is_documented() -> None:
    """SEMANTICS 8 lists the calls that are answered, and those refused as not built."""
    page = DOCS / "semantics.md"
    table = _table("## 8. Calls", page, header="| verb |")
    named = r"`([\w-]+)`"
    verbs = {verb for row in table.values() for verb in re.findall(named, row[0])}
    assert set(NEEDS) == verbs
    refused = prose(page).split("\n## 8. Calls\n", 1)[1].split("\n## 9. ", 1)[0]
    assert [] == [verb for verb in NOT_BUILT if f"`{verb}`" not in refused]


def test_every_exit_code_is_documented() -> None:
    """The exit codes of the errors are those of the table that scripts build on."""
    table = _table("## Exit codes", DOCS / "contracts.md", header="| code |")
    codes = {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.LaunchError)
    }
    assert codes <= {int(code) for code in table}


@pytest.mark.parametrize("block", RUNBOOKS, ids=str)
def test_a_runbook_in_the_docs_loads(block: Block, tmp_path: Path) -> None:
    """What the docs show as a whole runbook is one, without a change."""
    file = tmp_path / "show.yaml"
    file.write_text(block.text, encoding="utf-8")
    runbook = load(file, environ={})
    assert runbook.cues


def test_the_docs_show_whole_runbooks() -> None:
    """The README and the language page each have a runbook that can be tried."""
    pages = {block.page.name for block in RUNBOOKS}
    assert {"README.md", "language.md"} <= pages


@pytest.mark.parametrize("block", PARTS, ids=str)
def test_a_part_in_the_docs_is_part_of_a_runbook(block: Block, tmp_path: Path) -> None:
    """A part that the docs show loads once it stands in a whole runbook."""
    part = nodes.plain(yaml.parse(block.text.encode())[0])
    file = tmp_path / "show.yaml"
    file.write_text(json.dumps(_completed(part)), encoding="utf-8")
    assert load(file, environ={}).cues


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.kind == "json"], ids=str
)
def test_json_in_the_docs_is_json(block: Block) -> None:
    """Every JSON example can be parsed."""
    assert isinstance(json.loads(block.text), dict)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file of the repository, and a heading in it."""
    lost = []
    for link in _LINK.findall(prose(page)):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        inside = target.is_relative_to(ROOT) and target.exists()
        if not inside or (anchor and anchor not in _anchors(target)):
            lost.append(link)
    assert [] == lost


def test_pictures_are_there() -> None:
    """Every picture that a page shows is in the repository, with words beside it."""
    pictures = [
        (page, picture) for page in PAGES for picture in _PICTURE.findall(prose(page))
    ]
    assert [] == [name for page, name in pictures if not (page.parent / name).exists()]


def test_references_to_the_rules_lead_somewhere() -> None:
    """Where code says ``SEMANTICS 5`` there is a section 5, and so on."""
    headings = _HEADING.findall((DOCS / "semantics.md").read_text(encoding="utf-8"))
    sections = {text.split(".")[0] for text in headings if text[0].isdigit()}
    referred = {
        number
        for file in [*ROOT.glob("launchctl/**/*.py"), *ROOT.glob("tests/**/*.py")]
        for number in re.findall(r"SEMANTICS (\d+)", file.read_text(encoding="utf-8"))
    }
    assert {str(number) for number in range(1, 12)} == sections
    assert set() == referred - sections


def _table(
    heading: str, page: Path = DOCS / "language.md", header: str = "|"
) -> dict[str, list[str]]:
    """Rows of the first table (with that header) under a heading, by first word."""
    text = page.read_text(encoding="utf-8").split(f"\n{heading}\n", 1)[1]
    text = text.split("\n## ", 1)[0]
    lines = text[text.index(f"\n{header}") + 1 :].splitlines()
    rows: dict[str, list[str]] = {}
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.setdefault(cells[0].strip("`"), cells)
    return rows


def _anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in _HEADING.findall(prose(page))
    }


def _keys(schema: Any) -> Iterator[str]:
    """Every property name in a JSON Schema."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in schema.values():
            yield from _keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keys(value)


def _blank(cls: type[events.Event]) -> events.Event:
    """An event of a kind with nothing in it."""
    blank = object.__new__(cls)
    for field in fields(cls):
        object.__setattr__(blank, field.name, None)
    object.__setattr__(blank, "at_us", 0)
    return blank


_WORLD: dict[str, Any] = {
    "runbook": 1,
    "title": "A part",
    "timezone": "America/Los_Angeles",
    "t0": "2016-03-31 20:30",
    "stages": {"main": {"driver": "obs", "url": "ws://127.0.0.1:4455"}},
    "accounts": {
        "ceo": {"network": "x", "handle": "elonmusk", "credentials": {"env": "X_CEO"}}
    },
    "crew": {
        "caller": {"may": ["go", "hold", "abort", "end"]},
        "comms": {"may": ["approve", "post", "silence"]},
        "legal": {"may": ["approve"]},
    },
    "orders": {
        "deposit": {"USD": 1000},
        "sources": [{"kind": "webhook", "name": "shop", "secret": {"env": "SHOP"}}],
    },
    "figures": {"day-one": {"of": "orders.units"}},
    "notify": {"crew": {"url": {"env": "CREW"}}},
    "vars": {"car": "Model 3"},
    "cues": [],
}


def _completed(part: Any) -> dict[str, Any]:
    """A whole runbook with the part in it, and the cues that it leans on."""
    if "gate" in part:
        part = {"cues": [{"cue": "gated", "at": "T-0", **part}]}
    whole = {**_WORLD, **part}
    lean = ("stores-open", "reveal")
    there = {cue.get("cue") for cue in whole["cues"]}
    marks = [{"cue": name, "at": "T-1h"} for name in lean if name not in there]
    return {**whole, "cues": [*marks, *whole["cues"]]}
