"""Names that must be declared: cues, roles, stages, accounts; and what texts and
conditions read (SEMANTICS 4, "Names").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from launchctl.runbook.actions import PlayMedia, posts_in
from launchctl.runbook.context import Context, Reference, TextSite
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.read.words import near

ORDERS = ("placed", "units", "net_units", "cancelled", "age")
LIMITED = ("available", "waitlist")
"""Names below ``orders.`` that there are where there is a `limit`."""
CLOCK = ("hour", "minute", "weekday")
STAGE = (
    "connected",
    "program",
    "streaming",
    "reconnecting",
    "stream_lost",
    "skipped",
)
OUTPUT = ("age", "moving")
_SIGNLESS = re.compile(r"[Tt][0-9]+[a-z0-9]*")
"""A T-offset whose sign was forgotten reads like the name of a cue."""

_CALLED = {
    "poster": "account",
    "approver": "role",
    "posting cue": "cue",
    "probed output": "output",
    "poll": "cue",
    "film": "cue",
}


def all_cues(runbook: Runbook) -> Iterable[tuple[str, Cue]]:
    """Every cue with its procedure's name (empty: the show's)."""
    for cue in runbook.cues:
        yield "", cue
    for name, procedure in runbook.procedures.items():
        for cue in procedure.cues:
            yield name, cue


def check_references(context: Context, runbook: Runbook) -> None:
    """Every reference, every name in a condition, every name in a text."""
    declared = _Declared(context, runbook)
    for reference in context.references:
        declared.check(reference)
    for site in context.conditions:
        with context.reader.within(site.cue):
            for path in site.condition.paths:
                if problem := declared.condition_name(path):
                    context.reader.problem(site.at, *problem)
    for text in context.texts:
        with context.reader.within(text.cue):
            for path in text.template.paths:
                if problem := declared.text_name(text, path):
                    context.reader.problem(text.at, *problem)


class _Declared:
    def __init__(self, context: Context, runbook: Runbook) -> None:
        self.context = context
        self.runbook = runbook
        # names as read, so that a broken stage is not also an unknown one
        self.names: dict[str, dict[str, None]] = {}
        for key in context.places:
            kind, _, name = key.partition(" ")
            if " " not in name:
                self.names.setdefault(kind, {})[name] = None
        if runbook.crew and "role" not in self.names:
            self.names["role"] = dict.fromkeys(runbook.crew)
        self.cue_home = {cue.id: home for home, cue in all_cues(runbook)}
        self.polls = {cue.id for _, cue in all_cues(runbook) if cue.poll}
        self.films = {
            cue.id
            for _, cue in all_cues(runbook)
            if any(isinstance(action, PlayMedia) for action in cue.do)
        }
        self.posting = {
            cue.id
            for _, cue in all_cues(runbook)
            if any(posts_in(action) for action in cue.do)
        }

    def of(self, kind: str) -> Collection[str]:
        """Declared names of a kind, in file order."""
        return self.names.get(_CALLED.get(kind, kind), ())

    def check(self, reference: Reference) -> None:
        """One reference."""
        with self.context.reader.within(reference.cue):
            if problem := self._problem(reference):
                self.context.reader.problem(reference.at, *problem)

    def _problem(self, reference: Reference) -> tuple[str, str] | None:
        kind, name = reference.kind, reference.name
        if kind == "orders":
            if self.runbook.orders is None and "orders" not in self.names:
                return f"{name} needs `orders:` in the runbook", ""
            return None
        known = self.of(kind)
        if kind == "poster":
            known = [*known, *self.of("group")]
        if kind == "channel":
            return self._channel(name)
        if name not in known:
            called = _CALLED.get(kind, kind)
            hint = near(name, known)
            if called == "cue" and _SIGNLESS.fullmatch(name):
                hint = f"from T-0 on it is written T+{name[1:]}, before it T-{name[1:]}"
            return f"there is no {called} {name!r}", hint
        if kind in ("approver", "probed output"):
            return self._approver(name) if kind == "approver" else self._unprobed(name)
        return self._cue(reference) if _CALLED.get(kind, kind) == "cue" else None

    def _cue(self, reference: Reference) -> tuple[str, str] | None:
        kind, name = reference.kind, reference.name
        if name not in self.cue_home:
            return None
        if kind == "posting cue" and name not in self.posting:
            return f"the cue {name!r} posts nothing", ""
        if kind == "poll" and name not in self.polls:
            return f"the cue {name!r} is no poll", "give it `poll: {ask, within}`"
        if kind == "poll" and name == reference.cue:
            return "a poll cannot wait for itself", ""
        if kind == "film" and name not in self.films:
            return f"the cue {name!r} plays no film: it has no end to count from", ""
        return self._followed(reference) if kind in ("cue", "film") else None

    def _channel(self, name: str) -> tuple[str, str] | None:
        known = [*self.of("channel"), *self.of("role"), "crew"]
        if name in known:
            return None
        return f"there is no channel or role {name!r}", near(name, known)

    def _unprobed(self, name: str) -> tuple[str, str] | None:
        output = self.runbook.outputs.get(name)
        if output is not None and output.playback is None:
            return (
                f"the output {name!r} has no `playback`: what viewers see is not known",
                "give it the address of its HLS playlist",
            )
        return None

    def _approver(self, name: str) -> tuple[str, str] | None:
        role = self.runbook.crew.get(name)
        if role is not None and "approve" not in role.may:
            return f"the role {name!r} may not approve", "give it may: [approve]"
        return None

    def _followed(self, reference: Reference) -> tuple[str, str] | None:
        if reference.name == reference.cue:
            return "a cue cannot follow itself", ""
        home = self.cue_home.get(reference.name)
        if home is not None and home != reference.procedure:
            where = f"the procedure {home!r}" if home else "the show"
            return (
                f"the cue {reference.name!r} belongs to {where}",
                "cues follow cues of their own list only",
            )
        return None

    # --- names in conditions and texts -----------------------------------------------

    def condition_name(self, path: tuple[str, ...]) -> tuple[str, str] | None:
        """Why a condition cannot read this name."""
        match path:
            case ("t",) | ("show", "state"):
                return None
            case ("clock", word):
                return _among("clock", word, CLOCK)
            case ("orders", word):
                return self._orders(word)
            case ("cues", cue, *rest):
                return self._member("cue", cue, rest, ("state",))
            case ("stages", stage, *rest):
                return self._member("stage", stage, rest, STAGE)
            case ("accounts", account, *rest):
                return self._member("account", account, rest, ("silenced",))
            case ("vars", word):
                if isinstance(self.runbook.vars.get(word), dict):
                    return f"a condition reads no words by language: vars.{word}", ""
                return _among("vars", word, self.runbook.vars)
            case ("outputs", output, *rest):
                return self._member("output", output, rest, OUTPUT) or self._unprobed(
                    output
                )
        roots = (
            "t",
            "clock",
            "show",
            "cues",
            "stages",
            "outputs",
            "accounts",
            "orders",
            "vars",
        )
        return f"a condition knows no {'.'.join(path)!r}", near(path[0], roots)

    def _member(
        self, kind: str, name: str, rest: list[str], words: tuple[str, ...]
    ) -> tuple[str, str] | None:
        known = self.of(kind)
        if name not in known:
            return f"there is no {kind} {name!r}", near(name, known)
        if len(rest) != 1:
            return f"a condition reads {kind}s as {kind}s.{name}.{words[0]}", ""
        return _among(f"{kind}s.{name}", rest[0], words)

    def _orders(self, word: str) -> tuple[str, str] | None:
        if self.runbook.orders is None:
            return f"orders.{word} needs `orders:` in the runbook", ""
        if word in LIMITED and self.runbook.orders.limit is None:
            return f"orders.{word} needs a `limit` in `orders:`", "limit: {units: 500}"
        return _among("orders", word, (*ORDERS, *LIMITED))

    def text_name(
        self, site: TextSite, path: tuple[str, ...]
    ) -> tuple[str, str] | None:
        """Why a text cannot read this name."""
        match path:
            case ("orders", *_) if site.use == "post":
                return (
                    "a post cannot hold a live count: it changes after it was approved",
                    "declare it under `figures:` and use figures['name']",
                )
            case ("orders", word):
                return self._orders(word)
            case ("figures", figure):
                return _known("figure", figure, self.of("figure"))
            case ("vars", word):
                return _among("vars", word, self.runbook.vars)
            case ("outputs", output, *rest):
                return self._watched(output, rest)
        return (
            f"a text knows no {'.'.join(path)!r}",
            near(path[0], ("orders", "figures", "vars", "outputs")),
        )

    def _watched(self, name: str, rest: list[str]) -> tuple[str, str] | None:
        known = self.of("output")
        if name not in known:
            return _known("output", name, known)
        if rest != ["watch"]:
            return f"a text reads an output's address: outputs.{name}.watch", ""
        output = self.runbook.outputs.get(name)
        if output is not None and output.watch is None:
            return f"the output {name!r} has no `watch`", "say where people watch it"
        return None


def _known(kind: str, name: str, known: Collection[str]) -> tuple[str, str] | None:
    known = list(known)
    return (
        None if name in known else (f"there is no {kind} {name!r}", near(name, known))
    )


def _among(root: str, word: str, known: Collection[str]) -> tuple[str, str] | None:
    if word in known:
        return None
    return f"there is no {root}.{word}", near(word, known)
