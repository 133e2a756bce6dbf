"""Small shows as texts: what the loader reads, for the whole conductor to play.

A show lasts some minutes. Each text of a post stands in it once, so that the far ends'
own records tell which cue it came from.
"""

from __future__ import annotations

from random import Random

HEAD = """\
runbook: 1
title: Whole show {seed}
timezone: UTC
t0: 2030-06-01 20:00
stages:
  main: {{driver: obs, url: "ws://127.0.0.1:4455", password: {{env: OBS_MAIN}}}}
outputs:
  live: {{stage: main, playback: "https://live.example/l.m3u8", delay: {delay}s}}
accounts:
  ceo: {{network: x, handle: ceo, credentials: {{env: X_CEO}}}}
  brand: {{network: {network}, handle: "{handle}", credentials: {{env: BRAND}}}}
crew:
  caller: {{may: [go, hold, end, post, retime]}}
  comms: {{may: [approve, post]}}
orders:
  deposit: {{USD: 1000}}
  sources:
    - {{kind: webhook, name: shop, secret: {{env: SHOP}}, role: counts}}
embargoes:
  car: {{default: true, lifts: [{lift}]}}
approvals: {{default: [comms]}}
"""
NETWORKS = {
    "x": "brand",
    "mastodon": "brand@social.example",
    "bluesky": "brand.example",
    "linkedin": "urn:li:organization:1",
}
LIFTS = ("{on_air: Reveal}", "{seen: {scene: Reveal, output: live}}")


def whole_book(seed: int) -> str:
    """The text of a seed's show."""
    rng = Random(f"whole {seed}")
    network = rng.choice(sorted(NETWORKS))
    head = HEAD.format(
        seed=seed,
        network=network,
        handle=NETWORKS[network],
        delay=rng.choice((5, 20)),
        lift=rng.choice(LIFTS),
    )
    return head + "cues:\n" + "".join(f"  - {cue}\n" for cue in _cues(rng))


def _cues(rng: Random) -> list[str]:
    cues = ["{cue: doors, at: T-5m, do: [{scene: Countdown}]}"]
    if rng.random() < 0.4:
        cues.append("{cue: breath, at: T-2m, do: [{hold: {name: breath, for: 40s}}]}")
    if rng.random() < 0.4:
        cues.append(
            "{cue: ready, at: T-90s, poll: {ask: [caller, comms], within: 60s}}"
        )
    before = "doors"
    if rng.random() < 0.5:
        cues.append(_film(rng))
        before = "film"
    late = rng.choice(("", ", late: {within: 30s, else: hold}"))
    cues.append(
        f"{{cue: reveal, at: T-0, after: {before}, go: caller{late},"
        " do: [{scene: Reveal}]}"
    )
    posts = [f"post{number}" for number in range(rng.randint(1, 4))]
    cues += [_post(rng, name, posts[:number]) for number, name in enumerate(posts)]
    if rng.random() < 0.5:
        cues.append(
            "{cue: flip, after: reveal, do: [{http: {method: POST,"
            ' url: "https://shop.example/flags", json: {live: true},'
            ' confirm: {get: "https://shop.example/car", contains: Reserve,'
            " within: 30s}}}]}"
        )
    cues += [
        "{cue: slide, at: reveal + 3m, do: [{scene: Slide}]}",
        f"{{cue: close, at: reveal + {rng.choice((6, 12))}m, do: [{{end: show}}]}}",
    ]
    return cues


def _film(rng: Random) -> str:
    return (
        "{cue: film, at: T-80s, after: doors, do: [{media: {play: clip.mp4,"
        f" source: Player, scene: Film, length: {rng.choice((20, 45))}s}}}}]}}"
    )


def _post(rng: Random, name: str, others: list[str]) -> str:
    account = rng.choice(("ceo", "ceo", "brand"))
    when = rng.choice(
        (
            "after: reveal",
            f"at: T{rng.choice(('-20s', '+1s', '+30s', '+2m'))}",
            f"at: reveal + {rng.choice((1, 45, 150))}s",
            f"after: {rng.choice([*others, 'reveal'])}",
        )
    )
    late = rng.choice(
        ("", ", late: {within: 45s, else: park}", ", late: {within: 3m, else: skip}")
    )
    return (
        f"{{cue: {name}, {when}{late},"
        f' do: [{{post: {{as: {account}, text: "This is {name}."}}}}]}}'
    )
