"""What posts must be: short enough, from one account each, approved, under embargo."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from launchctl.runbook.actions import AnyAction, Post, Repost, posts_in
from launchctl.runbook.context import Context
from launchctl.runbook.embargo import embargoes_of, is_teaser
from launchctl.runbook.languages import lang_of, said_in, vars_in
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.references import all_cues
from launchctl.runbook.templates import Template, template

X_LENGTH = 280
_URL_WEIGHT = 23


def accounts_of(runbook: Runbook, action: Post) -> tuple[str, ...]:
    """The accounts that this post goes out from: one, or a group's."""
    name = action.post.account
    return runbook.groups.get(name, (name,))


def weighted_length(text: str) -> int:
    """The length of a text as X counts it (configuration 3 of twitter-text).

    Only what may be too long is given to the parser, which takes a millisecond.
    """
    plain = unicodedata.normalize("NFC", text)
    if plain.isascii() and "." not in plain:
        return len(plain)
    at_most = sum(1 if ord(character) < 0x1100 else 2 for character in plain)
    if at_most + _URL_WEIGHT * plain.count(".") <= X_LENGTH:
        return at_most
    return int(_parse_tweet(plain).weightedLength)


def _parse_tweet(text: str) -> Any:
    from twitter_text import parse_tweet  # noqa: PLC0415  slow to import
    from twitter_text.config import config  # noqa: PLC0415

    return parse_tweet(text, config["version3"])


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
                        _check_length(context, runbook, post, place)
                        seen.place = place
                        _check_double(context, runbook, cue, post, seen)
                        _warn_text(context, runbook, cue, post, place)
                if posts_in(action):
                    _warn(context, runbook, cue, action, place)


def _on_x(runbook: Runbook, account: str) -> bool:
    found = runbook.accounts.get(account)
    return found is not None and found.network == "x"


def _constant(runbook: Runbook, parsed: Template, account: str) -> str | None:
    """The account's text, if it is the same at any time; None if it holds a figure."""
    if any(path[0] not in ("vars", "outputs") for path in parsed.paths):
        return None
    watched = {name: {"watch": out.watch} for name, out in runbook.outputs.items()}
    lang = lang_of(runbook, account)
    try:
        return parsed.render(
            {"vars": vars_in(runbook, lang), "outputs": watched},
            lang,
            runbook.timezone or "UTC",
        )
    except (LookupError, ValueError):
        return None


def _check_length(
    context: Context, runbook: Runbook, action: Post, place: tuple[int, int]
) -> None:
    on_x = [name for name in accounts_of(runbook, action) if _on_x(runbook, name)]
    parsed = template(action.post.text)
    texts = [_constant(runbook, parsed, account) for account in on_x]
    for text in dict.fromkeys(text for text in texts if text is not None):
        length = weighted_length(text)
        if length > X_LENGTH:
            context.reader.problem(
                place,
                f"{action.kind}.text: X takes {X_LENGTH} characters, this counts"
                f" {length}",
            )
        elif not text.strip():
            context.reader.problem(place, f"{action.kind}.text: the text is blank")


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
    """The same text from several X accounts is an offence there."""
    parsed = template(action.post.text)
    spoken = any(
        isinstance(runbook.vars.get(path[1]), dict)
        for path in parsed.paths
        if path[0] == "vars"
    )
    for account in accounts_of(runbook, action):
        if not _on_x(runbook, account):
            continue
        said = _constant(runbook, parsed, account) if spoken else None
        text = " ".join((said or action.post.text).split())
        first, where = seen.texts.setdefault(text, (account, cue.id))
        if first != account:
            context.reader.problem(
                seen.place,
                f"{action.kind}.text: {account!r} would post the same text as "
                f"{first!r} (cue {where!r}); X forbids that",
                "give each account its own words",
            )
            return
        if parsed.paths:
            continue
        earlier = seen.own.setdefault((account, text), cue.id)
        if earlier != cue.id:
            context.reader.warn(
                seen.place,
                f"{account!r} posts the same text in {earlier!r}; X refuses that",
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
