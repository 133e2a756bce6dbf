"""What the networks' own records must say of a whole show: what stands there was
written, was published once, and not before its picture was seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from launchctl.rehearsal.rehearse import Rehearsed
from launchctl.runbook import actions as act
from launchctl.runbook.languages import lang_of, vars_in
from launchctl.runbook.model import OnAir, Runbook, Seen
from launchctl.runbook.references import all_cues
from launchctl.times import Micros, parse_instant
from tests.simulation.whole_recorded import Record


@dataclass(frozen=True)
class Spoken:
    """A text that the runbook lets somebody publish.

    Attributes:
        slot: (cue, part): what may be published once.
        repeats: in a procedure, which may run again.
        embargoed: by the embargoes by default.
    """

    slot: tuple[str, str]
    handle: str
    text: re.Pattern[str]
    repeats: bool
    embargoed: bool


def spoken(books: Sequence[Runbook]) -> list[Spoken]:
    """Every text of every post, for each account that may publish it."""
    return [
        Spoken(
            (cue.id, f"{index}/{part}"),
            book.accounts[name].handle,
            _pattern(book, name, post.post.text),
            repeats=bool(home),
            embargoed=not (cue.teaser or post.post.teaser),
        )
        for book in books
        for home, cue in all_cues(book)
        for index, action in enumerate(cue.do)
        for part, post in enumerate(act.posts_in(action))
        for name in book.groups.get(post.post.account, (post.post.account,))
    ]


def _pattern(book: Runbook, account: str, text: str) -> re.Pattern[str]:
    """What the text may come to: constants in the account's language, numbers open."""
    constants = vars_in(book, lang_of(book, account))
    found = ""
    for part in re.split(r"(\{\{.*?\}\})", text):
        constant = re.fullmatch(r"\{\{ *vars\.(\w+) *\}\}", part)
        if constant is not None:
            found += re.escape(str(constants[constant[1]]))
        else:
            found += ".*" if part.startswith("{{") else re.escape(part)
    return re.compile(found)


def _who(texts: Sequence[Spoken], post: Any) -> Spoken | None:
    """The text that was published; the one that says most."""
    fits = [
        each
        for each in texts
        if each.handle == post.handle and each.text.fullmatch(post.text)
    ]
    return max(fits, key=lambda each: len(each.text.pattern), default=None)


def published(
    done: Rehearsed, record: Record, books: Sequence[Runbook]
) -> Iterator[str]:
    """Nothing that nobody wrote, and each text once (but for a procedure's)."""
    texts = spoken(books)
    times: Counter[tuple[tuple[str, str], str]] = Counter()
    for post in _ours(done, record):
        which = _who(texts, post)
        if which is None and post.repost_of is None:
            yield f"published, and nobody wrote it: {post.handle} {post.text!r}"
        elif which is not None and not which.repeats:
            times[which.slot, post.handle] += 1
    for (slot, handle), number in times.items():
        if number > 1:
            yield f"published twice: {slot[0]} by {handle}"


def leaked(done: Rehearsed, record: Record, books: Sequence[Runbook]) -> Iterator[str]:
    """Nothing embargoed stands at a network from before the mixer had its picture on
    program, since T was taken back; nor before viewers can have seen it.
    """
    if len(books) > 1 or any(line["event"] == "overridden" for line in done.lines):
        return  # people decided otherwise
    texts = spoken(books)
    lifts = [
        lift.gate
        for embargo in books[0].embargoes.values()
        if embargo.default
        for lift in embargo.lifts
        if isinstance(lift.gate, OnAir | Seen)
    ]
    for post in _ours(done, record):
        which = _who(texts, post)
        if which is None or not which.embargoed:
            continue
        for gate in lifts:
            shown_us = _shown_us(done, books[0], gate, post.at_us)
            if shown_us is None:
                yield f"leaked: {post.text!r} at {post.at_us}, no {gate.scene} before"
            elif isinstance(gate, Seen):
                delay_us = books[0].outputs[gate.output].delay_us
                if post.at_us - shown_us < delay_us:
                    yield f"leaked: {post.text!r}, viewers had not seen {gate.scene}"


def _shown_us(
    done: Rehearsed, book: Runbook, gate: OnAir | Seen, before_us: Micros
) -> Micros | None:
    """When the mixer first had it: shown, or told to, since T was taken back before it;
    None: never before.
    """
    name = book.stage_of(gate.output) if isinstance(gate, Seen) else gate.stage
    name = name or book.first_stage or ""
    taken_back_us = max(
        (
            parse_instant(line["at"])
            for line in done.lines
            if line["event"] == "recycled"
            and ["car", 0] in [list(each) for each in line["unlatched"]]
            and parse_instant(line["at"]) <= before_us
        ),
        default=0,
    )
    mixer = done.backstage.world.stages[name]
    on_program = None
    for each in mixer.world.program_history:
        if each.at_us is not None and each.at_us <= taken_back_us:
            on_program = each.scene
    if (
        taken_back_us and on_program == gate.scene
    ):  # it stayed, and comes again as it is
        return taken_back_us
    shown = [
        each.at_us for each in mixer.world.program_history if each.scene == gate.scene
    ]
    shown += [
        each.at_us
        for each in mixer.requests
        if each.data.get("sceneName") == gate.scene
    ]
    known = [
        at_us
        for at_us in shown
        if at_us is not None and taken_back_us <= at_us <= before_us
    ]
    return min(known, default=None)


def _ours(done: Rehearsed, record: Record) -> list[Any]:
    """What stands at the networks, without what owners posted from the phone."""
    networks: Any = done.backstage.world.networks.values()
    posts = [post for network in networks for post in network.posts]
    return [post for post in posts if post.id not in record.by_hand]


def told_otherwise(done: Rehearsed) -> Iterator[str]:
    """What the journal says a network confirmed is there: each receipt names a post."""
    networks: Any = done.backstage.world.networks.values()
    there = {post.id for network in networks for post in network.posts}
    for line in done.lines:
        receipt = line.get("receipt_id")
        if receipt is not None and receipt not in there:
            yield f"told to be posted, but not there: {line['key']} is {receipt}"
