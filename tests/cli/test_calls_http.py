"""Call verbs over HTTP: what they send, and what they make of the answers."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from statuses import a_post, a_status

from launchctl.cli.errors import run

HOLD = {
    "name": "sound",
    "kind": "operator",
    "reason": "",
    "since": "2016-04-01T03:19:30.000000Z",
    "until": None,
    "release": [],
}


EMBARGO = {"name": "car", "open": False, "why": "w"}


class RecordedFront:
    """A fake front: one status, one answer to calls, everything kept."""

    def __init__(self, status=None, answer=(200, {"accepted": True, "seq": 42})):
        self.status = status or a_status()
        self.answer = answer
        self.calls = []
        self.headers = []

    async def state(self, request):
        """GET /api/v1/state."""
        self.headers.append(request.headers)
        return web.json_response(self.status)

    async def call(self, request):
        """POST /api/v1/calls."""
        self.headers.append(request.headers)
        self.calls.append(await request.json())
        code, body = self.answer
        if isinstance(body, str):
            return web.Response(status=code, text=body, content_type="text/html")
        return web.json_response({"reason": None, **body}, status=code)


async def launched(front, *arguments):
    """Run a verb against the fake front; its exit code."""
    app = web.Application()
    app.router.add_get("/api/v1/state", front.state)
    app.router.add_post("/api/v1/calls", front.call)
    async with TestServer(app) as server:
        url = str(server.make_url("/"))
        return await asyncio.to_thread(run, [*arguments, "--url", url])


@pytest.mark.parametrize(
    ("arguments", "verb", "target", "args"),
    [
        (["go", "reveal"], "go", "reveal", {}),
        (
            ["hold", "sound", "--why", "no lectern"],
            "hold",
            "sound",
            {"why": "no lectern"},
        ),
        (["hold"], "hold", "operator", {}),
        (["resume", "sound"], "resume", "sound", {}),
        (["skip", "film"], "skip", "film", {}),
        (["fire", "film", "--evidence", "u"], "fire", "film", {"evidence": "u"}),
        (["silence", "all"], "silence", "all", {}),
        (["unsilence", "ceo"], "unsilence", "ceo", {}),
        (["counter", "freeze"], "counter", "freeze", {}),
        (["call", "crisis"], "call", "crisis", {}),
        (["end"], "end", None, {}),
        (["end", "--confirm"], "end", None, {"confirm": True}),
        (["resume", "x", "--confirm"], "resume", "x", {"confirm": True}),
        (["resume", "x", "--at", "i"], "resume", "x", {"at": "i"}),
        (["abort"], "abort", None, {}),
    ],
)
async def test_a_verb_is_one_call(arguments, verb, target, args):
    """Verb, target and arguments, with the seq that was seen; accepted ends with 0."""
    front = RecordedFront()

    assert 0 == await launched(front, *arguments)

    (call,) = front.calls
    assert (verb, target, args, 41) == (
        call["verb"],
        call["target"],
        call["args"],
        call["seen"],
    )
    assert {"id", "verb", "target", "args", "seen"} == set(call)


async def test_go_names_what_stands_by(capsys):
    """The person reads the cue's name before the answer."""
    front = RecordedFront(a_status(standby={"caller": {"cue": "reveal", "seq": 9}}))

    assert 0 == await launched(front, "go")

    assert "reveal" == front.calls[0]["target"]
    assert "GO reveal\naccepted\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (a_status(), "no cue stands by"),
        (a_status(holds=[HOLD]), "open holds: sound"),
        (
            a_status(
                standby={
                    "caller": {"cue": "a", "seq": 1},
                    "video": {"cue": "b", "seq": 2},
                }
            ),
            "more than one cue stands by: a (caller), b (video)",
        ),
    ],
)
async def test_go_without_one_standby_is_refused_and_not_sent(status, said, capsys):
    """Nobody guesses which cue was meant."""
    front = RecordedFront(status)

    assert 1 == await launched(front, "go")

    assert [] == front.calls
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("holds", "code", "said"),
    [
        ([], 1, "no hold is open"),
        ([HOLD], 0, "accepted"),
        ([HOLD, {**HOLD, "name": "rain"}], 1, "2 holds are open: sound, rain"),
    ],
)
async def test_resume_without_a_name_takes_the_only_hold(holds, code, said, capsys):
    """And asks where there are several."""
    front = RecordedFront(a_status(holds=holds))

    assert code == await launched(front, "resume")

    told = capsys.readouterr()
    assert said in told.out + told.err


async def test_resume_of_several_is_a_call_each():
    """A hold is released by its name."""
    front = RecordedFront()

    assert 0 == await launched(front, "resume", "sound", "rain")

    assert ["sound", "rain"] == [call["target"] for call in front.calls]


async def test_a_refusal_ends_with_1_and_its_reason(capsys):
    """409 is the conductor's no."""
    front = RecordedFront(
        answer=(409, {"accepted": False, "reason": "a hold is open", "seq": 43})
    )

    assert 1 == await launched(front, "go", "reveal")

    assert "refused: a hold is open\n" == capsys.readouterr().out


async def test_with_json_the_answer_is_an_object(capsys):
    """The contract of scripts, with the id to ask again."""
    front = RecordedFront(
        answer=(
            409,
            {
                "accepted": False,
                "reason": "a hold is open",
                "seq": 43,
                "journal_digest": "ab",
            },
        )
    )

    assert 1 == await launched(front, "go", "reveal", "--json", "--id", "my-call-1")

    expected = {
        "id": "my-call-1",
        "accepted": False,
        "reason": "a hold is open",
        "seq": 43,
        "journal_digest": "ab",
    }
    assert expected == json.loads(capsys.readouterr().out)
    assert "my-call-1" == front.calls[0]["id"]


async def test_approve_shows_the_exact_text_and_sends_its_digest(capsys):
    """Line breaks and all, before the answer."""
    posts = [a_post("reveal-post", "d1", text="Model 3.\n$35k."), a_post("other", "d2")]
    front = RecordedFront(a_status(posts=posts))

    assert 0 == await launched(front, "approve", "reveal-post")

    assert [("approve", "d1")] == [(c["verb"], c["target"]) for c in front.calls]
    said = capsys.readouterr().out
    assert "reveal-post as ceo on x, needs comms" in said
    assert "  | Model 3.\n  | $35k.\n" in said
    assert "digest d1" in said


async def test_approve_show_approves_nothing(capsys):
    """To read before."""
    front = RecordedFront(a_status(posts=[a_post("reveal-post", "d1")]))

    assert 0 == await launched(front, "approve", "reveal-post", "--show")

    assert [] == front.calls
    assert "Model 3. $35k." in capsys.readouterr().out


async def test_approve_takes_a_digest_or_its_beginning():
    """Eight digits are enough where they are unique."""
    front = RecordedFront(a_status(posts=[a_post("p", "abcdef0123456789")]))

    assert 0 == await launched(front, "approve", "abcdef01")

    assert "abcdef0123456789" == front.calls[0]["target"]


async def test_approve_of_nothing_names_what_there_is(capsys):
    """A slip in the cue's name must not look like an approval."""
    front = RecordedFront(a_status(posts=[a_post("reveal-post", "d1")]))

    assert 2 == await launched(front, "approve", "reveal")

    assert [] == front.calls
    assert "cues that post: reveal-post" in capsys.readouterr().err


async def test_the_key_goes_into_the_header_and_nowhere_else(
    capsys, tmp_path, monkeypatch
):
    """From a file or the environment; never into output."""
    file = tmp_path / "key"
    file.write_text("lk_secret\n")
    front = RecordedFront()

    assert 0 == await launched(front, "hold", "--key-file", str(file))
    monkeypatch.setenv("LAUNCH_KEY", "lk_other")
    assert 0 == await launched(front, "hold")

    sent = [headers.get("Authorization") for headers in front.headers]
    assert ["Bearer lk_secret"] * 2 + ["Bearer lk_other"] * 2 == sent
    said = capsys.readouterr()
    assert "lk_" not in said.out + said.err


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ((401, {"error": "no key"}), 2, "the run wants a crew key: no key"),
        ((403, {"error": "comms may not go"}), 2, "comms may not go"),
        ((400, {"error": "id: too short"}), 2, "id: too short"),
        ((504, {"error": "the conductor did not answer"}), 3, "did not answer"),
        ((503, {"error": "no room"}), 3, "no room"),
        ((200, "<html>hello</html>"), 3, "not as launchctl"),
    ],
)
async def test_every_other_answer_is_explained(answer, code, said, capsys):
    """Whose fault it is decides the exit code."""
    assert code == await launched(RecordedFront(answer=answer), "go", "reveal")

    assert said in capsys.readouterr().err


async def test_status_over_http_is_the_fronts_own(capsys):
    """As it came, for scripts; in words, for people."""
    front = RecordedFront(a_status(embargoes=[EMBARGO]))

    assert 0 == await launched(front, "status", "--json")
    assert 0 == await launched(front, "status")

    first, *words = capsys.readouterr().out.splitlines()
    assert front.status == json.loads(first)
    assert "T-00:10:00  counting  03:20:00 UTC  seq 41" in words
    assert "embargo car closed: w" in words


async def test_settle_and_adopt_say_where_it_is():
    """The URL is the receipt; its id is read from it, so that replies find it."""
    front = RecordedFront()
    url = "https://x.com/elonmusk/status/71"

    assert 0 == await launched(front, "settle", "p", "sent", "https://x.test/1")
    assert 0 == await launched(front, "settle", "p", "not-sent", "--account", "ceo")
    assert 0 == await launched(front, "adopt", "p", url)

    assert [
        ("settle", {"outcome": "sent", "url": "https://x.test/1"}),
        ("settle", {"outcome": "not-sent", "account": "ceo"}),
        ("adopt", {"url": url, "id": "71"}),
    ] == [(call["verb"], call["args"]) for call in front.calls]
