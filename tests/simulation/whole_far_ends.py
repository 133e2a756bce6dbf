"""What the far ends' own records must say of a whole show, whatever its journal tells.

Networks know what was published, shops what was called and sold, mixers who cut when
and which numbers they were given. The journal is asked only for what people decided.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from launchctl.orders.model import Delivery, Happening
from launchctl.rehearsal.rehearse import Rehearsed
from launchctl.runbook import actions as act
from launchctl.runbook.languages import lang_of, vars_in
from launchctl.runbook.model import OnAir, Runbook, Seen
from launchctl.runbook.references import all_cues
from launchctl.times import MILLISECOND, Micros, parse_instant
from tests.simulation.whole_recorded import Record

IN_FLIGHT_US = 100 * MILLISECOND
"""What left just before a hand cut arrives just after it."""


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


def judge(done: Rehearsed, record: Record) -> Iterator[str]:
    """All that does not agree."""
    assert record.runbook is not None
    books = [record.runbook, *record.amended]
    yield from published(done, record, books)
    yield from leaked(done, record, books)
    yield from called_twice(done, record.runbook)
    yield from miscounted(done, record.runbook, record.handed)
    yield from miswritten(done, record.runbook)
    yield from cut_against_a_hand(done, record)
    yield from told_otherwise(done)


# --- networks -------------------------------------------------------------------------


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
    return [post for post in posts if (post.handle, post.text) not in record.by_hand]


def told_otherwise(done: Rehearsed) -> Iterator[str]:
    """What the journal says a network confirmed is there: each receipt names a post."""
    networks: Any = done.backstage.world.networks.values()
    there = {post.id for network in networks for post in network.posts}
    for line in done.lines:
        receipt = line.get("receipt_id")
        if receipt is not None and receipt not in there:
            yield f"told to be posted, but not there: {line['key']} is {receipt}"


# --- shops ------------------------------------------------------------------------


def called_twice(done: Rehearsed, book: Runbook) -> Iterator[str]:
    """Each call had its effect once, or a person fired it again."""
    calls = Counter(call.path for call in done.backstage.world.web.acted)
    fired = Counter(
        line["target"]
        for line in done.lines
        if line["event"] == "call_accepted" and line["verb"] == "fire"
    )
    for home, cue in all_cues(book):
        for action in cue.do:
            if not isinstance(action, act.Http) or action.http.again or home:
                continue
            times = calls[re.sub(r"^https?://[^/]+", "", action.http.url)]
            if times > 1 + fired[cue.id]:
                yield f"called {times} times: {action.http.url}"


def miscounted(
    done: Rehearsed, book: Runbook, handed: Sequence[Delivery]
) -> Iterator[str]:
    """The counter is what the shops handed over, less what could not come through."""
    if book.orders is None:
        return
    orders: dict[tuple[str, str], list[Delivery]] = {}
    for each in _arrived(done, book, handed):
        known = each.currency is None or each.currency in book.orders.deposit_minor
        if known:
            orders.setdefault((each.source, each.order_id), []).append(each)
    exact = Counter({"placed": 0, "units": 0, "net_units": 0})
    for order in orders.values():
        placed = [each for each in order if each.what is Happening.PLACED]
        if not placed:
            continue
        quantities = [each.quantity or 0 for each in placed]
        last = max(placed, key=lambda each: (each.occurred_us, each.event_id))
        exact["placed"] += 1
        exact["units"] += max(quantities)
        exact["net_units"] += (last.quantity or 0) * (len(placed) == len(order))
    said: Any = done.status["orders"] or exact
    for name, number in exact.items():
        if said[name] != number:
            yield f"counted {said[name]} {name} of {number}"


def _arrived(
    done: Rehearsed, book: Runbook, handed: Sequence[Delivery]
) -> Iterator[Delivery]:
    """What came through; of what was handed over twice, one may still wait."""
    ledger = done.backstage.ledger
    sources = book.orders.sources if book.orders else ()
    waiting = Counter(
        (source.name, each.event_id)
        for source in sources
        for each in ledger.waiting(source.name)
    )
    for each in handed:
        key = each.source, each.event_id
        if waiting[key]:
            waiting[key] -= 1
        else:
            yield each


def miswritten(done: Rehearsed, book: Runbook) -> Iterator[str]:
    """The numbers that a mixer was given never fall, and are never more than there
    were.
    """
    if book.orders is None or book.orders.show_on is None:
        return
    on = book.orders.show_on
    mixer = done.backstage.world.stages[on.stage or book.first_stage or ""]
    texts = [t for source, t, _ in mixer.world.text_history if source == on.source]
    numbers = [int(re.sub(r"\D", "", text)) for text in texts if re.search(r"\d", text)]
    if numbers != sorted(numbers):
        yield f"the counter on the picture went back: {numbers}"
    said: Any = done.status["orders"]
    if numbers and numbers[-1] > (said["units"] if said else 0):
        yield f"the counter on the picture shows {numbers[-1]}, there were {said}"


# --- mixers -----------------------------------------------------------------------


def cut_against_a_hand(done: Rehearsed, record: Record) -> Iterator[str]:
    """After a cut by hand the show cuts to another scene only because a cue fired
    since, or a person said so.
    """
    reasons = sorted(
        parse_instant(line["at"])
        for line in done.lines
        if line["event"] in ("fired", "closing")
        or (line["event"] == "call_accepted" and line["verb"] in ("do", "jump"))
    )
    for name, mixer in done.backstage.world.stages.items():
        asked = {
            (each.data["sceneName"], each.at_us)
            for each in mixer.requests
            if each.name == "SetCurrentProgramScene"
        }
        hand: tuple[str, Micros] | None = None
        for world, scene, at_us in record.cuts:
            if world is not mixer.world:
                continue
            if (scene, at_us) not in asked:
                hand = scene, at_us
            elif hand is not None and scene != hand[0]:
                since_us = hand[1] - IN_FLIGHT_US
                if not any(since_us <= reason <= at_us for reason in reasons):
                    yield f"{name}: cut to {scene}, a person had cut to {hand[0]}"
                hand = None
