"""The evening of runbooks/hybrid-keynote.yaml: what leaves on six accounts of four
networks, in which order, and what keeps it back.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from launchctl.runbook import load
from launchctl.show.commands import AnyCommand, Command
from launchctl.show.inputs import (
    Answer,
    Ended,
    FilmSeen,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    StageSeen,
)
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND, Micros
from tests.show.play import Play, Reply, all_well

SHOW = Path(__file__).parents[2] / "runbooks" / "hybrid-keynote.yaml"
LAG = 20 * MILLISECOND
ADHOC = "Ad-hoc-Mitteilung ist veröffentlicht"
ACCOUNTS = ("ceo-x", "ceo-li", "brand-x-de", "brand-x-en", "brand-bsky", "brand-masto")
BRANDS = {"brand-x-de", "brand-x-en", "brand-bsky", "brand-masto"}
AFTER_THE_REVEAL = [
    "shop-flip",
    "ceo-post",
    "press-release",
    "marke",
    "weitersagen",
    "newsletter",
    "einzelheiten",
]


def projector(command: AnyCommand) -> Reply:
    """Films play to their end, on both mixers; all else is well at once."""
    if isinstance(command, Command) and command.action.kind == "media":
        ends_us = LAG + command.action.media.length_us
        ended = Ended(
            command.key,
            command.attempt,
            Answer.OK,
            confirmed_us=command.sent_after_us + ends_us,
        )
        seen = FilmSeen(command.key, command.attempt, command.sent_after_us + LAG)
        return [(LAG, seen), (ends_us, ended)]
    return all_well(command)


class Evening:
    """The show as its people and its far ends play it, until just before the demo's
    answer; instants are minutes and seconds after 19:00.
    """

    def __init__(self, *, adhoc: bool = True) -> None:
        runbook = load(SHOW, environ={})
        assert runbook.t0_us is not None
        self.t0_us = runbook.t0_us
        self.play = Play(runbook, self.t0_us - 90 * MINUTE, answer=projector)
        for stage in runbook.stages:
            self.streams(stage, -89, 0, "Countdown", on=False)
        for cue in ("gleich", "ceo-post", "ceo-post-linkedin", "marke", "einzelheiten"):
            self.call(-88, 0, "approve", cue, roles={"comms"}, by="mia")
            self.call(-88, 1, "approve", cue, roles={"legal"}, by="leo")
        for cue in ("zahl-post", "ausverkauft"):
            for role in ("comms", "legal", "ir"):
                self.call(-87, 0, "approve", cue, roles={role}, by=role)
        if adhoc:
            self.tell_the_exchange(-40)
        self.call(-39, 0, "confirm", "adhoc", roles={"ir"}, evidence="https://eqs/1")
        for stage, output in (("main", "live"), ("backup", "spare")):
            self.streams(stage, -20, 1, "Countdown")
            self.edge(output, -20, 15)
        for role in ("caller", "comms", "legal", "commerce", "video"):
            self.call(-4, 0, "vote", "final-poll", roles={role}, by=role, vote="go")
        self.call(0, 1, "go", "opening")
        self.call(14, 0, "go", "handover")
        self.call(18, 0, "go", "demo-cam")
        self.call(19, 0, "go", "demo")

    def us(self, minute: int, second: float = 0) -> Micros:
        """An instant of the evening."""
        return self.t0_us + minute * MINUTE + int(second * SECOND)

    def call(self, minute: int, second: float, *call: str, **fields: Any) -> str:
        """A person's call."""
        return self.play.call(self.us(minute, second), *call, **fields)

    def tell_the_exchange(self, minute: int) -> None:
        """Investor relations record the notice."""
        url = "https://eqs.example/1"
        self.call(minute, 0, "confirm", ADHOC, roles={"ir"}, evidence=url)

    def streams(
        self, stage: str, minute: int, second: int, program: str, *, on: bool = True
    ) -> None:
        """A mixer says what is on program, and whether it streams."""
        seen = StageSeen(
            stage, connected=True, program=program, streaming=on, reconnecting=False
        )
        self.play.give(self.us(minute, second), seen)

    def edge(self, output: str, minute: int, second: int) -> None:
        """The viewers' edge moves."""
        at_us = self.us(minute, second)
        self.play.give(at_us, OutputSeen(output, moving=True, moved_us=at_us))

    def until(self, minute: int, second: float = 0) -> None:
        """Play to this instant."""
        self.play.run(self.us(minute, second))

    def revealed(self) -> None:
        """The demo works, the film runs from 19:23, and GO for the reveal at 19:26."""
        self.call(19, 10, "choose", "demo", option="geklappt")
        self.call(23, 0, "go", "film")
        self.call(26, 0, "go", "reveal")
        self.until(26)

    def posts_by_hand(self, minute: int, second: int) -> None:
        """She posts from her phone."""
        at_us = self.us(minute, second)
        seen = PostSeen(
            "ceo-x", "77", "https://x.com/annabrandt/status/77", "Da!", at_us
        )
        self.play.give(at_us, seen)

    def left(self) -> list[str]:
        """The cues whose posts and calls left after T-0, each once, in order."""
        return list(
            dict.fromkeys(
                command.cue
                for command in self.play.commands
                if isinstance(command, Command)
                and str(command.effect) == "once"
                and command.sent_after_us > self.us(20)
                and command.target.split(":")[0] in ("account", "http")
            )
        )

    def texts(self, account: str) -> list[str]:
        """What went out under an account."""
        sent = self.play.sent(f"account:{account}")
        return [str(command.content["text"]) for command in sent]


def test_every_account_says_it_in_its_language() -> None:
    """SEMANTICS 6: one cue, four networks, two languages; the teaser is no leak."""
    evening = Evening()
    evening.until(-58)
    said = {name: evening.texts(name) for name in ACCOUNTS}
    assert {name for name in ACCOUNTS if said[name]} == BRANDS
    german, english = said["brand-masto"][0], said["brand-bsky"][0]
    assert (german[:9], english[:9]) == ("In einer ", "In an hou")
    assert ([german], [english]) == (said["brand-x-de"], said["brand-x-en"])


def test_nothing_leaves_before_the_slower_viewers_have_seen_it() -> None:
    """SEMANTICS 5: GO cuts the room and both mixers at once; posts, shop and wire wait
    for 20 s of the spare's viewers.
    """
    evening = Evening()
    evening.revealed()
    evening.until(26, 20)
    for stage in ("main", "backup", "wall"):
        scenes = [
            c.action.scene
            for c in evening.play.sent(f"stage:{stage}")
            if c.action.kind == "scene"
        ]
        assert "Reveal" == scenes[-1]
    assert "open" == str(evening.play.engine.state.counter)
    assert [] == evening.left()
    evening.until(27)
    assert "shop-flip" == evening.left()[0]


def test_what_leaves_comes_in_order_and_never_in_a_burst() -> None:
    """SEMANTICS 5, 9.9: hers before the house's, links after the shop, a late cue every
    2 s; what she is asked about on LinkedIn waits for her word.
    """
    evening = Evening()
    evening.revealed()
    evening.until(28)
    assert sorted(AFTER_THE_REVEAL) == sorted(evening.left())
    fired = {cue: evening.play.fired_us(cue)[0] for cue in evening.left()}
    assert fired["ceo-post"] < fired["marke"] < fired["einzelheiten"]
    assert fired["shop-flip"] < fired["newsletter"]
    assert fired["shop-flip"] < fired["marke"]
    late = sorted(fired[cue] for cue in ("shop-flip", "ceo-post", "press-release"))
    assert [2 * SECOND] * 2 == [b - a for a, b in pairwise(late)]
    assert "parked" == evening.play.state_of("ceo-post-linkedin")
    evening.call(29, 0, "fire", "ceo-post-linkedin")
    evening.until(30)
    assert 1 == len(evening.texts("ceo-li"))


def test_the_house_passes_on_her_post_and_tells_more_in_a_thread() -> None:
    """SEMANTICS 6: a repost hangs on her receipt, each part of a thread on the one
    before.
    """
    evening = Evening()
    evening.revealed()
    evening.until(28)
    [hers] = evening.play.sent("account:ceo-x")
    [again] = [
        c for c in evening.play.sent("account:brand-x-de") if c.cue == "weitersagen"
    ]
    assert f"id-{hers.key}" == again.content["repost"]
    parts = [
        c for c in evening.play.sent("account:brand-bsky") if c.cue == "einzelheiten"
    ]
    assert [None, f"id-{parts[0].key}", f"id-{parts[1].key}"] == [
        part.content["reply_to"] for part in parts
    ]


def test_without_the_notice_to_the_exchange_nothing_leaves() -> None:
    """SEMANTICS 5, 9.7: seen is not enough; not even fire goes round it. Recorded late,
    all of it leaves.
    """
    evening = Evening(adhoc=False)
    evening.revealed()
    evening.call(27, 0, "fire", "ceo-post")
    evening.until(29)
    assert [] == evening.left()
    evening.tell_the_exchange(30)
    evening.until(32)
    assert sorted(AFTER_THE_REVEAL) == sorted(evening.left())


def test_a_demo_that_nobody_answers_for_has_failed_and_the_film_shows_it() -> None:
    """SEMANTICS 4 choice: after 45 s the default is taken, the other half is not; the
    film of the show waits for a GO all the same.
    """
    evening = Evening()
    evening.until(19, 44)
    assert "running" == evening.play.state_of("demo")
    evening.until(19, 46)
    assert [evening.us(19, 45)] == evening.play.fired_us("demofilm")
    evening.until(20, 30)
    assert "not_taken" == evening.play.state_of("zurueck")
    assert "done" == evening.play.state_of("nach-demofilm")
    assert "standby" == evening.play.state_of("film")


def test_a_demo_that_works_goes_back_to_the_stage() -> None:
    """SEMANTICS 4 choice: one key."""
    evening = Evening()
    evening.call(19, 20, "choose", "demo", option="geklappt")
    evening.until(20)
    assert "done" == evening.play.state_of("zurueck")
    assert "not_taken" == evening.play.state_of("demofilm")


def test_the_wall_is_dark_before_the_film_ends() -> None:
    """SEMANTICS 6 film: its end less 20 s, while it plays uncut."""
    evening = Evening()
    evening.revealed()
    assert [evening.us(24, 54) + LAG] == evening.play.fired_us("wand-dunkel")
    assert [evening.us(25, 14) + LAG] == evening.play.fired_us("buehne")


def test_she_posts_from_her_phone_and_ours_steps_back() -> None:
    """SEMANTICS 6 Hands: a second before ours leaves hers stands there: ours parks, and
    once hers is adopted it carries the repost; the house waits two minutes at most.
    """
    evening = Evening()
    evening.revealed()
    evening.posts_by_hand(26, 21)
    evening.until(27)
    assert "parked" == evening.play.state_of("ceo-post")
    assert [] == evening.texts("ceo-x")
    evening.until(28, 30)
    assert "done" == evening.play.state_of("marke")
    evening.call(28, 35, "adopt", "ceo-post")
    evening.until(29)
    assert "done" == evening.play.state_of("ceo-post")
    assert [] == evening.texts("ceo-x")
    sent = evening.play.sent("account:brand-x-de")
    [again] = [command for command in sent if command.cue == "weitersagen"]
    assert "77" == again.content["repost"]


def test_a_post_of_hers_before_viewers_have_seen_it_is_an_alarm() -> None:
    """SEMANTICS 6 Hands: under the embargo it triggers nothing."""
    evening = Evening()
    evening.revealed()
    evening.posts_by_hand(26, 10)
    evening.until(26, 15)
    [alarm] = evening.play.named("post_by_hand")
    assert ("lumo",) == tuple(alarm.embargoes)
    assert "waiting" == evening.play.state_of("ceo-post")


def test_the_number_that_is_said_is_the_one_that_is_posted() -> None:
    """SEMANTICS 5 figure: of the quarter of an hour that it names, though the GO comes
    late; said, shown and posted alike.
    """
    evening = Evening()
    evening.revealed()
    for minute in range(41, 46):
        at_us = evening.us(minute, 50)
        evening.play.give(at_us, _orders(1234, at_us))
    evening.call(44, 0, "go", "zahl")
    evening.until(46)
    [asked] = evening.play.named("figure_asked")
    assert evening.us(41) == asked.as_of_us
    said = evening.play.engine.state.said["stage"]
    assert "1.000 in der ersten Viertelstunde" == said[0]
    assert evening.texts("ceo-x")[-1].startswith("1.000 Vorbestellungen")


def test_sold_out_voids_what_still_says_buy() -> None:
    """SEMANTICS 8 retire: units, not orders; the house's post that had not left is
    void, and says instead that there is a waiting list.
    """
    evening = Evening(adhoc=False)
    evening.revealed()
    evening.play.give(evening.us(27), _orders(5000, evening.us(27)))
    evening.until(27, 1)
    evening.tell_the_exchange(28)
    evening.until(31)
    assert "skipped" == evening.play.state_of("marke")
    assert all(
        "Warteliste" in text or "waiting list" in text
        for name in BRANDS
        for text in evening.texts(name)[1:2]
    )


def test_a_wrong_price_is_silence_and_one_correction() -> None:
    """SEMANTICS 6: all accounts fall silent; the correction alone may leave, approved
    by both, once people have said that the wrong ones are gone.
    """
    evening = Evening()
    evening.revealed()
    evening.call(26, 40, "call", "falscher-preis")
    evening.until(29)
    before = {name: len(evening.texts(name)) for name in ACCOUNTS}
    evening.call(30, 0, "confirm", "loeschen", roles={"comms"}, evidence="https://l/1")
    evening.until(31)
    assert before == {name: len(evening.texts(name)) for name in ACCOUNTS}
    for role in ("comms", "legal"):
        evening.call(32, 0, "approve", "richtigstellung", roles={role}, by=role)
    evening.until(33)
    grown = {n for n in ACCOUNTS if len(evening.texts(n)) > before[n]}
    assert {"brand-x-de", "brand-masto"} == grown


def test_a_keynote_that_runs_over_is_told_that_the_wire_is_first() -> None:
    """SEMANTICS 5 others_lift: a quarter of an hour before 19:40 the expected reveal is
    looked at; here a hold has moved it behind.
    """
    evening = Evening()
    evening.call(19, 10, "choose", "demo", option="geklappt")
    evening.until(25, 1)
    assert [] == evening.play.named("embargo_warned")
    late = Evening()
    late.call(1, 0, "hold")
    late.until(25, 1)
    assert 1 == len(late.play.named("embargo_warned"))


def test_the_hall_ends_it_by_the_wall_clock() -> None:
    """SEMANTICS 1: both streams stop at 20:00, whatever was held."""
    evening = Evening()
    evening.call(19, 30, "hold")
    evening.until(61)
    assert [evening.us(60)] == evening.play.fired_us("off")
    assert HOUR == evening.us(60) - evening.t0_us


def _orders(units: int, complete_us: Micros) -> OrdersSeen:
    values = {"placed": units, "units": units, "net_units": units}
    return OrdersSeen(values, complete_us)
