"""What posts must be: short enough, from one account each, approved, under embargo."""

from __future__ import annotations

from dataclasses import dataclass, field

from launchctl.runbook.actions import AnyAction, Post, Repost, posts_in
from launchctl.runbook.checks.networks import (
    accounts_of,
    check_hanging,
    check_kind,
    check_length,
    constant_text,
    network_of,
)
from launchctl.runbook.context import Context
from launchctl.runbook.embargo import embargoes_of, is_teaser
from launchctl.runbook.languages import lang_of, said_in
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.references import all_cues
from launchctl.runbook.templates import template


@dataclass
class _Seen:
    """Posts so far: text to (account, cue), and (account, text) to cue."""

    place: tuple[int, int] = (1, 1)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    own: dict[tuple[str, str], str] = field(default_factory=dict)


def check_posts(context: Context, runbook: Runbook) -> None:
    """Length, doubles, and the warnings of what nobody approves or guards."""
    seen = _Seen()
    for _, cue in all_cues(runbook):
        with context.reader.within(cue.id):
            for index, action in enumerate(cue.do):
                place = context.places.get(f"cue {cue.id} do {index}", (1, 1))
                for post in posts_in(action):
                    if not isinstance(post, Repost):
                        _check_words(context, runbook, post, place)
                        check_length(context, runbook, post, place)
                        seen.place = place
                        _check_double(context, runbook, cue, post, seen)
                        _warn_text(context, runbook, cue, post, place)
                    check_hanging(context, runbook, post, place)
                if posts_in(action):
                    check_kind(context, runbook, action, place)
                    _warn(context, runbook, cue, action, place)


def _check_words(
    context: Context, runbook: Runbook, action: Post, place: tuple[int, int]
) -> None:
    """Each account has words in its language."""
    used = [p[1] for p in template(action.post.text).paths if p[0] == "vars"]
    for account in accounts_of(runbook, action):
        lang = lang_of(runbook, account)
        for name in dict.fromkeys(used):
            known = runbook.vars.get(name)
            if isinstance(known, dict) and said_in(known, lang) is None:
                context.reader.problem(
                    place,
                    f"vars.{name} has no words in {lang!r}, in which {account!r} posts",
                    f"it has {', '.join(known)}",
                )


def _check_double(
    context: Context, runbook: Runbook, cue: Cue, action: Post, seen: _Seen
) -> None:
    """The same text from several accounts is an offence on X."""
    parsed = template(action.post.text)
    spoken = any(
        isinstance(runbook.vars.get(path[1]), dict)
        for path in parsed.paths
        if path[0] == "vars"
    )
    for account in accounts_of(runbook, action):
        network = network_of(runbook, account)
        if network is None or not network.own_words:
            continue
        said = constant_text(runbook, parsed, account) if spoken else None
        text = " ".join((said or action.post.text).split())
        first, where = seen.texts.setdefault(text, (account, cue.id))
        if first != account:
            context.reader.problem(
                seen.place,
                f"{action.kind}.text: {account!r} would post the same text as "
                f"{first!r} (cue {where!r}); {network.shown} forbids that",
                "give each account its own words",
            )
            return
        if parsed.paths:
            continue
        earlier = seen.own.setdefault((account, text), cue.id)
        if earlier != cue.id:
            context.reader.warn(
                seen.place,
                f"{account!r} posts the same text in {earlier!r}; "
                f"{network.shown} refuses that",
            )


def _warn(
    context: Context,
    runbook: Runbook,
    cue: Cue,
    action: AnyAction,
    place: tuple[int, int],
) -> None:
    topics = cue.about or ("",)
    asked = {
        role
        for topic in topics
        for role in runbook.approvals.get(topic, runbook.default_approvals)
    }
    if not asked and not isinstance(action, Repost):
        context.reader.warn(place, "nobody is asked to approve this post")
    if not embargoes_of(runbook, cue, action) and not is_teaser(cue, action):
        context.reader.warn(place, "no embargo guards this post")


def _warn_text(
    context: Context, runbook: Runbook, cue: Cue, action: Post, place: tuple[int, int]
) -> None:
    figures = [
        path for path in template(action.post.text).paths if path[0] == "figures"
    ]
    if figures and "figures" not in cue.about and "figures" in runbook.approvals:
        context.reader.warn(
            place, "the post holds a figure, and its cue is not about: [figures]"
        )
