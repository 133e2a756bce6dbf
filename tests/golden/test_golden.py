"""Journals of every released version are read as they were meant."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from launchctl import __version__
from launchctl.show import events as ev
from launchctl.store.chain import GENESIS, canonical, link
from tests.golden.reading import fold_of

HERE = Path(__file__).parent
JOURNALS = sorted(HERE.glob("*/*.json.gz"))


def kept_in(file: Path) -> dict[str, Any]:
    """A kept journal with what belongs to it."""
    kept: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    return kept


def differences(then: Any, now: Any, where: str = "status") -> list[str]:
    """What a status said and now says otherwise. A field that came later is none."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            each
            for key, value in then.items()
            for each in differences(value, now.get(key), f"{where}.{key}")
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [
            each
            for place, (one, other) in enumerate(zip(then, now, strict=True))
            for each in differences(one, other, f"{where}[{place}]")
        ]
    return [] if then == now else [f"{where}: {then!r} became {now!r}"]


def test_there_are_journals_of_this_version():
    """A release without its journals could break them unseen."""
    assert [file for file in JOURNALS if file.parent.name == __version__]


def called(file: Path) -> str:
    """``0.1.0-choice-4``."""
    return f"{file.parent.name}-{file.name.partition('.')[0]}"


@pytest.mark.parametrize("file", JOURNALS, ids=called)
def test_an_old_journal_folds_to_the_state_it_had(file):
    """Contracts, promise 1: every line is still read, and means what it meant: the
    chain over the lines, and the status at their end, are those of then.
    """
    kept = kept_in(file)
    chain = GENESIS
    for line in kept["lines"]:
        chain = link(chain, canonical(line))
    assert kept["journal_digest"] == chain.hex()
    assert [] == differences(kept["status"], fold_of(kept))


def test_the_journals_have_nearly_every_event_there_is():
    """What is not in any of them is held to by none of them: keep the list short."""
    seen = {line["event"] for file in JOURNALS for line in kept_in(file)["lines"]}
    assert NOT_REACHED >= set(ev.REGISTRY) - seen


NOT_REACHED = {
    "amend_asked",
    "cue_rearmed",
    "passed",
    "procedure_refused",
    "promise_checked",
    "voted",
}
"""Events that the made-up people of ``make.py`` do not bring about."""


def test_a_changed_meaning_is_found():
    """The comparison above sees a value that changed, and passes over a new field."""
    then = {"cues": [{"cue": "a", "state": "done"}]}
    assert [] == differences(then, {"cues": [{**then["cues"][0], "new": 1}], "x": 2})
    assert ["status.cues[0].state: 'done' became 'failed'"] == differences(
        then, {"cues": [{"cue": "a", "state": "failed"}]}
    )
