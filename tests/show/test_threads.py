"""Replies, reposts and threads (SEMANTICS 6: post, reply, repost, thread)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show.engine import Engine
from launchctl.show.inputs import Answer, Ended, Receipt, Settled, Sight
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, post, procedure, scene
from tests.show.play import Play, all_well


def thread(*texts: str, account: str = "ceo", **fields) -> act.Thread:
    """A thread of these texts."""
    parts = tuple(act.PostBody(account=account, text=text) for text in texts)
    return act.Thread(thread=act.ThreadBody(account=account, parts=parts), **fields)


def receipts(command):
    """Posts get the receipts 101, 102, ... in the order of their texts."""
    answers = all_well(command)
    for index, (delay_us, seen) in enumerate(answers):
        if isinstance(seen, Ended) and command.target.startswith("account:"):
            number = str(command.content["text"])[-1]
            receipt = Receipt(f"10{number}", f"https://x.com/ceo/status/10{number}")
            answers[index] = (
                delay_us,
                Ended(seen.key, seen.attempt, seen.answer, receipt=receipt),
            )
    return answers


def test_each_part_follows_the_one_before() -> None:
    """Every part has its own intent, hangs on the receipt before it, and leaves only
    when that is there; the cue is done when all have one (SEMANTICS 6).
    """
    play = Play(book(cue("one", thread("p1", "p2", "p3"), at="T-0")), answer=receipts)
    play.run(T0 + MINUTE)

    sent = play.sent("account:ceo")
    assert [("p1", None), ("p2", "101"), ("p3", "102")] == [
        (command.content["text"], command.content["reply_to"]) for command in sent
    ]
    assert 3 == len({command.key for command in sent})
    assert ["thread"] * 3 == [event.kind for event in play.named("intent")]
    assert "done" == play.state_of("one")
    posts = play.engine.status(play.now_us)["posts"]
    assert ["sent"] * 3 == [row["state"] for row in posts]
    assert 3 == len({row["digest"] for row in posts})


def test_a_part_is_approved_like_any_text() -> None:
    """A thread leaves when all its parts are approved, each by its own digest
    (SEMANTICS 5, approval).
    """
    play = Play(
        book(cue("one", thread("p1", "p2"), at="T-0"), default_approvals=("comms",)),
        answer=receipts,
    )
    first, second = (row["digest"] for row in play.engine.status(T0)["posts"])
    play.call(T0 + SECOND, "approve", first)
    play.run(T0 + 2 * SECOND)
    assert "waiting" == play.state_of("one")
    play.call(T0 + 3 * SECOND, "approve", second)
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("one")


def test_what_is_silenced_midway_parks_and_goes_on_at_the_first_without() -> None:
    """``fire`` resumes at the first part without a receipt (SEMANTICS 6)."""
    play = Play(book(cue("one", thread("p1", "p2", "p3"), at="T-0")), answer=receipts)
    play.call(T0 + 50_000, "silence", "ceo")
    play.run(T0 + SECOND)
    assert "parked" == play.state_of("one")
    assert 1 == len(play.sent("account:ceo"))

    play.call(T0 + MINUTE, "unsilence", "ceo")
    play.call(T0 + 2 * MINUTE, "fire", "one")
    play.run(T0 + 3 * MINUTE)
    texts = [command.content["text"] for command in play.sent("account:ceo")]
    assert ["p1", "p2", "p3"] == texts
    assert "done" == play.state_of("one")


def test_a_part_in_doubt_stops_the_rest_until_a_person_lets_it_follow() -> None:
    """Settled as sent, the rest is parked: nothing old leaves by itself
    (SEMANTICS 6).
    """

    def answer(command):
        if getattr(command, "content", {}).get("text") == "p2":
            return [(SECOND, Ended(command.key, command.attempt, Answer.UNKNOWN))]
        if hasattr(command, "until_us"):
            task = command.command
            return [(MINUTE, Settled(task.key, task.attempt, Sight.ABSENT))]
        return receipts(command)

    play = Play(book(cue("one", thread("p1", "p2", "p3"), at="T-0")), answer=answer)
    play.run(T0 + 2 * MINUTE)
    assert "in_doubt" == play.state_of("one")
    play.call(T0 + 3 * MINUTE, "settle", "one", outcome="sent", id="102")
    play.run(T0 + 4 * MINUTE)
    assert "parked" == play.state_of("one")
    assert "fire sends the rest" in play.named("cue_ended", "one")[-1].reason

    play.call(T0 + 5 * MINUTE, "fire", "one")
    play.run(T0 + 6 * MINUTE)
    last = play.sent("account:ceo")[-1]
    assert ("p3", "102") == (last.content["text"], last.content["reply_to"])
    assert "done" == play.state_of("one")


def test_a_part_that_is_found_goes_on_by_itself() -> None:
    """Found while the lag window lasts: the thread is still running (SEMANTICS 6)."""

    def answer(command):
        if getattr(command, "content", {}).get("text") == "p1":
            return [(SECOND, Ended(command.key, command.attempt, Answer.UNKNOWN))]
        if hasattr(command, "until_us"):
            task = command.command
            found = Receipt("101", "https://x.com/ceo/status/101")
            return [(SECOND, Settled(task.key, task.attempt, Sight.FOUND, found))]
        return receipts(command)

    play = Play(book(cue("one", thread("p1", "p2"), at="T-0")), answer=answer)
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("one")
    assert "101" == play.sent("account:ceo")[-1].content["reply_to"]


def test_a_failed_part_fails_the_cue() -> None:
    """What a network refuses is certain; later parts never leave (SEMANTICS 6)."""

    def answer(command):
        if getattr(command, "content", {}).get("text") == "p2":
            return [(SECOND, Ended(command.key, command.attempt, Answer.REFUSED))]
        return receipts(command)

    play = Play(book(cue("one", thread("p1", "p2", "p3"), at="T-0")), answer=answer)
    play.run(T0 + 10 * MINUTE)
    assert "failed" == play.state_of("one")
    assert {"p1", "p2"} == {c.content["text"] for c in play.sent("account:ceo")}


def test_after_an_abort_no_part_follows() -> None:
    """What is not on the wire is dropped (SEMANTICS 6, abort)."""
    play = Play(book(cue("one", thread("p1", "p2"), at="T-0")), answer=receipts)
    play.call(T0 + 50_000, "abort")
    play.run(T0 + MINUTE)
    assert 1 == len(play.sent("account:ceo"))
    assert "failed" == play.state_of("one")


def test_from_any_prefix_the_thread_goes_on() -> None:
    """A crash between two parts sends the next, and none twice (SEMANTICS 6, 9.1)."""
    runbook = book(cue("one", thread("p1", "p2"), at="T-0"))
    play = Play(runbook, answer=receipts)
    play.run(T0 + MINUTE)
    cut = next(
        index
        for index, event in enumerate(play.events)
        if event.event == "attempt_ended"
    )
    heir = Engine(runbook, "run-1")
    for event in play.events[: cut + 1]:
        heir.apply(event)
    decision = heir.step(T0 + SECOND)
    texts = [command.content["text"] for command in decision.commands]
    assert ["p2"] == texts


def test_a_group_threads_on_each_account() -> None:
    """``as:`` a group: each account's parts hang on its own (SEMANTICS 6)."""
    play = Play(
        book(cue("one", thread("p1", "p2", account="company"), at="T-0")),
        answer=receipts,
    )
    play.run(T0 + MINUTE)
    assert [2, 2] == [len(play.sent(f"account:{name}")) for name in ("ceo", "brand")]
    assert "done" == play.state_of("one")


# --- reply and repost ------------------------------------------------------------


def test_a_reply_answers_a_post_of_another_account_or_anybodys() -> None:
    """``to`` is a cue's receipt or an id (SEMANTICS 6)."""
    reply = act.Reply(post=act.PostBody(account="brand", text="r2", reply_to="one"))
    other = act.Reply(post=act.PostBody(account="brand", text="r3", answers="77"))
    play = Play(
        book(cue("one", post("p1"), at="T-0"), cue("two", reply, other, after="one")),
        answer=receipts,
    )
    play.run(T0 + MINUTE)
    sent = play.sent("account:brand")
    assert ["101", "77"] == [command.content["reply_to"] for command in sent]
    assert ["reply", "reply"] == [event.kind for event in play.named("intent", "two")]


def test_a_repost_names_the_receipt_and_asks_no_approval() -> None:
    """It has no text of its own; embargo and silence stand before it like before any
    post (SEMANTICS 5 and 6).
    """
    repost = act.Repost(
        post=act.PostBody(account="brand", text="repost of one", reply_to="one")
    )
    play = Play(
        book(
            cue("one", post("p1"), at="T-0"),
            cue("two", repost, after="one"),
            default_approvals=("comms",),
        ),
        answer=receipts,
    )
    play.call(T0 - SECOND, "approve", "one")
    play.run(T0 + MINUTE)
    [command] = play.sent("account:brand")
    assert "101" == command.content["repost"]
    assert "done" == play.state_of("two")
    assert [] == play.engine.status(play.now_us)["posts"][1]["needs"]


def test_a_repost_of_what_was_never_sent_fails() -> None:
    """Without a receipt there is nothing to show again (SEMANTICS 6)."""
    repost = act.Repost(
        post=act.PostBody(account="brand", text="repost of calm", reply_to="calm")
    )
    play = Play(
        book(
            cue("two", repost, at="T-0"),
            procedures=procedure("crisis", cue("calm", post("p1"))),
        )
    )
    play.run(T0 + MINUTE)
    assert "failed" == play.state_of("two")
    assert "no receipt to repost" in play.named("cue_ended", "two")[0].reason


def test_a_retired_thread_is_left_out_to_its_last_part() -> None:
    """SEMANTICS 6 (retire): beside other actions the posts are left out, and the cue
    ends.
    """
    play = Play(
        book(cue("one", scene("A"), thread("p1", "p2", "p3"), at="T-0")),
        answer=receipts,
    )
    play.call(T0 - MINUTE, "retire", "one", roles={"comms"})
    play.run(T0 + MINUTE)
    assert [] == play.sent("account:ceo")
    assert "done" == play.state_of("one")
