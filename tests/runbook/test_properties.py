"""Properties: whatever is fed in, the loader answers with a runbook or problems."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from launchctl.errors import RunbookError
from launchctl.runbook import load_text
from launchctl.runbook.conditions import ConditionError, parse_condition
from launchctl.runbook.instants import parse_wall
from launchctl.runbook.templates import MissingValueError, Template, TemplateError
from launchctl.runbook.yaml import YamlError, parse
from launchctl.times import (
    SECOND,
    format_about,
    format_span,
    parse_span,
    parse_t_offset,
)

SHOW = Path(__file__).parents[2] / "runbooks" / "model-3-reveal.yaml"
WHOLE = SHOW.read_text(encoding="utf-8")
LINES = WHOLE.splitlines(keepends=True)
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
WORDS = st.sampled_from(
    [
        *"{}[]:,#&*!|>'\"%@`-? \n\t",
        "null",
        "true",
        "20:30",
        "T-5m",
        "{{ orders.units }}",
        "{env: A}",
        "cue",
        "do",
        "go",
        "at",
        "post",
        "scene",
        "<<",
        "- ",
        ": ",
        "1e999",
        "0x1F",
        ".inf",
        "9" * 30,
        "2016-13-45 99:99",
        "\u2028",
        "\ud7ff",
        "😀",
    ]
)


def answered(data: bytes | str) -> None:
    """Loads, or is refused with problems that have a place. Nothing else."""
    try:
        load_text(data, base_dir=SHOW.parent, environ={})
    except RunbookError as error:
        sound = error.problems and all(
            p.line >= 1 and p.column >= 1 and p.message for p in error.problems
        )
    else:
        sound = True
    assert sound


@MANY
@given(st.binary(max_size=400))
def test_bytes_never_break_the_loader(data: bytes) -> None:
    """Any bytes at all."""
    answered(data)


@MANY
@given(st.text(max_size=400))
def test_text_never_breaks_the_loader(text: str) -> None:
    """Any text at all, lone surrogates included."""
    answered(text)


@MANY
@given(st.lists(WORDS, max_size=40).map("".join))
@example("runbook: 1\ntitle: {a: [b: c]}")
def test_yaml_crumbs_never_break_the_parser(text: str) -> None:
    """What YAML is made of, in any order."""
    place = (1, 1)
    try:
        parse(text.encode())
    except YamlError as error:
        place = (error.line, error.column)
    assert min(place) >= 1


@MANY
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 30), st.lists(WORDS, max_size=3))
def test_a_damaged_runbook_is_answered(at: int, cut: int, words: list[str]) -> None:
    """Characters cut out of, and put into, a good runbook."""
    answered(WHOLE[:at] + "".join(words) + WHOLE[at + cut :])


@MANY
@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=5, unique=True))
def test_missing_lines_are_answered(missing: list[int]) -> None:
    """Whole lines left out of a good runbook."""
    answered("".join(line for i, line in enumerate(LINES) if i not in missing))


@MANY
@given(st.sampled_from(LINES), st.sampled_from(LINES), st.integers(0, len(LINES)))
def test_moved_lines_are_answered(one: str, two: str, at: int) -> None:
    """Lines repeated at another place of a good runbook."""
    answered("".join([*LINES[:at], one, two, *LINES[at:]]))


@given(st.integers(0, 3_000 * 86_400 * 1_000))
def test_spans_read_what_they_write(span_ms: int) -> None:
    """A span in whole milliseconds comes back from its own text."""
    assert span_ms * 1_000 == parse_span(format_span(span_ms * 1_000))


@given(st.integers(1, 10**13), st.integers(0, 10**13))
def test_a_span_for_people_is_short_and_never_reads_like_its_limit(
    span_us: int, limit_us: int
) -> None:
    """At most a second is added, and what is over a limit is written over it."""
    read_us = parse_span(format_about(span_us))
    assert span_us <= read_us < span_us + SECOND
    assert "ms" not in format_about(span_us + 10 * SECOND)
    if span_us > limit_us:
        assert read_us > limit_us


@given(st.integers(-864_000, 864_000))
def test_t_offsets_read_what_they_write(seconds: int) -> None:
    """T-offsets carry sign and span."""
    sign = "-" if seconds < 0 else "+"
    text = f"T{sign}{format_span(abs(seconds) * SECOND)}"
    assert seconds * SECOND == parse_t_offset(text)


@given(st.text(max_size=40))
def test_odd_instants_are_value_errors(text: str) -> None:
    """Whatever stands for an instant is one, or a ValueError that says why."""
    said = "an instant"
    try:
        parse_wall(text, "Europe/Berlin", 0)
    except ValueError as error:
        said = str(error)
    assert said


@given(st.integers(0, 4_000_000_000))
def test_instants_in_utc_read_what_they_write(seconds: int) -> None:
    """RFC 3339 in UTC is exact."""
    from launchctl.times import format_instant

    written = format_instant(seconds * SECOND)
    assert seconds * SECOND == parse_wall(written, None, None)


@MANY
@given(st.text(max_size=60) | st.lists(WORDS, max_size=10).map("".join))
def test_templates_are_plain_or_refused(text: str) -> None:
    """A text without braces stays itself; any other renders or says why not."""
    try:
        found = Template(text)
        rendered = found.render({})
    except (TemplateError, MissingValueError, ValueError):
        return
    if "{{" not in text:
        assert text == rendered


@MANY
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "t",
                ">",
                "5",
                "&&",
                "(",
                ")",
                "[",
                "]",
                "'a'",
                ".",
                "cues",
                "!",
                "x(",
                ",",
            ]
        ),
        max_size=12,
    ).map(" ".join)
)
def test_conditions_are_parsed_or_refused(source: str) -> None:
    """Any text is a condition with an outcome, or is refused."""
    try:
        outcome = parse_condition(source).evaluate({"t": 1.0})
    except ConditionError as error:
        outcome = None
        assert str(error)  # noqa: PT017  either answer is right, silence is not
    assert outcome in (True, False, None)
