"""The cues of a whole show, each a line of flow YAML."""

from __future__ import annotations

from random import Random

from tests.simulation.whole_draft import THREADS, Draft


def some_cues(draft: Draft) -> list[str]:
    """From the doors to the end; in between what chance gives."""
    rng = draft.rng
    cues = [_doors(rng)]
    if rng.random() < 0.4:
        release = rng.choice(("", ", release: [deputy]"))
        cues.append(
            "{cue: breath, at: T-2m, do: [{hold: {name: breath,"
            f" for: {rng.choice((20, 40))}s{release}}}}}]}}"
        )
    if draft.poll:
        cues.append(
            "{cue: ready, at: T-90s, poll: {ask: [caller, comms], within: 60s}}"
        )
    if rng.random() < 0.4:
        hold = rng.choice(("", ", in_hold: wait"))
        cues.append(
            f"{{cue: clock, at: 2030-06-01 20:0{rng.choice((0, 1, 3))}:20{hold},"
            " do: [{say: {to: crew, text: time}}]}"
        )
    before = "doors"
    if rng.random() < 0.5:
        cues += _film(rng)
        before = "film"
    if rng.random() < 0.4:
        cues.append(_choice(rng, before))
    cues.append(_reveal(rng, before))
    posts: list[str] = []
    for number in range(rng.randint(1, 4)):
        cues.append(_post(draft, f"post{number}", posts))
        posts.append(f"post{number}")
    cues += _around(draft)
    minute = rng.choice((6, 12))
    cues += [
        f"{{cue: slide, at: reveal + 3m{_recycled(rng)}, do: [{{scene: Slide}}]}}",
        f"{{cue: close, at: reveal + {minute}m, do: [{{end: show}}]}}",
    ]
    return cues


def _doors(rng: Random) -> str:
    do = ["{scene: Countdown}"]
    if rng.random() < 0.4:
        do.append("{stream: start}")
    if rng.random() < 0.3:
        do.append("{audio: {input: Mic, open: true}}")
    if rng.random() < 0.2:
        do.append("{record: start}")
    return f"{{cue: doors, at: T-5m, do: [{', '.join(do)}]}}"


def _film(rng: Random) -> list[str]:
    length = rng.choice((20, 45))
    film = (
        f"{{cue: film, at: T-80s, after: doors{_recycled(rng)},"
        " do: [{media: {play: clip.mp4, source: Player, scene: Film,"
        f" length: {length}s}}}}]}}"
    )
    if rng.random() < 0.5:
        return [film]
    end = rng.choice(("film.end", "film.end - 2s", "film.end + 3s"))
    return [film, f"{{cue: black, at: {end}, do: [{{scene: Black}}]}}"]


def _choice(rng: Random, before: str) -> str:
    when = rng.choice((f"after: {before}", "at: T-15s", "at: T+10s"))
    default = rng.choice(("one", "two"))
    return (
        f"{{choice: demo, {when}, ask: [caller, deputy],"
        f" within: {rng.choice((5, 25))}s, default: {default}, options: {{one: {{cues:"
        " [{cue: cam, do: [{scene: Cam}]}, {cue: cam-post, after: cam, public: teaser,"
        ' do: [{post: {as: ceo, text: "This is cam-post."}}]}]}, two: {cues: []}}}'
    )


def _reveal(rng: Random, before: str) -> str:
    late = rng.choice(("", ", late: {within: 30s, else: hold}"))
    failure = rng.choice(("", "", ", on_failure: hold", ", on_failure: continue"))
    fade = rng.choice(("", ", transition: {fade: 500ms}"))
    also = ", also: [skipped, failed]" if rng.random() < 0.5 else ""
    return (
        f"{{cue: reveal, at: T-0, after: {before}{also}, go: [caller, deputy]{late}"
        f"{failure}{_recycled(rng)}, do: [{{scene: Reveal{fade}}}]}}"
    )


def _recycled(rng: Random) -> str:
    return rng.choice(("", "", "", ", on_recycle: keep"))


# --- posts ------------------------------------------------------------------------


def _post(draft: Draft, name: str, others: list[str]) -> str:
    rng = draft.rng
    when = rng.choice(
        (
            "after: reveal",
            "after: reveal",
            f"at: T{rng.choice(('-20s', '+1s', '+30s', '+2m'))}",
            f"at: reveal + {rng.choice((1, 45, 150))}s",
            f"after: {rng.choice([*others, 'reveal'])}",
            f"any: [{', '.join([*others, 'reveal'])}], or_after: 40s",
        )
    )
    late = rng.choice(
        ("", ", late: {within: 45s, else: park}", ", late: {within: 3m, else: skip}")
    )
    topic = ""
    figure = draft.figure and rng.random() < 0.6
    if figure:
        topic = rng.choice(("", ", about: [figures]"))
    teaser = ", public: teaser" if rng.random() < 0.15 else ""
    gate = _gate(draft) if rng.random() < 0.35 else ""
    go = ", go: caller" if rng.random() < 0.15 and "any:" not in when else ""
    return (
        f"{{cue: {name}, {when}{go}{late}{topic}{teaser}{gate}{_failure(draft)},"
        f" do: [{_said(draft, name, others, figure=figure)}]}}"
    )


def _said(draft: Draft, name: str, others: list[str], *, figure: bool) -> str:
    rng = draft.rng
    account = rng.choice(("ceo", "ceo", "brand"))
    if draft.group and rng.random() < 0.3:
        account = "company"
    text = f"This is {name}."
    if figure:
        text += " {{ figures['sold'] | number }} of them."
    network = "x" if account == "ceo" else draft.network
    if account != "company" and network in THREADS:
        draw = rng.random()
        if draw < 0.15:
            return (
                f'{{thread: {{as: {account}, parts: [{{text: "{text}"}},'
                f' {{text: "This is {name}, part 2."}}]}}}}'
            )
        if draw < 0.25 and account == "ceo":
            to = "https://x.com/press/status/1790000000000000000"
            return f'{{reply: {{as: ceo, to: "{to}", text: "{text}"}}}}'
    return f'{{post: {{as: {account}, text: "{text}"}}}}'


def _gate(draft: Draft) -> str:
    rng = draft.rng
    gates = [
        "{on_air: {scene: Reveal, still: true}}",
        "{seen: {scene: Reveal, output: live}}",
        "{approved_by: [legal]}",
        "{orders_fresh: 10s}",
        "{two_person: comms}",
        "{confirmed: {what: price, by: legal}}",
        '{url_ok: "https://shop.example/page"}',
        "{check: orders.units >= 5}",
        "{stream_healthy: live}",
        *(["{poll: ready}"] if draft.poll else []),
    ]
    wait = rng.choice(
        ("", ", wait: {for: 20s, else: park}", ", wait: {for: 2m, else: hold}")
    )
    return f", gate: [{rng.choice(gates)}]{wait}"


def _failure(draft: Draft) -> str:
    said = ["", "", "", "", ", on_failure: hold", ", on_failure: ignore"]
    if draft.procedures:
        said.append(", on_failure: {call: down}")
    return draft.rng.choice(said)


# --- what stands around ------------------------------------------------------------


def _around(draft: Draft) -> list[str]:
    """A call, a counter, a task, a name, what repeats, what may never come."""
    rng = draft.rng
    found = [
        (
            f"{{cue: flip, after: reveal{_recycled(rng)}, do: [{{http: {{method: POST,"
            f' url: "https://shop.example/flags", json: {{live: true}}{_again(rng)},'
            ' confirm: {get: "https://shop.example/car", contains: Reserve,'
            " within: 30s}}}]}"
        ),
        "{cue: count, at: T-1m, do: [{counter: open}]}",
        "{cue: freeze, at: reveal + 2m, do: [{counter: freeze}]}",
        "{cue: door, at: T-3m, do: [{task: {who: legal, what: shut it, within: 30s}}]}",
        (
            "{cue: name, after: reveal, do: [{lower_third: {source: Name,"
            " text: Ann, scene: Reveal, for: 8s}}]}"
        ),
        (
            "{cue: many, when: orders.units >= 10, once: false,"
            " do: [{notify: {to: crew, text: many}}]}"
        ),
        "{cue: extra, reserve: true, go: deputy, do: [{scene: Extra}]}",
        "{cue: hush, at: reveal + 20s, do: [{silence: brand}]}",
        "{cue: void, at: reveal + 60s, do: [{retire: {cues: [post0]}}]}",
    ]
    if draft.procedures:
        found.append("{cue: ask, at: reveal + 90s, do: [{call: tally}]}")
    if draft.side == "spare":
        found.append(
            "{cue: there, at: T+20s, do: [{scene: Reveal, stage: side},"
            " {player: spare}]}"
        )
    weights = (0.5, 0.6, 0.3, 0.2, 0.3, 0.3, 0.15, 0.1, 0.1, 0.3, 0.9)
    return [each for each, p in zip(found, weights, strict=False) if rng.random() < p]


def _again(rng: Random) -> str:
    return rng.choice(("", "", ", again: safe"))
