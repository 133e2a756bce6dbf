"""Approvals: the person sees the exact text, and approves its digest."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from launchctl.cli.calls import CallAnswer, Desk, Way, Wish
from launchctl.errors import InputError
from launchctl.show.status import PostStatus, Status

_SHORTEST_DIGEST = 8


def texts_work(
    verb: str, text: str, args: Mapping[str, Any], *, only_show: bool = False
) -> Callable[[Desk, Way], Awaitable[list[CallAnswer]]]:
    """Print the texts that ``text`` (a cue or digest) names, and call for each.

    With ``--id`` and several texts it refuses: an id is answered once.
    """

    async def work(desk: Desk, way: Way) -> list[CallAnswer]:
        status = await desk.status()
        posts = find_posts(status, text)
        # With --json stdout belongs to the answers.
        out = sys.stderr if way.json and not only_show else sys.stdout
        for post in posts:
            print(in_words(post), file=out)
        if only_show:
            return []
        digests = list(dict.fromkeys(post["digest"] for post in posts))
        if way.id and len(digests) > 1:
            raise InputError(
                f"{text} has {len(digests)} texts, and one --id is answered once",
                hint="approve them by their digests",
            )
        wishes = [Wish(verb, digest, args, status["seq"]) for digest in digests]
        return [await desk.call(wish) for wish in wishes]

    return work


def find_posts(status: Status, text: str) -> list[PostStatus]:
    """The posts of a cue, or those with a digest (or its first 8 or more digits).

    Raises:
        InputError: there is none.
    """
    by_cue = [post for post in status["posts"] if post["cue"] == text]
    if by_cue:
        return by_cue
    if len(text) >= _SHORTEST_DIGEST:
        found = [post for post in status["posts"] if post["digest"].startswith(text)]
        if len({post["digest"] for post in found}) == 1:
            return found
    cues = ", ".join(dict.fromkeys(post["cue"] for post in status["posts"]))
    raise InputError(
        f"{text!r} is neither a cue that posts nor a text's digest",
        hint=f"cues that post: {cues}" if cues else "this show posts nothing",
    )


def in_words(post: PostStatus) -> str:
    """One text as the approver has to see it: whole, with whose it is."""
    needs = f", needs {' and '.join(post['needs'])}" if post["needs"] else ""
    head = f"{post['cue']} as {post['account']} on {post['network']}{needs}"
    body = "\n".join(f"  | {line}" for line in post["text"].splitlines() or [""])
    return f"{head}\n{body}{_changed(post)}\n  digest {post['digest']}"


def _changed(post: PostStatus) -> str:
    """How the text differs from the one that was approved before."""
    before = post.get("earlier")
    if before is None:
        return ""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    text = "".join(marks[what].format(words) for what, words in before["changes"])
    lines = "\n".join(f"  ~ {line}" for line in text.splitlines())
    return f"\n  changed since {before['by']} approved it:\n{lines}"
