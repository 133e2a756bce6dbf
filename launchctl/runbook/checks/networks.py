"""What each network takes: how long a text, which kinds of posts, hung on what."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from launchctl.runbook.actions import AnyAction, Post, Repost, posts_in
from launchctl.runbook.context import Context
from launchctl.runbook.languages import lang_of, vars_in
from launchctl.runbook.model import Account, Runbook
from launchctl.runbook.networks import NETWORKS, Network
from launchctl.runbook.references import all_cues
from launchctl.runbook.templates import Template, template

Place = tuple[int, int]


def accounts_of(runbook: Runbook, action: Post) -> tuple[str, ...]:
    """The accounts that this post goes out from: one, or a group's."""
    name = action.post.account
    return runbook.groups.get(name, (name,))


def network_of(runbook: Runbook, account: str) -> Network | None:
    """What is known of an account's network."""
    found = runbook.accounts.get(account)
    return NETWORKS.get(found.network) if found else None


def constant_text(runbook: Runbook, parsed: Template, account: str) -> str | None:
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


def check_length(
    context: Context, runbook: Runbook, action: Post, place: Place
) -> None:
    """Each account's text is not blank, and fits its network."""
    parsed = template(action.post.text)
    seen: set[tuple[str, str]] = set()
    for account in accounts_of(runbook, action):
        network = network_of(runbook, account)
        text = constant_text(runbook, parsed, account)
        if network is None or text is None or (network.shown, text) in seen:
            continue
        seen.add((network.shown, text))
        what = f"{action.kind}.text"
        if not text.strip():
            context.reader.problem(place, f"{what}: the text is blank")
            continue
        length = network.measure(text)
        if length <= network.length:
            continue
        takes = f"{what}: {network.shown} takes {network.length:,} {network.counts}"
        if network.usual:
            context.reader.warn(
                place, f"{takes} on most servers, this counts {length:,}"
            )
        else:
            context.reader.problem(place, f"{takes}, this counts {length:,}")


def check_kind(
    context: Context, runbook: Runbook, action: AnyAction, place: Place
) -> None:
    """A network has not every kind of post."""
    post = posts_in(action)[0]
    kind = "reply" if action.kind == "post" and post.post.reply_to else action.kind
    for account in accounts_of(runbook, post):
        network = network_of(runbook, account)
        why = dict(network.lacks).get(kind) if network else None
        if network and why:
            context.reader.problem(
                place,
                f"{kind}: {account!r} is on {network.shown}, which takes none: {why}",
            )


def check_hanging(
    context: Context, runbook: Runbook, action: Post, place: Place
) -> None:
    """A reply or repost hangs on a post of the same network."""
    for account in accounts_of(runbook, action):
        network = network_of(runbook, account)
        if network is None:
            continue
        answers, cue = action.post.answers, action.post.reply_to
        if answers is not None and not _is_there(
            runbook.accounts[account], network, answers
        ):
            context.reader.problem(
                place, f"reply.to: {answers!r} is no post where {account!r} is"
            )
        there = set(_networks(runbook, cue)) if cue is not None else set()
        if there and runbook.accounts[account].network not in there:
            what = "repost.post" if isinstance(action, Repost) else "reply"
            context.reader.problem(
                place,
                f"{what}: cue {cue!r} posts nothing on {network.shown}, where "
                f"{account!r} is",
            )


def _is_there(account: Account, network: Network, answers: str) -> bool:
    """Whether an address is one of a post of this network, and of its own server."""
    if network.post_named(answers) is None:
        return False
    host = urlsplit(answers).hostname
    if account.network != "mastodon" or host is None:
        return True
    return host in (
        account.handle.rpartition("@")[2],
        urlsplit(account.api or "").hostname,
    )


def _networks(runbook: Runbook, cue_id: str) -> Iterator[str]:
    """The networks that a cue's posts go to."""
    for _, cue in all_cues(runbook):
        if cue.id != cue_id:
            continue
        for action in cue.do:
            for post in posts_in(action):
                for name in accounts_of(runbook, post):
                    if name in runbook.accounts:
                        yield runbook.accounts[name].network
