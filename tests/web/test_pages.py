"""The pages as they leave the server."""

from __future__ import annotations

import json
import re

import pytest

from launchctl.runbook.actions import Http, HttpBody, Notify, NotifyBody
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import AtCue, Cue
from launchctl.times import HOUR
from launchctl.web.pages import _STATIC, describe_cue, may_of
from launchctl.web.words import WORDS, choose_language
from tests.web.recording_view import RecordingView, a_runbook, a_site


async def the_page(path: str, **headers: str) -> str:
    """A page of the crew's application."""
    async with a_site(RecordingView()) as client:
        answer = await client.get(path, headers=headers)
        assert answer.status == 200
        return await answer.text()


async def test_the_crew_page_carries_who_looks_and_what_they_may() -> None:
    """Words, roles and rights stand in a JSON block; no script stands inline."""
    text = await the_page("/crew")
    block = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    assert data["roles"] == ["caller", "commerce", "comms"]
    assert "counter" in data["may"]
    assert data["cues"]["reveal"]["what"] == "scene Reveal, counter open"
    scripts = re.findall(r"<script(.*?)>", text)
    assert [s for s in scripts if "src=" not in s and "application/json" not in s] == []
    assert " style=" not in text
    assert " onclick=" not in text


async def test_the_stage_page_is_the_presenters_clock() -> None:
    """A clock, what comes, and the last word: and nothing that could be pressed."""
    text = await the_page("/stage")
    for place in ("t", "local", "hold", "said", "segment", "next"):
        assert f'id="{place}"' in text
    assert "<button" not in text
    assert "/static/stage.js" in text


async def test_a_title_cannot_become_markup() -> None:
    """What a runbook says is shown, never run."""
    title = '</script><script>alert("x")</script>'
    view = RecordingView(a_runbook(title=title))
    async with a_site(view) as client:
        for path in ("/", "/crew", "/stage"):
            text = await (await client.get(path)).text()
            assert "<script>alert" not in text
            assert "&lt;/script&gt;" in text


async def test_the_open_page_says_nothing_secret() -> None:
    """The shell of the open page holds the title, and no cue, account or text."""
    text = await the_page("/")
    assert "Model 3 reveal" in text
    for word in ("reveal-post", "elonmusk", "$35k", "standby", "caller", "approve"):
        assert word not in text


@pytest.mark.parametrize(
    ("asked", "accept", "chosen"),
    [
        (None, "", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "fr,en;q=0.5,de;q=0.7", "de"),
        (None, "fr", "en"),
        (None, "de;q=x,;;;", "en"),
        ("de", "en", "de"),
        ("xx", "de", "de"),
    ],
)
def test_the_language_is_the_readers(asked: str, accept: str, chosen: str) -> None:
    """The address goes first, then the browser's wish, then English."""
    assert choose_language(asked, accept) == chosen


async def test_pages_speak_both_languages() -> None:
    """The page says which language it is in, and offers the other."""
    german = await the_page("/crew", **{"Accept-Language": "de"})
    assert '<html lang="de">' in german
    assert "Ablaufplan" in german
    english = await the_page("/crew?lang=en", **{"Accept-Language": "de"})
    assert '<html lang="en">' in english
    assert "Rundown" in english


async def test_the_band_says_what_is_real_in_this_rehearsal() -> None:
    """On real stages it does not say that nothing leaves: the picture does."""
    view = RecordingView()
    view.says = "real_stages"
    async with a_site(view) as client:
        for path in ("/", "/crew", "/stage"):
            german = await (await client.get(f"{path}?lang=de")).text()
            english = await (await client.get(f"{path}?lang=en")).text()
            assert ">PROBE auf echten Bühnen: kein Post" in german
            assert ">REHEARSAL on real stages: no post" in english
            assert "nothing leaves</p>" not in english


def test_every_word_exists_in_both_languages() -> None:
    """No word is missing or empty, and places for values agree."""
    assert WORDS["en"].keys() == WORDS["de"].keys()
    for key, english in WORDS["en"].items():
        assert WORDS["de"][key]
        assert english.count("{}") == WORDS["de"][key].count("{}"), key


def test_every_word_that_a_script_asks_for_exists() -> None:
    """The modules ask only for words that the dictionary has."""
    asked = {
        key
        for path in _STATIC.glob("*.js")
        for key in re.findall(r"word\('([a-z_]+)'", path.read_text(encoding="utf-8"))
    }
    assert asked - WORDS["en"].keys() == set()
    assert len(asked) > 40


async def test_static_files_are_served_with_their_type() -> None:
    """Modules as JavaScript, styles as CSS, and nothing that does not ship."""
    async with a_site(RecordingView()) as client:
        script = await client.get("/static/crew.js")
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        style = await client.get("/static/base.css")
        assert style.headers["Content-Type"] == "text/css; charset=utf-8"
        assert (await client.get("/static/none.js")).status == 404


async def test_what_is_not_there_is_said_in_json() -> None:
    """404 and 405 are sentences, not stack traces."""
    async with a_site(RecordingView()) as client:
        missing = await client.get("/api/v1/none")
        assert (missing.status, await missing.json()) == (
            404, {"error": "there is nothing here"},
        )  # fmt: skip
        wrong = await client.get("/api/v1/calls")
        assert (wrong.status, wrong.headers["Allow"]) == (405, "POST")


async def test_the_state_has_a_validator_beside_its_clocks() -> None:
    """Asking again costs nothing until something but the clocks changed."""
    view = RecordingView()
    assert view.now_fixed is not None
    async with a_site(view) as client:
        first = await client.get("/api/v1/state")
        assert (await first.json())["cues"][3]["cue"] == "reveal"
        view.now_fixed += 1_000_000
        condition = {"If-None-Match": first.headers["ETag"]}
        assert (await client.get("/api/v1/state", headers=condition)).status == 304
        view.set(counter="frozen")
        assert (await client.get("/api/v1/state", headers=condition)).status == 200


async def test_the_clock_is_told_for_measuring() -> None:
    """N now and how fast it runs, never from a cache."""
    async with a_site(RecordingView()) as client:
        answer = await client.get("/api/v1/clock")
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.json() == {
            "now": "2016-04-01T03:40:00.000000Z", "speed": 1.0,
        }  # fmt: skip


def test_a_show_without_crew_lets_its_caller_do_everything() -> None:
    """``crew`` left out means one role, caller, that may everything."""
    assert "counter" in may_of(a_runbook(crew={}), frozenset({"caller"}))
    assert may_of(a_runbook(), frozenset({"comms"})) == {"approve", "post", "silence"}
    assert may_of(a_runbook(), frozenset({"stranger"})) == set()


def test_a_cue_is_described_without_its_secrets() -> None:
    """What a cue does is named; texts, addresses and headers are not."""
    call = HttpBody(
        url="https://shop.example/flip?token=t0ps3cret",
        headers={"Authorization": SecretRef(env="FLAG")},
    )
    cue = Cue(
        id="flip",
        at=AtCue(cue="reveal", offset_us=24 * HOUR),
        go=("caller",),
        do=(
            Http(http=call),
            Notify(notify=NotifyBody(to="crew", text="a word for the crew")),
        ),
    )
    assert describe_cue(cue) == {
        "when": "reveal + 1d · GO caller", "what": "http POST, notify crew",
    }  # fmt: skip
