"""Verbs that act on a shown list, over the run folder: amend, retime, recycle, do."""

from __future__ import annotations

import json

import pytest

from launchctl.cli.errors import run
from tests.cli.test_calls_folder import SHOW, conducted

CALLED = SHOW.replace("[go, hold, abort, end]", "[go, hold, abort, end, retime]")
AMENDED = CALLED.replace("Here it is.", "There it is.")


@pytest.fixture
def amended(tmp_path):
    """The same show with another text."""
    file = tmp_path / "amended.yaml"
    file.write_text(AMENDED)
    return file


async def _refused(stage):
    return await stage.until(lambda line: line["event"] == "call_refused")


async def test_amend_says_what_changes_and_does_it_on_the_lists_digest(
    tmp_path, amended, capsys
):
    """The difference, then the new text: in the run, its folder, and every reader."""
    async with conducted(tmp_path, CALLED) as stage:
        assert 1 == await stage.launch("amend", str(amended))
        digest = (await _refused(stage))["digest"]
        told = capsys.readouterr().out
        assert told.startswith("reveal-post: text changed\nrefused: ")
        assert digest in told

        assert 0 == await stage.launch("amend", str(amended), "--confirm", digest)
        line = await stage.until(lambda line: line["event"] == "amended")
        assert 0 == await stage.launch("approve", "reveal-post")
        assert "| There it is." in capsys.readouterr().out
        assert 0 == await stage.launch("status", "--json")
        status = json.loads(capsys.readouterr().out)
        assert line["digest"] == status["digest"]

        await stage.launch("go", "opening")
        await stage.until(
            lambda line: line["event"] == "standby" and line["cue"] == "reveal"
        )
        await stage.launch("go", "reveal")
        await stage.until(lambda line: line["event"] == "attempt_ended")
        assert ["There it is."] == stage.account.sent


async def test_what_does_not_load_is_bad_input_and_no_call(tmp_path, amended, capsys):
    """Exit code 2, with the place of the error; the run never hears of it."""
    amended.write_text(AMENDED.replace("title:", "titel:"))
    async with conducted(tmp_path, CALLED) as stage:
        assert 2 == await stage.launch("amend", str(amended))
        assert not [x for x in await stage.lines() if x["event"] == "call_refused"]
    assert "titel" in capsys.readouterr().err


async def test_a_changed_picture_needs_another_name(tmp_path, amended, capsys):
    """What a post was approved with is never replaced under it."""
    text = 'text: "Here it is."'
    old = CALLED.replace(text, f'{text}, media: [{{file: a.jpg, alt: "A"}}]')
    (tmp_path / "a.jpg").write_bytes(b"one")
    async with conducted(tmp_path, old) as stage:
        (tmp_path / "a.jpg").write_bytes(b"two")
        amended.write_text(old)
        assert 2 == await stage.launch("amend", str(amended))
    assert "a.jpg has other bytes than in this run" in capsys.readouterr().err


def test_amend_wants_the_folder(amended, capsys):
    """Over HTTP there is nowhere to pin the file."""
    url = "http://127.0.0.1:9"
    assert 2 == run(["amend", str(amended), "--url", url])
    assert "amend needs the run's folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recycle", "T-10m"], "T-0 is not set"),
        (["retime", "+5m"], "T-0 is not set: name an instant"),
        (["jump", "none"], "there is no cue 'none'"),
        (["do", "{scene: A}"], "the runbook has no stage"),
        (["do", "{post: {as: ceo, text: Hi}}"], "do takes what can be repeated"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(
    tmp_path, arguments, said, capsys
):
    """Exit code 1 and a sentence."""
    async with conducted(tmp_path, CALLED) as stage:
        assert 1 == await stage.launch(*arguments)
    assert said in capsys.readouterr().out


async def test_a_list_in_json_has_its_digest(tmp_path, capsys):
    """A script reads the list and its digest, and confirms with it."""
    async with conducted(tmp_path, CALLED) as stage:
        assert 1 == await stage.launch("jump", "curtain", "--json")
        answer = json.loads(capsys.readouterr().out)
        assert answer["listed"]
        digest = answer["digest"]
        assert 0 == await stage.launch("jump", "curtain", "--confirm", digest)
