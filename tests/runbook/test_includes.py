"""Includes and constants by language: what they mean, and that they are pinned."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.clock import Origin
from launchctl.errors import RunbookError
from launchctl.runbook import load
from launchctl.runbook.digest import approval_digest
from launchctl.store.folder import RunFolder, RunMeta
from launchctl.times import MINUTE
from tests.show.build import START, T0
from tests.show.play import Play

EXAMPLES = Path(__file__).parents[2] / "examples"


def copied(tmp_path: Path) -> Path:
    """The example and its parts in a folder of their own."""
    (tmp_path / "parts").mkdir()
    for name in ("include.yaml", "parts/crew.yaml", "parts/after.yaml"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    return tmp_path / "include.yaml"


def test_included_cues_come_behind_the_runbooks_own() -> None:
    """Cues join in the order of the list; each knows its own file and line."""
    book = load(EXAMPLES / "include.yaml")
    assert ["opening", "closing"] == [cue.id for cue in book.cues]
    closing = book.cues[1]
    assert (str(EXAMPLES / "parts/after.yaml"), 3) == (closing.file, closing.line)


def test_the_digest_covers_every_included_file(tmp_path: Path) -> None:
    """A changed include is another runbook."""
    file = copied(tmp_path)
    before = load(file).digest
    part = tmp_path / "parts" / "after.yaml"
    part.write_text(part.read_text() + "# changed\n")
    assert before != load(file).digest


def test_a_run_keeps_a_copy_of_every_included_file(tmp_path: Path) -> None:
    """What is changed after the run began does not change the run."""
    file = copied(tmp_path)
    book = load(file)
    origin = Origin(start_us=START, boottime_ns=0)
    meta = RunMeta(run="r", title="t", runbook="include.yaml", origin=origin)
    run = RunFolder.create(tmp_path / "run", meta, book)
    (tmp_path / "parts" / "after.yaml").write_text("cues: []\n")
    assert book.digest == run.runbook().digest


def test_a_post_takes_the_words_of_its_accounts_language() -> None:
    """`vars` by language: by the account's `lang`; `en` serves `en_GB`."""
    play = Play(load(EXAMPLES / "vars-language.yaml", t0_us=T0))
    for post in play.engine.status(START)["posts"]:
        play.call(START, "approve", post["digest"], roles=("comms",))
    play.run(T0 + MINUTE)
    said = {c.target: c.content["text"] for c in play.commands if "text" in c.content}
    expected = {"account:brand": "Der E1 ist da.", "account:world": "The E1 is here."}
    assert expected == said


def test_an_approval_is_given_to_the_words_of_its_account() -> None:
    """SEMANTICS 5: a change of the German words does not void the English approval."""
    book = load(EXAMPLES / "vars-language.yaml")
    words = {"de": "Neu", "en": "The E1 is here."}
    changed = book.model_copy(update={"vars": {"here": words}})
    (post,) = book.cues[1].do
    before = {name: approval_digest(book, post, name) for name in ("brand", "world")}
    after = {name: approval_digest(changed, post, name) for name in ("brand", "world")}
    assert [True, False] == [before[name] != after[name] for name in ("brand", "world")]


def test_problems_are_reported_where_they_stand(tmp_path: Path) -> None:
    """Slips of an included file have its name, line and column; all at once."""
    main, part = tmp_path / "show.yaml", tmp_path / "more.yaml"
    main.write_text(SHOW)
    part.write_text(PART)
    with pytest.raises(RunbookError) as caught:
        load(main)
    expected = [
        f"{part}:1:1: `title` stands in the runbook itself only",
        f"{part}:3:3: stages: 'main' stands in {main} line 7 already",
        f"{part}:4:1: `include` stands in the runbook itself only",
        f"{part}:6:5: the cue 'one' stands in {main} line 9 already",
        f"{part}:7:32: cue 'three': unknown action 'scean' (did you mean scene?)",
        f"{part}:8:1: an include has no 'cue' (did you mean cues?)",
        f"{main}:3:1: include: cannot read 'none.yaml': No such file or directory",
        f"{main}:3:1: include: '../x.yaml' is outside the runbook's folder",
        f"{main}:10:5: cue 'two': there is no cue 'thre' (did you mean three?)",
    ]
    found = [
        str(p).replace(" (copy the file beside the runbook)", "")
        for p in caught.value.problems
    ]
    assert sorted(expected) == sorted(found)


SHOW = """\
runbook: 1
title: Broken
include: [more.yaml, none.yaml, ../x.yaml]
timezone: Europe/Berlin
t0: 2027-03-16 19:00
stages:
  main: {driver: obs, url: "ws://127.0.0.1:4455"}
cues:
  - {cue: one, at: T-0}
  - {cue: two, after: thre}
"""
PART = """\
title: Not here
stages:
  main: {driver: obs, url: "ws://127.0.0.1:4456"}
include: [other.yaml]
cues:
  - {cue: one, at: T-0}
  - {cue: three, at: T-0, do: [{scean: Keynote}]}
cue: x
"""
