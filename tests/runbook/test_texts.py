"""Conditions, templates, approval digests, embargoes and secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.errors import InputError, SecretMissingError
from launchctl.runbook import load, load_text
from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.digest import approval_digest
from launchctl.runbook.embargo import embargoes_of
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.networks import weighted_length
from launchctl.runbook.secrets import GivenSecrets, resolve_front, resolve_show
from launchctl.runbook.templates import MissingValueError, Template

SHOW = Path(__file__).parents[2] / "runbooks" / "model-3-reveal.yaml"

TEXT = """runbook: 1
title: Test
timezone: America/Los_Angeles
t0: 2016-03-31 20:30
accounts:
  ceo: {network: x, handle: elonmusk, credentials: {env: X_CEO}}
  brand: {network: x, handle: tesla, credentials: {env: X_BRAND}}
crew: {comms: {may: [go, approve]}}
approvals: {default: [comms]}
embargoes:
  car: {default: true, not_before: 2016-03-31 20:00}
  numbers: {topics: [figures], not_before: 2016-04-01 06:00}
orders:
  sources: [{kind: webhook, name: shop, secret: {env: SHOP}}]
figures:
  one: {of: orders.units, round: {down: 100}, bounds: [1, 9000]}
vars: {car: Model 3}
cues:
  - cue: one
    at: T-0
    about: [figures]
    do: [{post: {as: ceo, text: "{{ figures['one'] | number }} for {{ vars.car }}"}}]
  - cue: teaser
    at: T-0
    public: teaser
    do: [{post: {as: ceo, text: "Soon."}}, {http: {url: "https://a.example"}}]
  - cue: numbers-teaser
    at: T-0
    public: teaser
    about: [figures]
    do: [{post: {as: ceo, text: "Numbers soon."}}]
  - cue: own-teaser
    at: T-0
    do:
      - post: {as: ceo, text: "A hint.", public: teaser}
      - post: {as: ceo, text: "All."}
  - cue: crew
    at: T-0
    do: [{notify: {to: crew, text: Hello}}]
"""


def read(text: str = TEXT) -> Runbook:
    """The runbook of this file, or a variation of it."""
    return load_text(text, environ={})


def by_name(runbook: Runbook, name: str) -> Cue:
    """A cue by its id."""
    return next(cue for cue in runbook.cues if cue.id == name)


# --- conditions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("orders.units >= 3", {"orders": {"units": 3}}, True),
        ("orders.units >= 3", {"orders": {"units": 2}}, False),
        ("orders.units >= 3", {"orders": {"units": None}}, None),
        ("orders.units >= 3", {"orders": {}}, None),
        ("orders.units >= 3", {}, None),
        ("stages.main.program != 'A'", {"stages": {"main": {"program": None}}}, None),
        ("stages.main.program != 'A'", {"stages": {"main": {"program": "B"}}}, True),
        ("!stages.main.streaming", {"stages": {"main": {"streaming": None}}}, None),
        ("t > 5.0 || true", {}, True),
        ("t > 5.0 && false", {}, False),
        ("t > 5.0 || false", {}, None),
        ("t > 5", {"t": 5.5}, True),
        ("orders.units / 0 == 1", {"orders": {"units": 1}}, None),
        ("orders.units + 1.5 > 1.0", {"orders": {"units": 1}}, None),
        ("double(orders.units) + 1.5 > 1.0", {"orders": {"units": 1}}, True),
        ("orders.units", {"orders": {"units": 1}}, None),
        ("cues['a-b'].state == 'done'", {"cues": {"a-b": {"state": "done"}}}, True),
        ("cues['a.b'].state == 'done'", {"cues": {"a.b": {"state": "done"}}}, True),
        ("cues.film.state == 'done'", {"cues": {"film": {"state": "failed"}}}, False),
        ("vars.name.startsWith('M')", {"vars": {"name": "Model 3"}}, True),
    ],
)
def test_a_condition_has_three_outcomes(source: str, values, expected) -> None:
    """True, false, or unknown: what is missing or errs is never false."""
    assert expected is parse_condition(source).evaluate(values)


def test_a_condition_names_what_it_reads() -> None:
    """Dotted names, whatever way they are written."""
    source = "t > 5 && cues['a-b'].state == 'done' && stages.main.program.size() > 2"
    expected = {"t", "cues.a-b.state", "stages.main.program"}
    assert expected == parse_condition(source).names


# --- templates ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "locale", "expected"),
    [
        ("{{ a | number }}", "en_US", "325,000"),
        ("{{ a | number }}", "de_DE", "325.000"),
        ("{{ a | money }}", "en_US", "$3,250"),
        ("{{ 1050 | money('EUR') }}", "de_DE", "10,50\xa0€"),
        ("{{ 1050 | money('JPY') }}", "en_US", "¥1,050"),
        ("{{ 0.125 | percent(1) }}", "en_US", "12.5%"),
        ("{{ 0.125 | percent(1) }}", "de_DE", "12,5\xa0%"),
        ("{{ 134 | duration }}", "en_US", "2 minutes, 14 seconds"),
        ("{{ 134 | duration }}", "de_DE", "2 Minuten, 14 Sekunden"),
        ("{{ '2016-04-01T03:30:00Z' | date('day') }}", "de_DE", "31. März 2016"),
        ("no braces: {a} $5", "en_US", "no braces: {a} $5"),
        ("two\nlines\n", "en_US", "two\nlines\n"),
        ("{{ 'a literal' }}", "en_US", "a literal"),
        ("<b>{{ b }}</b>", "en_US", "<b>&</b>"),
    ],
)
def test_a_text_is_rendered_by_locale(source: str, locale: str, expected: str) -> None:
    """Filters write numbers, money, shares, spans and dates as the locale does."""
    values = {"a": 325_000, "b": "&"}
    assert expected == Template(source).render(values, locale, "America/Los_Angeles")


def test_a_text_without_its_value_is_not_rendered() -> None:
    """A missing value is an error, never an empty place in a post."""
    text = Template("{{ figures['one'] | number }}")
    assert {"figures.one"} == text.names
    for values in ({}, {"figures": {}}, {"figures": {"one": None}}):
        with pytest.raises(MissingValueError):
            text.render(values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 280, 280),
        ("日" * 10, 20),
        ("see https://www.tesla.com/" + "x" * 400, 27),
        ("e\u0301" * 100, 100),
        ("👩\u200d👩\u200d👧\u200d👦" * 130 + ".", 261),
    ],
)
def test_the_length_that_x_counts(text: str, expected: int) -> None:
    """Wide characters count two, addresses 23, joined emoji two, and NFC first."""
    assert expected == weighted_length(text)


# --- approvals and embargoes ----------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for {{", "für {{"),
        ("| number }} for", "| percent }} for"),
        ("title: Test", "title: Test\nlocale: de_DE"),
        ("handle: elonmusk", "handle: elon"),
        ("down: 100", "down: 1000"),
        ("bounds: [1, 9000]", "bounds: [1, 9001]"),
        ("car: Model 3", "car: Model S"),
    ],
)
def test_an_approval_is_void_when_the_text_changes(old: str, new: str) -> None:
    """Template, filter, locale, account, figure rules, constants: all are approved."""
    before, after = read(), read(TEXT.replace(old, new, 1))
    assert TEXT != TEXT.replace(old, new, 1)
    digests = [approval_digest(b, b.cues[0].do[0], "ceo") for b in (before, after)]
    assert digests[0] != digests[1]


def test_an_approval_stands_when_only_other_things_change() -> None:
    """Times, topics and other cues do not touch a text."""
    after = read(TEXT.replace("at: T-0", "at: T+5m").replace("Soon.", "Later."))
    before = read()
    assert approval_digest(before, before.cues[0].do[0], "ceo") == approval_digest(
        after, after.cues[0].do[0], "ceo"
    )
    assert approval_digest(before, before.cues[0].do[0], "ceo") != approval_digest(
        before, before.cues[0].do[0], "brand"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("one", [("car", "numbers")]),
        ("teaser", [(), ()]),
        ("numbers-teaser", [("numbers",)]),
        ("own-teaser", [(), ("car",)]),
        ("crew", [()]),
    ],
)
def test_what_stands_under_which_embargo(name: str, expected) -> None:
    """A teaser passes an embargo by default, never one by topic."""
    runbook = read()
    cue = by_name(runbook, name)
    assert expected == [embargoes_of(runbook, cue, action) for action in cue.do]


# --- secrets --------------------------------------------------------------------------

VALUES = {
    "OBS_MAIN": "s1-obs",
    "STORES": "s2-stores",
    "UNRELATED": "s3",
    **{
        f"{prefix}_{part}": f"{prefix}-{part}"
        for prefix in ("X_CEO", "X_BRAND", "X_SOLAR")
        for part in (
            "CONSUMER_KEY",
            "CONSUMER_SECRET",
            "ACCESS_TOKEN",
            "ACCESS_TOKEN_SECRET",
        )
    },
}


def test_each_process_gets_only_its_own_secrets() -> None:
    """The front gets order sources only; the show all but these; nobody the rest."""
    runbook = load(SHOW, environ={})
    assert {"env:STORES": "s2-stores"} == resolve_front(runbook, VALUES)
    show = resolve_show(runbook, VALUES)
    assert 13 == len(show)
    assert "env:STORES" not in show
    assert "env:UNRELATED" not in show
    secrets = GivenSecrets(show)
    assert "s1-obs" == secrets.get(SecretRef(env="OBS_MAIN"))
    assert (
        "X_CEO-ACCESS_TOKEN"
        == secrets.with_prefix(SecretRef(env="X_CEO"))["ACCESS_TOKEN"]
    )
    assert "s1-obs" not in repr(secrets)


def test_missing_secrets_are_named_all_at_once_and_without_values() -> None:
    """Whose it is and what it is called; never what another one holds."""
    runbook = load(SHOW, environ={})
    values = VALUES | {"OBS_MAIN": ""}
    del values["X_CEO_ACCESS_TOKEN"]
    with pytest.raises(SecretMissingError) as caught:
        resolve_show(runbook, values)
    assert (
        "stage main needs OBS_MAIN in the environment; "
        "account ceo needs X_CEO_ACCESS_TOKEN in the environment"
    ) == str(caught.value)
    with pytest.raises(SecretMissingError):
        GivenSecrets({}).get(SecretRef(env="OBS_MAIN"))


def test_a_secret_too_short_to_be_one_is_refused_without_its_value() -> None:
    """One to three characters could not be struck out of logs; what merely stands
    beside an account's credentials is none of ours.
    """
    runbook = load(SHOW, environ={})
    values = VALUES | {"OBS_MAIN": "xyz", "X_CEO_LANG": "en"}
    with pytest.raises(InputError) as caught:
        resolve_show(runbook, values)
    assert "stage main: OBS_MAIN has fewer than 4 characters" == str(caught.value)
    assert "xyz" not in caught.value.hint
    assert resolve_show(runbook, values | {"OBS_MAIN": "wxyz"})


def test_secrets_from_files(tmp_path: Path) -> None:
    """A file beside the runbook holds one secret, or an account's lines."""
    text = TEXT.replace("credentials: {env: X_CEO}", "credentials: {file: ceo}")
    text = text.replace("secret: {env: SHOP}", "secret: {file: shop}")
    parts = ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")
    (tmp_path / "ceo").write_text("# keys\n" + "".join(f"{p} = v-{p}\n" for p in parts))
    (tmp_path / "shop").write_text("whsec_abc\n")
    runbook = load_text(text, path=str(tmp_path / "show.yaml"), environ={})
    front = GivenSecrets(resolve_front(runbook, {}))
    assert "whsec_abc" == front.get(SecretRef(file="shop"))
    show = GivenSecrets(resolve_show(runbook, VALUES))
    assert {p: f"v-{p}" for p in parts} == show.with_prefix(SecretRef(file="ceo"))
    (tmp_path / "shop").unlink()
    with pytest.raises(
        SecretMissingError, match="order source shop needs the file shop"
    ):
        resolve_front(runbook, {})
