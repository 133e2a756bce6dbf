"""``include: [crew.yaml, week.yaml]``: what stands in other files, as if it stood here.

Flat: an included file includes nothing. Its tables join those of the runbook by name,
its cues and lists come behind, in the order of the list. All lines of a load are
numbered on from file to file (``Reader.place``), so that every problem is reported
where it stands.
"""

from __future__ import annotations

from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Mapping, Scalar, Sequence, move
from launchctl.runbook.read.reader import Fields
from launchctl.runbook.read.words import near
from launchctl.runbook.yaml import MAX_BYTES, YamlError, parse

MAX_FILES = 32
TABLES = (
    "stages",
    "outputs",
    "accounts",
    "groups",
    "crew",
    "embargoes",
    "approvals",
    "figures",
    "notify",
    "vars",
    "procedures",
)
WHOLE = ("orders", "safe")
"""May stand in one file only."""
OWN = ("title", "locale", "timezone", "t0", "hard_out", "include")


def read_includes(context: Context, fields: Fields) -> None:
    """Join what the included files say to the runbook's own mapping."""
    reader = context.reader
    read_file = reader.text("include", 200)
    files = fields.take("include", reader.listed("include", read_file)) or ()
    place = fields.at("include") if files else (1, 1)
    if len(files) > MAX_FILES:
        reader.problem(place, f"include: at most {MAX_FILES} files")
    for file in files[:MAX_FILES]:
        if file in context.includes:
            reader.problem(place, f"include: {file!r} stands there twice")
            continue
        data = _bytes(context, file, place)
        if data is None:
            continue
        context.includes[file] = data
        root = _root(context, file, data)
        if root is not None:
            _join(context, fields.node, root)


def _bytes(context: Context, file: str, place: tuple[int, int]) -> bytes | None:
    reader = context.reader
    try:
        path = (context.base_dir / file).resolve()
        if not path.is_relative_to(context.base_dir.resolve()):
            reader.problem(
                place,
                f"include: {file!r} is outside the runbook's folder",
                "copy the file beside the runbook",
            )
            return None
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no file name"
        reader.problem(place, f"include: cannot read {file!r}: {why}")
        return None


def _root(context: Context, file: str, data: bytes) -> Mapping | None:
    """The mapping of an included file, its lines numbered on."""
    reader = context.reader
    first = reader.begin_file(str(context.base_dir / file))
    try:
        root, twice = parse(data)
    except YamlError as error:
        reader.problem((error.line + first, error.column), error.message, error.hint)
        return None
    for slip in twice:
        reader.problem((slip.line + first, slip.column), slip.message)
    move(root, first)
    if not isinstance(root, Mapping):
        if not (isinstance(root, Scalar) and root.value is None):
            reader.expected(root, "an included file", "a mapping, as in a runbook")
        return None
    return root


def _join(context: Context, whole: Mapping, part: Mapping) -> None:
    reader = context.reader
    for key, node in part.items.items():
        at = part.keys[key]
        there = whole.items.get(key)
        if key == "runbook":
            continue
        if key in OWN:
            reader.problem(at, f"`{key}` stands in the runbook itself only")
        elif key not in (*TABLES, *WHOLE, "cues"):
            known = (*TABLES, *WHOLE, "cues")
            reader.problem(at, f"an include has no {key!r}", near(key, known))
        elif there is None:
            whole.items[key], whole.keys[key] = node, at
        elif key in WHOLE:
            line = reader.line_in_words(whole.keys[key][0], at[0])
            reader.problem(at, f"`{key}` stands in {line} already")
        elif isinstance(there, Mapping) and isinstance(node, Mapping):
            _join_table(context, key, there, node)
        elif isinstance(there, Sequence) and isinstance(node, Sequence):
            there.items.extend(node.items)
        else:
            reader.expected(node, key, "what it is in the runbook")


def _join_table(context: Context, key: str, there: Mapping, part: Mapping) -> None:
    for name, node in part.items.items():
        if name in there.items:
            line = context.reader.line_in_words(there.keys[name][0], node.line)
            context.reader.problem(
                part.keys[name], f"{key}: {name!r} stands in {line} already"
            )
            continue
        there.items[name], there.keys[name] = node, part.keys[name]
