"""The as-run report: its contract, its reasons, its holds."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from launchctl.report.as_run import calls_of, holds_of, make_report, verdict_reasons
from launchctl.report.table import late, report_table

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from statuses import AT, a_cue, a_line, a_post, a_status

LINES = [
    a_line(1, "run_started"),
    a_line(
        2,
        "hold_opened",
        name="sound",
        kind="operator",
        reason="no lectern",
        since="2016-04-01T03:20:00.000000Z",
    ),
    a_line(3, "call_accepted", call="a", verb="resume", by="Ada"),
    a_line(
        4, "hold_released", name="sound", by="Ada", ended="2016-04-01T03:20:30.500000Z"
    ),
    a_line(5, "call_refused", call="b", verb="go", by="Ada", reason="stale"),
    a_line(6, "show_ended", state="complete", verdict="green"),
]

STATUS = a_status(
    state="complete",
    verdict="green",
    cues=[
        a_cue(
            "reveal",
            "done",
            due=AT,
            fired=AT,
            sent=AT,
            confirmed="2016-04-01T03:20:00.350000Z",
            late_by_s=0.0004,
            by="Ada",
        )
    ],
    posts=[
        a_post(
            "reveal-post",
            "d1",
            state="sent",
            id="7",
            url="https://x.test/7",
            attempts=1,
        )
    ],
    orders={
        "placed": 10,
        "units": 11,
        "net_units": 10,
        "by_currency": {"USD": 8, "EUR": 3},
        "deposits": {"USD": 800_000, "EUR": 300_000},
        "implied_value": {
            "amount_minor": 46_200_000,
            "currency": "USD",
            "basis": "mean",
        },
        "quarantined": 1,
        "available": None,
        "waitlist": None,
    },
    health={"stage:main": {"level": "good", "text": ""}},
)


def test_the_report_has_the_fields_that_scripts_build_on():
    """Every name of the documented contract is there, with its parts."""
    report = make_report(LINES, STATUS)

    contract = {
        "run",
        "runbook",
        "digest",
        "state",
        "verdict",
        "cues",
        "posts",
        "journal_digest",
        "orders",
        "holds",
        "health",
    }
    cue_fields = {
        "cue",
        "state",
        "due",
        "fired",
        "sent",
        "confirmed",
        "late_by_s",
        "by",
        "reason",
    }
    post_fields = {
        "cue",
        "account",
        "network",
        "state",
        "id",
        "url",
        "text",
        "attempts",
        "length",
        "limit",
    }
    order_fields = {"placed", "units", "by_currency", "deposits", "implied_value"}
    assert contract <= report.keys()
    assert cue_fields <= report["cues"][0].keys()
    assert post_fields == report["posts"][0].keys()
    assert order_fields <= report["orders"].keys()


def test_the_report_is_plain_json():
    """It survives a round trip unchanged."""
    report = make_report(LINES, STATUS)

    assert report == json.loads(json.dumps(report))


def test_a_show_without_orders_has_none():
    """``orders`` is null, not zeros that somebody might believe."""
    assert make_report([], a_status())["orders"] is None


def test_a_hold_is_told_from_opening_to_release():
    """With its reason, who released it, and how long it lasted."""
    expected = [
        {
            "name": "sound",
            "kind": "operator",
            "reason": "no lectern",
            "since": "2016-04-01T03:20:00.000000Z",
            "released": "2016-04-01T03:20:30.500000Z",
            "released_by": "Ada",
            "lasted_s": 30.5,
        }
    ]

    assert expected == holds_of(LINES)


def test_an_open_hold_is_told_as_open():
    """Nobody released it, and it has no length."""
    (hold,) = holds_of(LINES[:3])

    assert (None, None, None) == (
        hold["released"],
        hold["released_by"],
        hold["lasted_s"],
    )


def test_a_hold_of_the_same_name_twice_is_two_holds():
    """The second opening is another hold."""
    again = [a_line(7, "hold_opened", name="sound", kind="operator", reason="again")]

    assert ["no lectern", "again"] == [h["reason"] for h in holds_of([*LINES, *again])]


def test_calls_are_counted_by_verb_and_answer():
    """A caller sees at a glance how often GO was refused."""
    assert {"go refused": 1, "resume accepted": 1} == calls_of(LINES)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("failed", "cue film failed (the scene is missing)"),
        ("parked", "cue film is parked: it waits for a person (the scene is missing)"),
        (
            "in_doubt",
            (
                "cue film is in doubt: nobody knows whether it went out"
                " (the scene is missing)"
            ),
        ),
    ],
)
def test_a_red_verdict_says_why(state, said):
    """Each cue that went wrong is a reason, with its own reason."""
    cue = a_cue("film", state, reason="the scene is missing")

    assert [said] == verdict_reasons(a_status(cues=[cue]))


def test_an_abort_is_a_reason_and_a_skip_is_none():
    """Skipping a cue is a decision, not a failure."""
    status = a_status(state="aborted", cues=[a_cue("film", "skipped")])

    assert ["the show was aborted"] == verdict_reasons(status)


@pytest.mark.parametrize(
    "said",
    [
        "Model 3 reveal",
        "verdict green",
        "reveal",
        "+350 ms",
        "0.4 ms",
        "https://x.test/7",
        "sound",
        "30s",
        "10 placed, 11 units (10 net)",
        "USD: 8 units, deposits 8,000.00 USD",
        "implied value 462,000.00 USD (mean)",
        "1 in quarantine",
        "6 events, journal digest aaaaaaaaaaaaaaaa",
    ],
)
def test_the_table_says_it(said):
    """People read the same as scripts."""
    out = io.StringIO()
    Console(file=out, width=120).print(report_table(make_report(LINES, STATUS)))

    assert said in out.getvalue()


@pytest.mark.parametrize(
    ("network", "text", "counted"),
    [
        ("x", "Ours: https://www.tesla.com/model3-reveal", "29/280"),
        ("x", "Lumo \N{SUNRISE}", "7/280"),
        ("bluesky", "Lumo \N{SUNRISE}", "6/300"),
        ("linkedin", "Lumo \N{SUNRISE}", "7/3,000"),
        ("x", "repost of teaser", None),
        ("x", "{{ figures.tonight }} so far", None),
        ("pigeon", "Coo", None),
    ],
)
def test_a_post_is_counted_as_its_network_counts(network, text, counted):
    """An address is 23 on X, an emoji two there and one on Bluesky; what has no words
    of its own yet has no length.
    """
    status = a_status(posts=[a_post("p", "d1", network=network, text=text)])
    (post,) = make_report(LINES, status)["posts"]

    said = post["length"] and f"{post['length']}/{post['limit']:,}"
    assert counted == said
    out = io.StringIO()
    Console(file=out, width=120).print(report_table(make_report(LINES, status)))
    assert (counted or "p") in out.getvalue()


def test_the_cues_of_a_long_show_fit_into_a_hundred_columns():
    """Nothing is cut off, with dates, a name of twenty characters and a person."""
    cue = a_cue("saturday-morning-post", "done", by="Annabelle", late_by_s=20.0)
    times = {"planned": AT, "fired": AT, "sent": AT, "confirmed": AT}
    status = a_status(cues=[{**cue, **times}], t0="2016-03-31T03:20:00.000000Z")
    out = io.StringIO()
    Console(file=out, width=100).print(report_table(make_report(LINES, status)))

    assert "\N{HORIZONTAL ELLIPSIS}" not in out.getvalue()
    assert "04-01 03:20:00.000" in out.getvalue()


@pytest.mark.parametrize(
    ("late_by_s", "said"),
    [(0.0004, "0.4 ms"), (0.25, "250 ms"), (134.0, "2m14s"), (-0.001, "-1.0 ms")],
)
def test_lateness_is_said_in_a_unit_that_fits(late_by_s, said):
    """From a tenth of a millisecond to minutes."""
    assert said == late(late_by_s)
