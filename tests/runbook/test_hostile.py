"""Hostile files are answered with a problem at a place; nothing is built of them."""

from __future__ import annotations

import pytest

from launchctl.errors import RunbookError
from launchctl.runbook import load, load_text
from launchctl.runbook.conditions import ConditionError, parse_condition
from launchctl.runbook.templates import Template, TemplateError

HEAD = b"runbook: 1\ntitle: Hostile\n"
LAUGHS = b"".join(
    b"a%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 9))
    if i
    else b"a0: &a0 x\n"
    for i in range(30)
)

HOSTILE = {
    "alias bomb": (HEAD + LAUGHS, 3, 5, "an anchor (&a0) is not allowed"),
    "deep flow lists": (HEAD + b"vars: " + b"[" * 5000, 3, 38, "deeper than 32"),
    "deep flow maps": (HEAD + b"vars: " + b"{a: " * 5000, 3, 131, "deeper than 32"),
    "deep block": (
        b"\n".join(b" " * depth + b"a:" for depth in range(1000)),
        33,
        33,
        "deeper than 32",
    ),
    "deep dashes": (b"a:\n  " + b"- " * 5000, 2, 65, "deeper than 32"),
    "ten megabytes": (HEAD + b"# " + b"x" * 10_000_000, 1, 1, "at most 2,097,152"),
    "many values": (b"a:\n" + b"- x\n" * 400_000, 199_999, 3, "at most 200,000 values"),
    "many keys": (
        b"".join(b"k%d: 1\n" % number for number in range(150_000)),
        100_000,
        9,
        "at most 200,000 values",
    ),
    "nul": (HEAD + b"vars: {a: \0}", 3, 11, "U+0000 is not allowed"),
    "escape code": (HEAD + b"vars: {a: \x1b[2J}", 3, 11, "U+001B is not allowed"),
    "not utf-8": (HEAD + "vars: {a: ä".encode() + b"\xff}", 3, 12, "no UTF-8"),
    "utf-16": ("runbook: 1\n".encode("utf-16"), 1, 1, "UTF-16; save it as UTF-8"),
    "line separator": (HEAD + "vars: {a: x\u2028y}".encode(), 3, 12, "U+2028"),
    "tab": (HEAD + b"cues:\n\t- {cue: a}", 4, 1, "a tab indents"),
    "merge key": (HEAD + b"<<: {cues: []}", 3, 1, "unknown key '<<'"),
    "python tag": (HEAD + b"a: !!python/name:os.system x", 3, 4, "a tag"),
    "binary": (bytes(range(256)) * 10, 1, 1, "no UTF-8"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_its_place(name: str) -> None:
    """Bombs, depth, size and odd bytes are a message with a position."""
    data, line, column, message = HOSTILE[name]
    with pytest.raises(RunbookError) as caught:
        load_text(data, environ={})
    first = caught.value.problems[0]
    assert message in first.message
    if name != "binary":
        assert (line, column) == (first.line, first.column)


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_bom_and_crlf_load_and_keep_positions(prefix: bytes, newline: bytes) -> None:
    """Windows editors write BOM and CRLF; both load, and problems keep their place."""
    good = newline.join([b"runbook: 1", b"title: Good", b"vars: {a: 1}", b""])
    assert {"a": 1} == load_text(prefix + good, environ={}).vars
    bad = newline.join([b"runbook: 1", b"titel: Bad", b""])
    with pytest.raises(RunbookError) as caught:
        load_text(prefix + bad, environ={})
    assert [(1, 1), (2, 1)] == [(p.line, p.column) for p in caught.value.problems]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path) -> None:
    """A missing file, and a folder, are a runbook problem and not a stack trace."""
    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(RunbookError) as caught:
            load(path)
        assert "cannot read" in caught.value.problems[0].message


@pytest.mark.parametrize(
    "source",
    [
        "(" * 400 + "1" + ")" * 400,
        "!" * 400 + "true",
        "t>1 && " * 130 + "t>1",
        "x" * 2_000,
        "[1].all(x, [1].all(y, y > 0))",
        "'a'.matches('(a+)+$')",
    ],
)
def test_a_hostile_condition_never_reaches_the_parser(source: str) -> None:
    """Length, nesting, nodes and macros are refused before CEL sees them."""
    with pytest.raises(ConditionError):
        parse_condition(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'x' * 300000000 }}",
        "{{ 'x'.center(300000000) }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
        "{{ " + "-" * 3_000 + "1 }}",
        "{{ a }}" * 600,
        "{% for i in range(9999999) %}x{% endfor %}",
        "{{ range(99999999) }}",
        "{{ [1] * 9 }}",
        "{{ a[b] }}",
        "{{ a if b else c }}",
        "{# gone #}",
    ],
)
def test_a_hostile_template_is_refused(source: str) -> None:
    """Texts have names, literals and filters: nothing that computes."""
    with pytest.raises(TemplateError):
        Template(source)


def test_thousands_of_slips_are_all_named() -> None:
    """Near misses are looked for only while that is cheap; every slip is named."""
    cues = "".join(f"  - {{cue: c{i}, after: c{i}x}}\n" for i in range(3_000))
    with pytest.raises(RunbookError) as caught:
        load_text(f"runbook: 1\ntitle: Slips\ncues:\n{cues}", environ={})
    assert len(caught.value.problems) == 3_000
    hints = [problem.hint for problem in caught.value.problems]
    assert any(hints)
    assert not all(hints)
