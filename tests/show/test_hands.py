"""Posts that people make by hand: SEMANTICS 6, hands."""

from __future__ import annotations

import pytest

from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Account, AtWall, Embargo, Lift, OnAir
from launchctl.show.inputs import Answer, Ended, PostSeen, Sight
from launchctl.times import HOUR, MINUTE, SECOND, Micros
from tests.show.build import START, T0, book, cue, post, scene
from tests.show.play import Play

URL = "https://x.com/ceo/status/7"


def accounts(by_hand: str | None) -> dict[str, Account]:
    """The test's two accounts; the executive's hands as given."""
    secret = SecretRef(env="X")
    return {
        "ceo": Account(network="x", handle="ceo", credentials=secret, by_hand=by_hand),
        "brand": Account(network="x", handle="brand", credentials=secret),
    }


def show(*cues, by_hand="watch", **fields) -> Play:
    """A show whose executive's hands are watched, or who is asked."""
    return Play(book(*cues, accounts=accounts(by_hand), **fields))


def seen(at_us: Micros, text: str = "It is here!", **fields) -> PostSeen:
    """A post on the executive's timeline."""
    return PostSeen("ceo", fields.pop("id", "7"), URL, text, at_us, **fields)


def look(play: Play, at_us: Micros, **fields) -> None:
    """It is made and seen at an instant."""
    play.give(at_us, seen(at_us, **fields))


def test_a_post_by_hand_near_the_expected_send_parks_ours() -> None:
    """Within 30 min of the expected send of the account's next unsent post: parked as
    superseded, and offered with its receipt (SEMANTICS 6).
    """
    play = show(cue("day-one", post(), at="T-0"), cue("later", post("2"), at="T+2h"))
    look(play, T0 - 30 * MINUTE)
    play.run(T0 + MINUTE)

    assert "parked" == play.state_of("day-one")
    assert "superseded" in play.named("cue_parked", "day-one")[0].reason
    assert [] == play.sent("account:ceo")
    row = play.engine.status(play.now_us)["posts"][0]
    assert {"id": "7", "url": URL} == {key: row["found"][key] for key in ("id", "url")}
    assert "found" not in play.engine.status(play.now_us)["posts"][1]


def test_one_key_adopts_what_was_found() -> None:
    """Adopt without an address takes the found one as the receipt (SEMANTICS 6)."""
    play = show(cue("day-one", post(), at="T-0"))
    look(play, T0 - MINUTE)
    play.call(T0 + MINUTE, "adopt", "day-one")
    play.run(T0 + 2 * MINUTE)

    assert "done" == play.state_of("day-one")
    [adopted] = play.named("cue_adopted")
    assert ("7", URL) == (adopted.receipt_id, adopted.receipt_url)
    assert "green" == play.engine.verdict


def test_a_post_in_reserve_is_never_meant() -> None:
    """SEMANTICS 6: it has no expected send, so what is posted by hand while it lies
    ready stands for the next post that has one, or for none.
    """
    ready = cue("ready", post("R"), go=("caller",), reserve=True)
    play = show(ready, cue("day-one", post(), at="T-0"))
    look(play, T0 - HOUR, id="5")
    look(play, T0 - MINUTE)
    play.run(T0)
    assert "standby" == play.state_of("ready")
    assert ["day-one"] == [event.cue for event in play.named("post_by_hand")]


def test_fire_sends_ours_all_the_same() -> None:
    """A parked post is a person's to release: ``fire`` sends it (SEMANTICS 6)."""
    play = show(cue("day-one", post(), at="T-0"))
    look(play, T0 - MINUTE)
    play.call(T0 + MINUTE, "fire", "day-one")
    play.run(T0 + 2 * MINUTE)

    assert "done" == play.state_of("day-one")
    assert 1 == len(play.sent("account:ceo"))


@pytest.mark.parametrize(
    ("at_us", "words"),
    [
        (T0 - 31 * MINUTE, {}),
        (T0 - MINUTE, {"reply": True}),
        (START - MINUTE, {}),
    ],
    ids=["too early", "a reply to somebody", "before the run"],
)
def test_what_does_not_stand_for_ours_parks_nothing(at_us, words) -> None:
    """Earlier than 30 min before, an answer to others, older than the run: nothing
    (SEMANTICS 6).
    """
    play = show(cue("day-one", post(), at="T-0"))
    play.give(max(at_us, START), seen(at_us, **words))
    play.run(T0 + MINUTE)

    assert "done" == play.state_of("day-one")
    assert [] == play.named("post_by_hand")


def test_after_its_due_it_is_always_near() -> None:
    """Late and parked for a day: what is posted then may stand for it (SEMANTICS 6)."""
    play = show(cue("day-one", post(), at="T-0"))
    play.call(T0 - SECOND, "silence", "ceo")
    look(play, T0 + 24 * 60 * MINUTE)
    play.run(T0 + 25 * 60 * MINUTE)

    assert "parked" == play.state_of("day-one")
    [found] = play.named("post_by_hand")
    assert "day-one" == found.cue


def test_the_second_post_by_hand_stands_for_the_next() -> None:
    """One post by hand parks one of ours (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0"), cue("two", post("2"), at="T+5m"))
    look(play, T0 - 2 * MINUTE)
    look(play, T0 - MINUTE, id="8")
    play.run(T0 + 6 * MINUTE)

    assert ["one", "two"] == [found.cue for found in play.named("post_by_hand")]
    assert ["parked", "parked"] == [play.state_of("one"), play.state_of("two")]


def test_the_same_post_seen_again_changes_nothing() -> None:
    """Looks overlap, also after a crash: each post counts once (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0"), cue("two", post("2"), at="T+5m"))
    look(play, T0 - 2 * MINUTE)
    look(play, T0 - MINUTE)
    play.run(T0 + 6 * MINUTE)

    assert 1 == len(play.named("post_by_hand"))
    assert "done" == play.state_of("two")


def test_beside_other_actions_only_the_post_stops() -> None:
    """The cue's scene still comes; its post waits for a person, as under silence
    (SEMANTICS 6).
    """
    play = show(cue("reveal", scene("Reveal"), post(), at="T-0"))
    look(play, T0 - MINUTE)
    play.run(T0 + MINUTE)

    assert 1 == len(play.sent("stage:main"))
    assert [] == play.sent("account:ceo")
    assert "parked" == play.state_of("reveal")


def test_of_a_group_only_that_accounts_post_stops() -> None:
    """The others' posts leave; the executive's is adopted (SEMANTICS 6)."""
    play = show(cue("both", post("1", account="company"), at="T-0"))
    look(play, T0 - MINUTE)
    play.call(T0 + MINUTE, "adopt", "both", account="ceo")
    play.run(T0 + 2 * MINUTE)

    assert ([], 1) == (play.sent("account:ceo"), len(play.sent("account:brand")))
    assert "done" == play.state_of("both")


# --- under embargo ---------------------------------------------------------------

LIFTS = (Lift(gate=OnAir(scene="Reveal")),)


def embargoed(**fields) -> dict[str, Embargo]:
    """One embargo, lifted by the reveal."""
    return {"car": Embargo(name="car", lifts=LIFTS, **fields)}


def test_under_a_closed_embargo_it_is_an_alarm_and_nothing_else() -> None:
    """A leak parks nothing; it stands as bad on every page (SEMANTICS 6)."""
    play = show(
        cue("reveal", scene("Reveal"), at="T-0"),
        cue("reveal-post", post(), after="reveal"),
        embargoes=embargoed(default=True),
    )
    look(play, T0 - MINUTE)
    play.run(T0 + MINUTE)

    [found] = play.named("post_by_hand")
    assert (None, ("car",)) == (found.cue, found.embargoes)
    assert "done" == play.state_of("reveal-post")
    health = play.engine.status(play.now_us)["health"]["hand:ceo"]
    assert "bad" == health["level"]
    assert URL in health["text"]


def test_an_open_embargo_raises_no_alarm() -> None:
    """Once it has lifted a post by hand is one like any other (SEMANTICS 6)."""
    play = show(
        cue("reveal", scene("Reveal"), at="T-0"),
        cue("reveal-post", post(), at="T+10m"),
        embargoes=embargoed(default=True),
    )
    look(play, T0 + MINUTE)
    play.run(T0 + 11 * MINUTE)

    assert "parked" == play.state_of("reveal-post")
    assert {} == play.engine.status(play.now_us)["health"]


def test_a_teaser_made_by_hand_parks_ours_and_still_alarms() -> None:
    """Nobody can tell a teaser from a leak: both (SEMANTICS 6)."""
    play = show(
        cue("tease", post("Soon."), at="T-10m", teaser=True),
        cue("reveal", scene("Reveal"), at="T-0"),
        embargoes=embargoed(default=True),
    )
    look(play, T0 - 11 * MINUTE)
    play.run(T0 + MINUTE)

    assert "parked" == play.state_of("tease")
    assert "hand:ceo" in play.engine.status(play.now_us)["health"]


# --- ours after all --------------------------------------------------------------


def test_our_own_post_is_never_taken_for_a_hand() -> None:
    """By its receipt, or by its words while it is under way (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0"), cue("two", post("2"), at="T+5m"))
    play.give(T0 + 50_000, seen(T0 + 40_000, text="1", id="ours"))
    play.run(T0 + SECOND)
    receipt = play.engine.state.cues["one"].actions["0"].receipt_id or ""
    play.give(T0 + 2 * SECOND, seen(T0 + 60_000, text="1", id=receipt))
    play.run(T0 + 6 * MINUTE)

    assert [] == play.named("post_by_hand")
    assert "done" == play.state_of("two")


def test_a_doubt_is_settled_by_what_is_found_later() -> None:
    """A receipt that is found later settles it (SEMANTICS 6)."""

    def lost(command):
        if command.__class__.__name__ == "Command":
            return [(SECOND, Ended(command.key, command.attempt, Answer.UNKNOWN))]
        return [(MINUTE, _settled(command))]

    play = Play(book(cue("one", post("1"), at="T-0"), accounts=accounts("watch")))
    play._answer = lost
    play.run(T0 + 2 * MINUTE)
    assert "in_doubt" == play.state_of("one")

    play.give(T0 + 3 * MINUTE, seen(T0 + SECOND, text=" 1 "))
    play.run(T0 + 4 * MINUTE)

    assert "done" == play.state_of("one")
    assert URL == play.engine.state.cues["one"].actions["0"].receipt_url


def _settled(command):
    from launchctl.show.inputs import Settled

    return Settled(command.command.key, command.command.attempt, Sight.ABSENT)


# --- when to look ----------------------------------------------------------------


def test_an_account_is_watched_only_while_it_matters() -> None:
    """From 30 min before the expected send until the post has left (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0"))
    engine = play.engine

    assert [] == engine.watched(T0 - 31 * MINUTE)
    assert ["ceo"] == engine.watched(T0 - 29 * MINUTE)
    play.call(T0 - MINUTE, "hold")
    play.run(T0 + MINUTE)
    assert ["ceo"] == engine.watched(T0 + MINUTE)
    play.call(T0 + 2 * MINUTE, "resume")
    play.run(T0 + 10 * MINUTE)
    assert [] == engine.watched(T0 + 10 * MINUTE)


def test_a_pinned_post_days_away_is_not_watched() -> None:
    """What is read costs money (SEMANTICS 6)."""
    far_us = T0 + 7 * 24 * 60 * MINUTE
    later = cue("week", post("1"), at=AtWall(at_us=far_us, written="").at_us)
    assert [] == show(later).engine.watched(T0)


# --- ask -------------------------------------------------------------------------


def test_asked_first_each_post_parks_when_due() -> None:
    """``by_hand: ask``: it waits for its owner's word; ``fire`` sends it
    (SEMANTICS 6).
    """
    play = show(cue("one", post("1"), at="T-0"), by_hand="ask")
    play.run(T0 + MINUTE)
    assert "parked" == play.state_of("one")
    assert "asked first" in play.named("cue_parked", "one")[0].reason

    play.call(T0 + 2 * MINUTE, "fire", "one")
    play.run(T0 + 3 * MINUTE)
    assert ("done", 1) == (play.state_of("one"), len(play.sent("account:ceo")))


def test_asked_first_a_go_is_no_yes() -> None:
    """GO is the caller's word, not the owner's (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0", go=("caller",)), by_hand="ask")
    play.call(T0 + SECOND, "go", "one")
    play.run(T0 + MINUTE)
    assert "parked" == play.state_of("one")


def test_whoever_posts_it_alone_gives_its_address() -> None:
    """I post it myself: parked until adopted (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0"), by_hand="ask")
    play.call(T0 + MINUTE, "adopt", "one", url=URL)
    play.run(T0 + 2 * MINUTE)
    assert ("done", []) == (play.state_of("one"), play.sent("account:ceo"))


def test_without_by_hand_nothing_changes() -> None:
    """Left out: no watching (SEMANTICS 6)."""
    play = show(cue("one", post("1"), at="T-0"), by_hand=None)
    assert [] == play.engine.watched(T0)
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("one")
