"""Small shows as texts: what the loader reads, for the whole conductor to play.

A show lasts some minutes. The text of each post names its cue, and stands in the show
once, so that the far ends' own records tell where it came from. Each cue is one line,
so that a failing show can be made smaller by leaving lines out.
"""

from __future__ import annotations

import re
from random import Random

from tests.simulation.whole_cues import some_cues
from tests.simulation.whole_draft import Draft

HEAD = """\
runbook: 1
title: Whole show {seed}
timezone: UTC
t0: 2030-06-01 20:00
{hard_out}stages:
  main: {{driver: obs, url: "ws://127.0.0.1:4455", password: {{env: OBS_MAIN}}}}
{side}outputs:
  live: {{stage: main, playback: "https://live.example/l.m3u8", delay: {delay}s}}
{spare}accounts:
  ceo: {{network: x, handle: ceo, credentials: {{env: X_CEO}}{ceo}}}
  brand: {{network: {network}, handle: "{handle}", credentials: {{env: BRAND}}}}
{sky}crew:
  caller: {{may: [go, hold, abort, end, post, retime, counter]}}
  comms: {{may: [approve, post, silence, hold, override]}}
  legal: {{may: [approve, override]}}
  deputy: {{may: [go, retime]}}
notify:
  crew: {{url: {{env: CREW}}}}
orders:
  deposit: {{USD: 1000{euro}}}
  sources:
    - {{kind: webhook, name: shop, secret: {{env: SHOP}}, role: counts}}
  show_on: {{stage: main, source: Counter, text: "{{{{ orders.units }}}}"}}
{limit}embargoes:
  car: {{default: true, lifts: [{lift}]{not_before}}}
{numbers}approvals: {{default: [comms], figures: [comms, legal]{four_eyes}}}
{criteria}"""
NETWORKS = {
    "x": "brand",
    "mastodon": "brand@social.example",
    "bluesky": "brand.example",
    "linkedin": "urn:li:organization:1",
}
PICTURE = ("{on_air: Reveal}", "{seen: {scene: Reveal, output: live}}")
LIFTS = (*PICTURE, *PICTURE, f"{PICTURE[1]}, {{at: 2030-06-01 20:00:40}}")
FOLLOWED = ("{seen: {scene: Reveal, output: spare}}",) * 3
SPARE = '  spare: {stage: side, playback: "https://spare.example/s.m3u8", delay: 9s}\n'
NUMBERS = (
    "  numbers: {topics: [figures], lifts: [{confirmed: {what: notice, by: legal}}]}\n"
)
CRITERIA = (
    "{from: T-4m, until: T+3m, check: stages.main.connected}",
    "{from: T-3m, until: T+1m, check: orders.units >= 5, broken: {before_t0: warn}}",
)


def whole_book(seed: int) -> str:
    """The text of a seed's show."""
    rng = Random(f"whole {seed}")
    draft = Draft(rng)
    rest = _rest(draft)
    cues = some_cues(draft)
    return _head(draft, seed) + rest + "cues:\n" + "".join(f"  - {c}\n" for c in cues)


def amended_book(seed: int, text: str) -> str:
    """The same show written anew: posts say something else, a cue comes later, another
    one is new.
    """
    rng = Random(f"amended {seed}")
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if "{post: " in line and rng.random() < 0.5:
            lines[place] = re.sub(
                r"This is (\w+)\.", r"This is \1 anew.", line, count=1
            )
        elif re.search(r"at: T\+\d+s", line) and rng.random() < 0.3:
            lines[place] = re.sub(r"at: T\+\d+s", "at: T+70s", line)
    if rng.random() < 0.6:
        new = "  - {cue: added, at: T+80s, do: [{scene: Slide}]}"
        lines.insert(next(n for n, x in enumerate(lines) if "cue: reveal" in x), new)
    if rng.random() < 0.3:
        lines = [x for x in lines if "cue: slide" not in x]
    return "\n".join(lines) + "\n"


def _head(draft: Draft, seed: int) -> str:
    rng = draft.rng
    return HEAD.format(
        seed=seed,
        hard_out="hard_out: 2030-06-01 20:08\n" if rng.random() < 0.3 else "",
        side=_side(draft),
        delay=rng.choice((5, 20)),
        spare=SPARE if draft.side else "",
        ceo=rng.choice(
            ("", "", ", doubt: resend", ", by_hand: watch", ", by_hand: ask")
        ),
        network=draft.network,
        handle=NETWORKS[draft.network],
        sky=_sky(draft),
        euro=rng.choice(("", ", EUR: 1000")),
        limit=rng.choice(("", "", "  limit: {units: 40, then: waitlist}\n")),
        lift=rng.choice((*LIFTS, *FOLLOWED) if draft.side == "follows" else LIFTS),
        not_before=rng.choice(("", "", ", not_before: 2030-06-01 20:00:20")),
        numbers=NUMBERS if draft.figure and rng.random() < 0.5 else "",
        four_eyes=rng.choice(("", "", ", four_eyes: true")),
        criteria=f"criteria: [{', '.join(rng.sample(CRITERIA, rng.choice((1, 2))))}]\n"
        if rng.random() < 0.4
        else "",
    )


def _side(draft: Draft) -> str:
    if not draft.side:
        return ""
    follows = ", follows: main" if draft.side == "follows" else ""
    return f'  side: {{driver: obs, url: "ws://127.0.0.1:4456"{follows}}}\n'


def _sky(draft: Draft) -> str:
    if not draft.group:
        return ""
    handle = "sky.example"
    return (
        f"  sky: {{network: bluesky, handle: {handle}, credentials: {{env: SKY}}}}\n"
        "groups: {company: [brand, sky]}\n"
    )


def _rest(draft: Draft) -> str:
    """Figures, procedures, answers, and what an abort leaves."""
    rng = draft.rng
    said = ""
    if draft.figure:
        as_of = rng.choice(("", ", as_of: T+30s", ", as_of: reveal + 10s"))
        bounds = rng.choice(("[0, 100000]", "[0, 100000]", "[20, 100000]"))
        said += (
            f"figures:\n  sold: {{of: orders.units{as_of}, round: {{down: 5}},"
            f" bounds: {bounds}}}\n"
        )
    if draft.procedures:
        per = rng.choice(("10s", "2m"))
        said += (
            "procedures:\n"
            "  down: {when: {check: stages.main.stream_lost, for: 5s},"
            f" once_per: {per}, cues: [{{cue: down-slide, do: [{{scene: Slide}}]}},"
            " {cue: down-tell, after: down-slide,"
            " do: [{notify: {to: crew, text: now}}]}]}\n"
            "  crisis: {cues: [{cue: quiet, do: [{silence: all}]},"
            " {cue: statement, after: quiet, public: teaser, do: [{post: {as: ceo,"
            ' despite_silence: true, text: "This is statement."}}]}]}\n'
            f"  tally: {{when: orders.units >= {rng.choice((3, 15))}, once_per: {per},"
            " cues: [{cue: tallied, do: [{say: {to: stage, text: more}}]}]}\n"
            "answers:\n"
            "  rumour: {match: [rumour], public: teaser, as: brand,"
            ' text: "This is rumour."}\n'
        )
    if rng.random() < 0.7:
        said += "safe: [{scene: Countdown}, {counter: hide}]\n"
    return said
