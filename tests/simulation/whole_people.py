"""Who plays beside a whole show: people by a script, buyers, and one who knows better.

A seed's people go late, say no, take T back and move it, cut by hand, post from the
phone, and call for what they may not. Their script is the YAML that a user writes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from launchctl.orders.model import Delivery, Happening
from launchctl.rehearsal.backstage import Backstage
from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.runbook.references import all_cues
from launchctl.show.inputs import Call
from launchctl.show.tables import CueWord
from launchctl.times import SECOND

Line = dict[str, Any]

CALLER = {"by": "willing-caller", "role": "caller"}
"""As the crew that says yes calls itself, so that both have the baton."""
COMMS = {"by": "Ben", "role": "comms"}
EVENTS = ("attempt_ended", "fired", "cue_parked", "hold_opened", "call_refused")
WAITS_S = (0, 0.5, 3, 12, 40, 100)
DEEDS = (
    "{scene: Slide}",
    "{audio: {input: Mic, open: true}}",
    "{counter: open}",
    "{say: {to: stage, text: hello}}",
    "{stream: start}",
    "{nonsense}",
)


def whole_script(seed: int, book: Runbook, amended: str | None) -> str:
    """The script of a seed's people and buyers, for this show.

    Args:
        seed: of the show.
        book: the show.
        amended: the digest of the runbook that it may be amended to.
    """
    rng = Random(f"people {seed}")
    lines: list[Line] = []
    for _ in range(rng.choice((0, 3, 6, 9, 12))):
        lines += _some(rng, book, amended)
    audience = _audience(rng) if rng.random() < 0.6 else []
    said = "".join(f"  - {json.dumps(line)}\n" for line in lines)
    bought = "".join(f"  - {json.dumps(line)}\n" for line in audience)
    script = f"script:\n{said}" if said else "script: []\n"
    return f"people: 1\n{script}" + (f"audience:\n{bought}" if bought else "")


def _some(rng: Random, book: Runbook, amended: str | None) -> list[Line]:
    """What somebody does, or two one after the other."""
    moves = [*_moves(rng, book, amended)]
    weights = [weight for weight, _ in moves]
    (_, (who, *calls)) = rng.choices(moves, weights)[0]
    turn = _turn(rng, book, calls[0])
    return [
        {**turn, **(who if number == 0 else _other(who)), **call}
        for number, call in enumerate(calls)
    ]


def _other(who: Line) -> Line:
    """A second person of the same role."""
    return {**who, "by": "Second"}


def _moves(
    rng: Random, book: Runbook, amended: str | None
) -> Iterator[tuple[float, tuple[Line, ...]]]:
    """(weight, (who, call, the same by a second person))."""
    cues = [cue.id for cue in book.cues]
    posts = [c.id for _, c in all_cues(book) if any(act.posts_in(a) for a in c.do)]
    cue, post = rng.choice(cues), rng.choice(posts)
    legal = {"by": "Lea", "role": "legal"}
    deputy = {"by": "Dan", "role": "deputy"}
    back = rng.choice(("T-3m", "T-30s", "T+5s", "doors", "reveal", cue))
    moved = rng.choice(("+30s", "-20s", "+2m", "2030-06-01 20:01"))
    override = {
        "do": "override",
        "target": post,
        "why": "it must",
        "args": {"gate": rng.choice(("car", "on_air", "orders_fresh", "approval"))},
    }
    yield 3, (CALLER, {"do": "go", "target": _standing(rng, book)})
    yield 2, (deputy, {"do": "go", "target": _standing(rng, book)})
    yield 2, (CALLER, {"do": "hold", "target": "breathe", "why": "sound"})
    yield 2, (CALLER, {"do": "resume"})
    yield 9, (CALLER, {"do": "recycle", "target": back, "why": "again"})
    yield 2, (CALLER, {"do": "retime", "target": moved})
    yield 1, (CALLER, {"do": "jump", "target": rng.choice(("reveal", "slide", cue))})
    yield 1, (CALLER, {"do": "do", "args": {"action": rng.choice(DEEDS)}})
    yield 2, (CALLER, {"do": "skip", "target": cue})
    yield 2, (CALLER, {"do": "fire", "target": rng.choice((cue, post))})
    yield 2, (CALLER, {"do": "choose", "target": "demo", "args": _option(rng)})
    yield (
        1,
        (CALLER, {"do": "counter", "target": rng.choice(("open", "freeze", "hide"))}),
    )
    yield 1, (deputy, {"do": "take-baton", "target": "deputy", "why": "my turn"})
    yield 0.3, (CALLER, {"do": "end", "args": {"confirm": True}})
    yield 0.3, (CALLER, {"do": "abort", "why": "enough"})
    yield 1, (COMMS, {"do": "vote", "target": "ready", "args": {"vote": "no"}})
    yield 1, (COMMS, {"do": "approve", "target": post})
    yield 1, (COMMS, {"do": "revoke", "target": post})
    yield 1.5, (COMMS, {"do": "silence", "target": rng.choice(("all", "ceo", "brand"))})
    yield 1.5, (COMMS, {"do": "unsilence", "target": rng.choice(("all", "ceo"))})
    yield 0.5, (COMMS, {"do": "retire", "target": post})
    yield 1, (COMMS, {"do": "settle", "target": post, "args": {"outcome": "sent"}})
    yield 1, (COMMS, {"do": "adopt", "target": post})
    yield 1, (COMMS, override, override)
    yield 1, (legal, {"do": "confirm", "target": "price", "args": {"evidence": "seen"}})
    yield 2, ({"by": "Udo", "role": "video"}, {"do": "cut", "target": _scene(rng)})
    yield (
        1,
        (
            {"by": "Eve", "role": "ceo"},
            {
                "do": "post-by-hand",
                "target": "ceo",
                "args": {"text": f"Mine {rng.random()}"},
            },
        ),
    )
    if "crisis" in book.procedures:
        called = rng.choice(("crisis", "rumour", "rumour", "down", "tally"))
        yield 2, (CALLER, {"do": "call", "target": called})
    if amended is not None:
        amend = {"do": "amend", "target": amended, "why": "a word"}
        yield 6, (CALLER, amend, amend)


def _option(rng: Random) -> Line:
    return {"option": rng.choice(("one", "one", "two", "three"))}


def _scene(rng: Random) -> str:
    return rng.choice(("Countdown", "Slide", "Reveal"))


def _standing(rng: Random, book: Runbook) -> str:
    return rng.choice([cue.id for cue in book.cues if cue.go])


def _turn(rng: Random, book: Runbook, call: Line) -> Line:
    """When: a person who presses GO mostly sees the cue stand by."""
    wait = {"wait": f"{rng.choice(WAITS_S)}s"}
    if call["do"] == "go" and rng.random() < 0.7:
        return {"standby": call["target"], **wait}
    if call["do"] == "recycle":
        late = [cue.id for cue in book.cues if cue.at is None or cue.id == "slide"]
        return {"after": rng.choice(late), **wait}
    if call["do"] == "resume":
        if rng.random() < 0.4:
            return {"hold": "*", "wait": "20s"}
        # not of a poll's: where nobody votes that would go on for ever
        held = rng.choice(("late:*", "criterion:*", "recycle", "cue:*"))
        return {"hold": held, "every": True, "wait": "20s"}
    match rng.randrange(6):
        case 0 | 1 | 2:
            return {"after": rng.choice([cue.id for cue in book.cues]), **wait}
        case 3:
            return {"event": rng.choice(EVENTS), **wait}
        case _:
            at_s = rng.randint(-280, 300)
            return {"at": f"T{'-' if at_s < 0 else '+'}{abs(at_s)}s"}


def _audience(rng: Random) -> list[Line]:
    """Buyers, and what goes wrong with their deliveries."""
    shapes: list[Line] = [
        {"crowd": rng.choice((8, 40, 120)), "at": "T-1m", "within": "4m"},
        {"slow": 30, "at": "T-3m", "within": "8m"},
    ]
    found = rng.sample(shapes, rng.choice((1, 1, 2)))
    if rng.random() < 0.05:  # it lasts a week, and so does a show that nobody ends
        found.append({"curve": "model-3", "sample": 10_000})
    twists: list[Line] = [
        {"cancelled": rng.choice((5, 60)), "at": "T+1m", "within": "3m"},
        {"twice": rng.choice((10, 60))},
        {"shuffled": "30s"},
        {"outage": rng.choice(("20s", "3m")), "at": f"T+{rng.choice((10, 90))}s"},
    ]
    return [*found, *rng.sample(twists, rng.choice((0, 1, 2, 4)))]


# --- without a script -----------------------------------------------------------------


async def buyers(seed: int, backstage: Backstage) -> None:
    """Some orders, late, twice, changed, out of order, until nothing else goes on."""
    rng = Random(f"buyers {seed}")
    for number in range(rng.choice((0, 20, 60))):
        now_us = backstage.clock.now_us()
        order = Delivery(
            source="shop",
            event_id=f"e{number}",
            what=Happening.PLACED,
            order_id=f"o{rng.randrange(40)}",
            occurred_us=now_us - rng.choice((0, 5, 600)) * SECOND,
            received_us=now_us,
            placed_us=now_us,
            quantity=rng.randint(1, 3),
            currency="USD",
            deposit_minor=100_000,
        )
        batch = [order] * rng.choice((1, 1, 2))
        await backstage.ledger.record_all(batch)
        await backstage.show.wait(rng.choice((1, 20, 90)))


async def knowing(backstage: Backstage) -> None:
    """Comms looks at the network itself, and settles what is in doubt by what is there;
    what is not there is fired once more.
    """
    tried: Counter[str] = Counter()
    while True:
        status = backstage.show.status()
        for cue in status["cues"]:
            if cue["state"] != CueWord.IN_DOUBT or tried[cue["cue"]] > 3:
                continue
            tried[cue["cue"]] += 1
            number = tried.total()
            sent = _is_there(backstage, cue["cue"])
            calls = [("settle", {"outcome": "sent" if sent else "not-sent"})]
            calls += [] if sent else [("fire", {})]
            for verb, args in calls:
                await backstage.inbox.put(
                    Call(
                        id=f"knowing-{verb}-{number}",
                        by="willing-caller",
                        roles=frozenset({"caller", "comms"}),
                        verb=verb,
                        target=cue["cue"],
                        args=args,
                        seen=None,
                        at_us=backstage.clock.now_us(),
                    )
                )
                await backstage.show.wait(2)
        await backstage.show.wait(None)


def _is_there(backstage: Backstage, cue: str) -> bool:
    world = backstage.world
    if cue == "flip":
        return bool(world.web.acted)
    networks: Any = world.networks.values()
    texts = (post.text for network in networks for post in network.posts)
    return any(text.startswith(f"This is {cue}") for text in texts)
