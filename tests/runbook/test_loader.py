"""What the loader makes of a good runbook: instants, shifts, overrides, defaults."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from launchctl.errors import RunbookError
from launchctl.runbook import load_text, model
from launchctl.runbook.actions import Http
from launchctl.runbook.model import Runbook
from launchctl.times import HOUR, MINUTE, SECOND, format_instant, parse_instant

HEAD = "runbook: 1\ntitle: Test\ntimezone: America/Los_Angeles\nt0: 2016-03-31 20:30\n"
STAGE = 'stages:\n  main: {driver: obs, url: "ws://127.0.0.1:4455"}\n'
ACCOUNT = (
    "accounts:\n  ceo: {network: x, handle: elonmusk, credentials: {env: X_CEO}}\n"
)
T0 = parse_instant("2016-03-31T20:30:00-07:00")


def read(text: str, **options) -> Runbook:
    """Load text that must be good."""
    return load_text(text, environ=options.pop("environ", {}), **options)


def refused(text: str, **options) -> list[str]:
    """The messages of text that must not be good."""
    with pytest.raises(RunbookError) as caught:
        read(text, **options)
    return [problem.message for problem in caught.value.problems]


def cue(text: str, **options) -> model.Cue:
    """The first cue of a runbook with this one cue."""
    return read(f"{HEAD}{STAGE}cues:\n  - {text}\n", **options).cues[0]


@pytest.mark.parametrize(
    "written",
    [
        "2016-03-31 20:30",
        "2016-03-31 20:30:00",
        "2016-03-31T20:30:00",
        "2016-03-31 20:30:00.000",
        '"2016-03-31 20:30"',
        "2016-03-31 20:30 America/Los_Angeles",
        "2016-03-31 20:30 -07:00",
        "2016-03-31T20:30:00-0700",
        "2016-04-01T03:30:00Z",
        "2016-04-01 14:30 Australia/Sydney",
    ],
)
def test_t0_loads_however_it_is_written(written: str) -> None:
    """With and without seconds, quotes, zone: the same instant."""
    runbook = read(
        f"runbook: 1\ntitle: T\ntimezone: America/Los_Angeles\nt0: {written}\n"
    )
    assert T0 == runbook.t0_us


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20:30", "2016-04-01T03:30:00Z"),
        ("19:00", "2016-04-01T02:00:00Z"),
        ("08:30", "2016-03-31T15:30:00Z"),
        ("08:29", "2016-04-01T15:29:00Z"),
        ("10:00 Australia/Sydney", "2016-03-31T23:00:00Z"),
        ("2016-03-31 10:00 Australia/Sydney", "2016-03-30T23:00:00Z"),
    ],
)
def test_a_wall_instant_resolves(written: str, expected: str) -> None:
    """A zone of its own, the home zone, and the first such time after t0 - 12 h."""
    at = cue(f"{{cue: one, at: {written}}}").at
    assert isinstance(at, model.AtWall)
    assert parse_instant(expected) == at.at_us
    assert written == at.written


def test_the_ambiguous_hour_loads_with_its_offset() -> None:
    """An hour that comes twice is right once it says which."""
    text = (
        "runbook: 1\ntitle: T\ntimezone: Europe/Berlin\nt0: 2027-10-31 02:30 +01:00\n"
    )
    assert parse_instant("2027-10-31T01:30:00Z") == read(text).t0_us


@pytest.mark.parametrize(
    ("written", "offset_us"),
    [("T-30m", -30 * MINUTE), ("T+1h30m", 90 * MINUTE), ("T-0", 0), ("T", 0)],
)
def test_t_offsets(written: str, offset_us: int) -> None:
    """T-offsets carry their sign."""
    assert model.AtT(offset_us=offset_us) == cue(f"{{cue: one, at: {written}}}").at


@pytest.mark.parametrize("written", ["doors + 5m", "doors+5m", "doors +5m"])
def test_at_a_cue_with_or_without_spaces(written: str) -> None:
    """A span after another cue."""
    text = (
        f"{HEAD}cues:\n  - {{cue: doors, at: T-30m}}\n  - {{cue: one, at: {written}}}\n"
    )
    assert model.AtCue(cue="doors", offset_us=5 * MINUTE) == read(text).cues[1].at


def test_launch_t0_moves_every_wall_instant() -> None:
    """--t0 shifts all written instants by the same difference, and lists them."""
    text = (
        f"{HEAD}hard_out: 2016-03-31 21:30\n{STAGE}{ACCOUNT}"
        "embargoes:\n  car: {default: true, not_before: 2016-03-31 20:00}\n"
        "cues:\n  - {cue: one, at: 2016-03-31 10:00}\n  - {cue: two, at: T-5m}\n"
    )
    plain, moved = read(text), read(text, t0_us=T0 + 500 * HOUR)
    assert 0 == plain.shift_us
    assert () == plain.shifted
    assert 500 * HOUR == moved.shift_us
    assert T0 + 500 * HOUR == moved.t0_us
    assert [at.at_us + 500 * HOUR for at in plain.instants] == [
        at.at_us for at in moved.shifted
    ]
    assert ["hard_out", "embargo car", "cue one"] == [at.where for at in moved.shifted]
    assert plain.digest == moved.digest


def test_launch_t0_sets_what_the_runbook_leaves_open() -> None:
    """Without a t0 of its own there is nothing to shift."""
    text = "runbook: 1\ntitle: T\ntimezone: UTC\ncues: [{cue: one, at: T-0}]\n"
    assert None is read(text).t0_us
    runbook = read(text, t0_us=T0)
    assert (T0, 0) == (runbook.t0_us, 0)


def test_a_time_alone_needs_now_for_t0() -> None:
    """``t0: 20:30`` is the next such moment."""
    text = "runbook: 1\ntitle: T\ntimezone: UTC\nt0: 20:30\n"
    now_us = parse_instant("2027-01-01T21:00:00Z")
    assert "2027-01-02T20:30:00.000000Z" == format_instant(
        read(text, now_us=now_us).t0_us or 0
    )


def test_set_changes_addresses_and_nothing_else() -> None:
    """--set reaches a url or an api; the digest stays, and all else is refused."""
    text = HEAD + STAGE + ACCOUNT
    sets = [("stages.main.url", "ws://10.0.0.1:4455"), ("accounts.ceo.api", "http://x")]
    runbook = read(text, sets=sets)
    assert "ws://10.0.0.1:4455" == runbook.stages["main"].url
    assert "http://x" == runbook.accounts["ceo"].api
    assert read(text).digest == runbook.digest
    assert tuple(sets) == runbook.overrides
    assert "expected stages.NAME.url" in refused(text, sets=[("title", "x")])[0]
    assert (
        "is not in the runbook" in refused(text, sets=[("stages.b.url", "ws://x")])[0]
    )
    assert "ws://" in refused(text, sets=[("stages.main.url", "http://x")])[0]


def test_set_replaces_an_origin_wherever_it_is_reached() -> None:
    """--set https://SHOP=http://... moves calls and pages there, links stay as they are
    told; an origin that the runbook does not reach is refused.
    """
    shop = "https://shop.example"
    output = (
        f"outputs: {{live: {{stage: main, playback: '{shop}/l', watch: '{shop}'}}}}"
    )
    call = f'http: {{url: "{shop}/flags", again: safe}}'
    text = HEAD + STAGE + output + f"\ncues: [{{cue: a, at: T-0, do: [{{{call}}}]}}]\n"
    runbook = read(text, sets=[(shop, "http://127.0.0.1:8/s/")])
    (action,) = runbook.cues[0].do
    assert isinstance(action, Http)
    assert "http://127.0.0.1:8/s/flags" == action.http.url
    output_read = runbook.outputs["live"]
    assert "http://127.0.0.1:8/s/l" == output_read.playback
    assert shop == output_read.watch
    assert read(text).digest == runbook.digest
    (said,) = refused(text, sets=[("https://other.example", "http://x")])
    assert "'https://other.example' is not in the runbook" in said


def test_addresses_from_the_environment() -> None:
    """``url: {env: NAME}`` is looked up when loading."""
    text = f"{HEAD}stages:\n  main: {{driver: obs, url: {{env: OBS_URL}}}}\n"
    runbook = read(text, environ={"OBS_URL": "ws://10.1.1.1:4455"})
    assert "ws://10.1.1.1:4455" == runbook.stages["main"].url


def test_words_that_yaml_1_1_misreads_stay_words() -> None:
    """``on``, ``no``, ``20:30`` and ``1_000`` are text."""
    text = HEAD + "vars: {a: on, b: no, c: 20:30, d: 1_000, e: true, f: 0o17, g: 1.5}\n"
    expected = {"a": "on", "b": "no", "c": "20:30", "d": "1_000"}
    assert expected | {"e": True, "f": 15, "g": 1.5} == read(text).vars


def test_left_out_means() -> None:
    """Locale en_US, one caller that may everything, doubt ask, nobody approves."""
    runbook = read("runbook: 1\ntitle: T\n" + ACCOUNT)
    assert "en_US" == runbook.locale
    assert ["caller"] == list(runbook.crew)
    assert {"go", "hold", "abort", "approve"} <= set(runbook.crew["caller"].may)
    assert "ask" == runbook.accounts["ceo"].doubt
    assert () == runbook.default_approvals


def test_posts_that_nobody_guards_are_warned_about() -> None:
    """A post without approval or embargo loads, with a warning at its place."""
    text = (
        HEAD
        + ACCOUNT
        + "cues:\n  - {cue: one, at: T, do: [{post: {as: ceo, text: A}}]}\n"
    )
    assert (
        "runbook.yaml:8:28: cue 'one': nobody is asked to approve this post",
        "runbook.yaml:8:28: cue 'one': no embargo guards this post",
    ) == tuple(sorted(read(text).warnings, reverse=True))


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ("{within: 2h, else: park}", (2 * HOUR, "park")),
        ("{within: any, else: skip}", (None, "skip")),
        ("{within: 1m}", (MINUTE, "hold")),
        ("{else: skip}", (5 * SECOND, "skip")),
    ],
)
def test_half_a_late_rule_takes_the_rest_from_the_table(late: str, expected) -> None:
    """What ``late`` leaves out is what SEMANTICS 5 says for such a cue."""
    found = cue(f"{{cue: one, at: T, late: {late}, do: [{{scene: A}}]}}").late
    assert found is not None
    assert expected == (found.within_us, found.otherwise.value)


def test_the_digest_is_over_text_and_media(tmp_path: Path) -> None:
    """Another picture is another runbook; a BOM is not."""
    text = (
        f"{HEAD}{ACCOUNT}cues:\n"
        "  - {cue: one, at: T, do: [{post: {as: ceo, text: A, "
        "media: [{file: a.png, alt: A}]}}]}\n"
    )
    (tmp_path / "a.png").write_bytes(b"one")
    first = read(text, base_dir=tmp_path)
    assert first.digest == read("\ufeff" + text, base_dir=tmp_path).digest
    (tmp_path / "a.png").write_bytes(b"two")
    assert first.digest != read(text, base_dir=tmp_path).digest


def test_a_runbook_survives_pickling() -> None:
    """Equal after pickling: nothing compiled hides in it."""
    text = HEAD + 'cues:\n  - {cue: one, when: "t > 5 && clock.hour == 3"}\n'
    runbook = read(text)
    check = runbook.cues[0].when
    assert check is not None
    assert True is check.check.evaluate({"t": 6.0, "clock": {"hour": 3}})
    assert runbook == pickle.loads(pickle.dumps(runbook))


def test_the_first_cue_without_t0_needs_no_trigger() -> None:
    """Without t0 the first cue stands by, and its GO sets T-0."""
    text = "runbook: 1\ntitle: T\ncues:\n  - {cue: one}\n  - {cue: two, after: one}\n"
    assert 2 == len(read(text).cues)


def test_a_cues_on_failure_is_that_of_its_actions() -> None:
    """SEMANTICS 6: an action takes its cue's policy where it has none of its own."""
    runbook = load_text(
        "runbook: 1\ntitle: A\nt0: 2027-03-16T19:00Z\n"
        "stages: {main: {driver: obs, url: 'ws://127.0.0.1:4455'}}\n"
        "cues:\n"
        "  - cue: a\n"
        "    at: T-0\n"
        "    on_failure: abort\n"
        "    do: [{scene: A}, {record: start, on_failure: ignore}]\n"
    )
    policies = [action.on_failure for action in runbook.cues[0].do]
    assert ["abort", "ignore"] == [each and each.policy for each in policies]
