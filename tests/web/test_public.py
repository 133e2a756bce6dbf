"""The public document: what everybody may know, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchctl.times import SECOND
from launchctl.web.public import PublicDocument
from tests.web.recording_view import (
    SECRET_TEXT,
    SENT_TEXT,
    RecordingView,
    a_cue,
    a_post,
    a_runbook,
    a_site,
)

_SECRETS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=12, max_size=24)


def the_document(view: RecordingView) -> dict[str, Any]:
    """The document as a reader gets it."""
    document = PublicDocument(view)
    document.refresh(0)
    return json.loads(document.body)


def orders(units: int) -> dict[str, Any]:
    """The ledger's totals with so many units."""
    return {
        "placed": units, "units": units, "net_units": units, "by_currency": {},
        "deposits": {}, "implied_value": None, "quarantined": 0,
        "available": None, "waitlist": None,
    }  # fmt: skip


async def test_it_shows_title_state_and_sent_posts() -> None:
    """Title, T-0, a public word for the state, and what the networks confirmed."""
    document = the_document(RecordingView())
    assert document["title"] == "Model 3 reveal"
    assert document["state"] == "live"
    assert document["t0"] == "2016-04-01T03:30:00.000000Z"
    assert document["posts"] == [
        {
            "handle": "elonmusk", "network": "x", "text": SENT_TEXT,
            "url": "https://x.com/elonmusk/status/7",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "state", ["waiting", "sending", "refused", "in_doubt", "parked", "skipped"]
)
def test_only_what_is_out_is_shown(state: str) -> None:
    """A text appears when its network confirmed it, and in no state before."""
    view = RecordingView()
    view.set(posts=[a_post("reveal-post", state, url="https://x.com/1", id="1")])
    document = the_document(view)
    assert document["posts"] == []
    assert SECRET_TEXT not in json.dumps(document)


@given(text=_SECRETS, cue=_SECRETS, reason=_SECRETS, name=_SECRETS, state=_SECRETS)
def test_nothing_else_finds_a_way_in(
    text: str, cue: str, reason: str, name: str, state: str
) -> None:
    """No word of an unsent post, cue, reason, hold, scene, account or error leaks."""
    view = RecordingView()
    view.set(
        state="holding",
        posts=[a_post(cue, state, text=text, digest=reason)],
        cues=[a_cue(cue, state, reason=reason, by=name)],
        next=[cue],
        standby={name: {"cue": cue, "seq": 1}},
        holds=[{"name": name, "kind": "operator", "reason": reason, "since": text,
                "until": None, "release": [name]}],
        gates=[{"cue": cue, "gate": name, "why": reason}],
        embargoes=[{"name": name, "open": False, "why": reason}],
        figures={name: {"value": text}},
        silenced=[name],
        stages=[{"stage": name, "connected": True, "program": text, "wanted": cue,
                 "streaming": True, "by_hand": [reason], "text": text}],
        health={name: {"level": "bad", "text": reason}},
        journal_digest=text,
    )  # fmt: skip
    said = json.dumps(the_document(view))
    assert [word for word in (text, cue, reason, name, state) if word in said] == []


def test_the_counter_is_rounded_down_and_late() -> None:
    """Floored to the runbook's step, and never fresher than its delay."""
    view = RecordingView()
    assert view.now_fixed is not None
    document = PublicDocument(view)
    view.set(orders=orders(115_387))
    assert document.build()["counter"] is None
    view.now_fixed += 5 * SECOND
    view.set(orders=orders(120_000))
    counter = document.build()["counter"]
    assert counter == {"units": 115_300, "rounded_down_to": 100, "state": "open"}


@pytest.mark.parametrize("counter", ["hidden", "closed"])
def test_a_counter_that_is_not_open_is_not_shown(counter: str) -> None:
    """Hidden means hidden at once, and what was shown is forgotten."""
    view = RecordingView()
    assert view.now_fixed is not None
    document = PublicDocument(view)
    document.build()
    view.now_fixed += 5 * SECOND
    assert document.build()["counter"] is not None
    view.set(counter=counter)
    assert document.build()["counter"] is None
    view.set(counter="open")
    assert document.build()["counter"] is None


def test_a_frozen_counter_stands() -> None:
    """Frozen keeps the last value taken while it was open, whatever is ordered."""
    view = RecordingView()
    assert view.now_fixed is not None
    document = PublicDocument(view)
    view.set(orders=orders(1_000))
    document.build()
    view.now_fixed += 5 * SECOND
    view.set(orders=orders(9_000), counter="frozen")
    view.now_fixed += 60 * SECOND
    counter = document.build()["counter"]
    assert counter == {"units": 1_000, "rounded_down_to": 100, "state": "frozen"}


def test_a_show_without_orders_has_no_counter() -> None:
    """No ledger, no counter."""
    view = RecordingView(a_runbook(orders=None))
    view.set(orders=None)
    assert the_document(view)["counter"] is None


@pytest.mark.parametrize(
    ("state", "t_s", "public"),
    [
        ("scheduled", None, "scheduled"), ("counting", -60.0, "counting"),
        ("counting", 0.0, "live"), ("holding", -60.5, "hold"),
        ("holding", 60.5, "live"),
        ("closing", 9.0, "ended"),
        ("complete", 9.0, "ended"), ("aborted", 9.0, "ended"),
    ],
)  # fmt: skip
def test_states_have_public_words(state: str, t_s: float | None, public: str) -> None:
    """The public hears of a pause before T-0 and of the end, never of an abort."""
    view = RecordingView()
    view.set(state=state, t_s=t_s)
    document = the_document(view)
    assert document["state"] == public
    assert document["t_s"] == (-60.0 if public == "hold" else None)


async def test_it_is_made_for_caches() -> None:
    """A strong validator that stands while nothing changes, and one second's life."""
    view = RecordingView()
    async with a_site(view, public_only=True) as client:
        first = await client.get("/api/v1/public")
        etag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "public, max-age=1, s-maxage=1"
        assert etag.startswith('"')
        again = await client.get("/api/v1/public", headers={"If-None-Match": etag})
        assert (again.status, await again.read()) == (304, b"")
        other = await client.get("/api/v1/public", headers={"If-None-Match": '"x"'})
        assert other.status == 200
        assert "Set-Cookie" not in first.headers


def test_a_change_changes_the_validator() -> None:
    """Other words, another validator; the same words, the same."""
    view = RecordingView()
    document = PublicDocument(view)
    document.refresh(0)
    first = document.etag
    document.refresh(2 * SECOND)
    assert document.etag == first
    view.set(state="complete")
    document.refresh(4 * SECOND)
    assert document.etag != first
