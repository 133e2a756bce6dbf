"""POST /api/v1/calls: what is put into the inbox, and what is answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from launchctl.times import SECOND, format_instant
from launchctl.web import calls
from tests.web.recording_view import RecordingInbox, RecordingView, a_site

GO: dict[str, Any] = {
    "id": "call-0001", "verb": "go", "target": "reveal", "args": {}, "seen": 3,
}  # fmt: skip


async def test_an_accepted_call_is_answered_with_its_seq() -> None:
    """200, with the seq of the journal line that accepted it."""
    view = RecordingView()
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id))
    async with a_site(view, inbox) as client:
        pressed_us = view.now_us() - SECOND
        body = GO | {"at": format_instant(pressed_us), "args": {"why": "on his word"}}
        answer = await client.post("/api/v1/calls", json=body)
        assert answer.status == 200
        assert await answer.json() == {
            "accepted": True, "reason": None, "seq": 1,
            "journal_digest": await view.digest(1),
        }  # fmt: skip
    call = inbox.calls[0]
    assert (call.verb, call.target, call.seen) == ("go", "reveal", 3)
    assert (call.args, call.at_us) == ({"why": "on his word"}, pressed_us)


async def test_a_refused_call_says_why() -> None:
    """409, with the conductor's own reason."""
    view = RecordingView()
    inbox = RecordingInbox(
        lambda c: view.say("call_refused", call=c.id, reason="the standby changed")
    )
    async with a_site(view, inbox) as client:
        answer = await client.post("/api/v1/calls", json=GO)
        assert answer.status == 409
        assert await answer.json() == {
            "accepted": False, "reason": "the standby changed", "seq": 1,
            "journal_digest": await view.digest(1),
        }  # fmt: skip


async def test_the_same_id_gets_the_same_answer() -> None:
    """A call whose answer was lost is asked for again, and calls once."""
    view = RecordingView()
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id))
    async with a_site(view, inbox) as client:
        first = await (await client.post("/api/v1/calls", json=GO)).json()
        again = await (await client.post("/api/v1/calls", json=GO)).json()
    assert first == again
    assert len(inbox.calls) == 1


async def test_an_answer_from_before_the_front_started_is_found() -> None:
    """A front that was restarted still knows the journal's answers."""
    view = RecordingView()
    view.say("call_accepted", call=GO["id"])
    async with a_site(view) as client:
        answer = await client.post("/api/v1/calls", json=GO)
        assert await answer.json() == {
            "accepted": True, "reason": None, "seq": 1,
            "journal_digest": await view.digest(1),
        }  # fmt: skip


async def test_silence_of_the_conductor_is_said(monkeypatch) -> None:
    """504 with a sentence: nobody is left believing that nothing will happen."""
    monkeypatch.setattr(calls, "ANSWER_S", 0.01)
    inbox = RecordingInbox()
    async with a_site(RecordingView(), inbox) as client:
        answer = await client.post("/api/v1/calls", json=GO)
        assert answer.status == 504
        assert "it may still act" in (await answer.json())["error"]
    assert len(inbox.calls) == 1


async def test_a_call_that_cannot_be_stored_is_not_acknowledged() -> None:
    """503 if the inbox is broken, with what to do."""
    inbox = RecordingInbox()
    inbox.broken = True
    async with a_site(RecordingView(), inbox) as client:
        answer = await client.post("/api/v1/calls", json=GO)
        assert answer.status == 503
        assert (await answer.json())["hint"] == "free some space"


async def test_a_press_in_the_future_is_a_press_now() -> None:
    """A wrong clock cannot make a GO outlive its expiry."""
    view = RecordingView()
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id))
    async with a_site(view, inbox) as client:
        late = format_instant(view.now_us() + 3600 * SECOND)
        await client.post("/api/v1/calls", json=GO | {"at": late})
    assert inbox.calls[0].at_us == view.now_us()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "short"}, "id"),
        ({"id": "has space in it"}, "id"),
        ({"verb": ""}, "verb"),
        ({"verb": "GO"}, "verb"),
        ({"seen": "3"}, "seen"),
        ({"seen": -1}, "seen"),
        ({"seen": True}, "seen"),
        ({"target": 7}, "target"),
        ({"args": []}, "args"),
        ({"roles": ["caller"]}, "roles"),
        ({"by": "somebody else"}, "by"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2016-04-01T03:30:00"}, "at"),
    ],
)
async def test_a_malformed_call_is_named(change: dict[str, Any], said: str) -> None:
    """400 names the field; nothing reaches the inbox, and nobody names themselves."""
    inbox = RecordingInbox()
    async with a_site(RecordingView(), inbox) as client:
        answer = await client.post("/api/v1/calls", json=GO | change)
        assert answer.status == 400
        assert (await answer.json())["error"].startswith(said)
    assert inbox.calls == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"id=1", "application/x-www-form-urlencoded", 415),
        (b'{"id": "call-0001"}', "text/plain", 415),
        (b" " * 70_000, "application/json", 413),
    ],
)
async def test_what_is_no_call_is_refused(body: bytes, kind: str, status: int) -> None:
    """Broken JSON, another content type or too much of it: refused with a sentence."""
    inbox = RecordingInbox()
    async with a_site(RecordingView(), inbox) as client:
        answer = await client.post(
            "/api/v1/calls", data=body, headers={"Content-Type": kind}
        )
        assert answer.status == status
        assert (await answer.json())["error"]
    assert inbox.calls == []


async def test_a_body_that_does_not_come_is_cut_off(monkeypatch) -> None:
    """A sender that dawdles gets 408, and holds nothing up."""
    monkeypatch.setattr(calls, "BODY_S", 0.01)
    async with a_site(RecordingView()) as client:
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(
            b"POST /api/v1/calls HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        head = await asyncio.wait_for(reader.readline(), 30)
        writer.close()
        assert head.split()[1] == b"408"
