"""The twins of a dress rehearsal."""

from __future__ import annotations

import pytest

from launchctl.errors import InputError
from launchctl.runbook import load_text
from launchctl.runbook.secrets import front_needs, show_needs
from launchctl.runbook.twins import twins, without_address, without_twin

HEAD = "runbook: 1\ntitle: Twins\nt0: 2027-03-16T19:00Z\n"
CUES = "cues: [{cue: a, at: T-0}]\n"
ACCOUNT = "{network: x, handle: ceo, credentials: {env: CEO}, by_hand: watch, lang: de"
PROBE = "test: {handle: probe, credentials: {env: PROBE}, api: 'http://127.0.0.1:1'}"
SHOP = "kind: webhook, name: shop, secret: {env: SHOP}, settle: 5s"
TWICE = SHOP + ", test: {secret: {env: T}}"


def _book(accounts: str, source: str):
    text = f"accounts: {{{accounts}}}\norders: {{sources: [{{{source}}}]}}\n"
    return load_text(HEAD + text + CUES, environ={})


def test_twins_stand_in_for_accounts_and_shops() -> None:
    """A dress rehearsal posts and counts under the twins, and all else stays."""
    runbook = _book(f"ceo: {ACCOUNT}, {PROBE}}}", TWICE)
    dress = twins(runbook)
    ceo = dress.accounts["ceo"]
    assert ("probe", "http://127.0.0.1:1") == (ceo.handle, ceo.api)
    assert ("x", "de", "watch") == (ceo.network, ceo.lang, ceo.by_hand)
    assert dress.orders is not None
    assert ("shop", 5_000_000) == (
        dress.orders.sources[0].name,
        dress.orders.sources[0].settle_us,
    )
    assert (runbook.cues, runbook.digest) == (dress.cues, dress.digest)


def test_a_run_asks_for_no_secret_of_a_twin_and_a_dress_rehearsal_for_no_real_one() -> (
    None
):
    """The process of a dress rehearsal cannot have what it must not use."""
    runbook = _book(f"ceo: {ACCOUNT}, {PROBE}}}", TWICE)
    real = {str(need.ref) for need in (*show_needs(runbook), *front_needs(runbook))}
    dress = twins(runbook)
    other = {str(need.ref) for need in (*show_needs(dress), *front_needs(dress))}
    assert ({"env CEO", "env SHOP"}, {"env PROBE", "env T"}) == (real, other)


def test_what_has_no_twin_is_named() -> None:
    """Without a twin a dress rehearsal would reach the real one: it is refused."""
    runbook = _book(f"ceo: {ACCOUNT}, {PROBE}}}, cto: {ACCOUNT}}}", SHOP)
    assert ("account cto", "order source shop") == without_twin(runbook)
    with pytest.raises(InputError, match=r"the real account cto, order source shop"):
        twins(runbook)


def test_what_is_required_of_a_run_is_read() -> None:
    """`require_rehearsed: {within: 7d}`, in microseconds."""
    text = f"{HEAD}require_rehearsed: {{within: 7d}}\n{CUES}"
    assert 7 * 86_400_000_000 == load_text(text).require_rehearsed_us


CALLS = """
osc: {lights: {url: "osc://10.0.0.5:8000"}}
stages: {main: {driver: obs, url: "ws://10.0.0.4:4455"}}
outputs: {live: {stage: main, playback: "https://cdn.example/live.m3u8"}}
notify: {crew: {url: {env: CHANNEL}}}
embargoes: {all: {default: true, not_before: 2027-03-16T19:00Z}}
cues:
  - cue: a
    at: T-0
    do:
      - http: {url: "https://shop.example/flip"}
      - osc: {to: lights, address: /go}
      - {stream: start}
      - {notify: {to: crew, text: Go}}
"""


def test_what_cues_call_needs_an_address_for_the_rehearsal() -> None:
    """A service, a desk and a stream have no `test:`: `--set` is their twin; channels
    of the crew stay silent.
    """
    wanted = ("https://shop.example", "osc.lights.url", "outputs.live.playback")
    assert wanted == without_address(load_text(HEAD + CALLS, environ={}))
    given = [
        ("https://shop.example", "http://127.0.0.1:1"),
        ("osc.lights.url", "osc://127.0.0.1:2"),
        ("outputs.live.playback", "http://127.0.0.1:3/live.m3u8"),
    ]
    runbook = load_text(HEAD + CALLS, environ={}, sets=given)
    assert () == without_address(runbook)
    dress = twins(runbook)
    assert {} == dress.notify
    assert () == show_needs(dress)
