"""The script file: what it can say, and where it is wrong."""

from __future__ import annotations

import pytest

from launchctl.errors import InputError, RunbookError
from launchctl.rehearsal.script import load_script, parse_script
from launchctl.times import MINUTE, SECOND


def test_every_trigger_and_verb_is_read():
    """One trigger a line, a wait behind it, and the call's parts."""
    script = parse_script(
        """\
people: 1
script:
  - {at: T-4m, by: Ada, role: caller, do: hold, target: breath, why: dramatic}
  - {standby: reveal, wait: 3s, by: Ada, role: caller, do: go}
  - {after: reveal, by: Ben, role: comms, do: approve, target: reveal-post}
  - {event: hold_opened, wait: 20s, by: Ada, role: caller, do: resume}
""",
        "people.yaml",
    )

    at, standby, after, event = script.script
    assert (-4 * MINUTE, "dramatic") == (at.t_us, at.why)
    assert ("reveal", 3 * SECOND) == (standby.standby, standby.wait)
    assert ("reveal", "approve", "reveal-post") == (after.after, after.do, after.target)
    assert "hold_opened" == event.event


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "people: 1\nscript:\n  - by: Ada\n    role: c\n    at: 4m\n    do: go\n",
            "s.yaml:3:5: '4m' is no T-offset: write it like T-10m",
        ),
        (
            "people: 1\nscript:\n  - {at: T, after: x, by: A, role: c, do: go}\n",
            (
                "s.yaml:3:5: a line has one of at, after, standby, hold, event;"
                " found at and after"
            ),
        ),
        (
            "people: 1\nscript:\n  - {by: A, role: c, do: go}\n",
            "s.yaml:3:5: a line has one of at, after, standby, hold, event; found none",
        ),
        (
            "people: 1\nscript:\n  - at: T\n    by: A\n    role: c\n    doo: go\n",
            "s.yaml:3:5: do: it is missing\ns.yaml:6:5: doo: a script has no such key",
        ),
        ("people: 2\nscript: []\n", "s.yaml:1:1: people: Input should be less"),
        ("just words", "s.yaml:1:1: a script is a mapping"),
        ("people: 1\npeople: 1\nscript: []\n", "s.yaml:2:1: the key 'people' stands"),
        ("people: &a 1\nscript: *a\n", "s.yaml:1:9: an anchor (&a) is not allowed"),
    ],
)
def test_a_fault_is_named_where_it_stands(text, said):
    """File, line, column and what is wrong, all at once."""
    with pytest.raises(RunbookError) as raised:
        parse_script(text, "s.yaml")

    assert str(raised.value).startswith(said)


def test_a_missing_script_is_a_clear_message(tmp_path):
    """Not a trace."""
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_script(tmp_path / "none.yaml")


def test_a_huge_script_is_refused(tmp_path):
    """A script is a page, not a megabyte."""
    file = tmp_path / "big.yaml"
    file.write_text("#" * 300_000)

    with pytest.raises(InputError, match="larger than 256 KiB"):
        load_script(file)
