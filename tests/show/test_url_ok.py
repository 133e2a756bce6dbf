"""The gate url_ok: a page answered 2xx at most 10 s ago (SEMANTICS 5)."""

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Check, Embargo, Lift, UrlOk
from launchctl.show.commands import ProbeUrl
from launchctl.show.inputs import UrlSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, post, scene
from tests.show.play import Play, all_well

PAGE = "https://shop.example/m3?token=x"


def page(up_us, down_us=1 << 62):
    """A world in which the page is up from an instant on, until another."""

    def answer(command):
        if isinstance(command, ProbeUrl):
            now_us = answer.play.now_us
            is_up = up_us <= now_us < down_us
            detail = "it answers 200" if is_up else "it answers 404"
            return [(SECOND // 10, UrlSeen(command.url, ok=is_up, detail=detail))]
        return all_well(command)

    return answer


def show(answer, *cues, **fields):
    """A show whose page is asked for."""
    play = Play(book(*cues, cue("end", at="T+1h"), **fields), answer=answer)
    answer.play = play
    return play


def asked_us(play):
    """How often the page was asked for."""
    return len([c for c in play.commands if isinstance(c, ProbeUrl)])


def test_a_cue_waits_until_the_page_is_up():
    """SEMANTICS 5: open if it answered 2xx; asked every 2 s while the cue waits."""
    answer = page(T0 + 5 * SECOND)
    play = show(answer, cue("x", scene("A"), at="T-0", gate=(UrlOk(url=PAGE),)))
    play.run(T0 + SECOND)
    (closed,) = [row for row in play.engine.status(T0)["gates"] if row["cue"] == "x"]
    assert "url_ok: https://shop.example/m3" == closed["gate"]
    assert "the page is not up: it answers 404" == closed["why"]
    play.run(T0 + MINUTE)
    assert [T0 + 6_400_000] == play.fired_us("x")
    assert 4 == asked_us(play)
    assert [False, True] == [event.ok for event in play.named("url_seen")]


def test_nobody_asks_before_a_cue_waits():
    """SEMANTICS 5: gates are read from due on; before, no page is asked for."""
    play = show(page(0), cue("x", scene("A"), at="T-0", gate=(UrlOk(url=PAGE),)))
    play.run(T0 - 1)
    assert 0 == asked_us(play)


def test_an_answer_is_good_for_10_s():
    """SEMANTICS 5: 2xx at most 10 s ago; a page that went away closes the gate."""
    late = Check(check=parse_condition("t >= 30.0"))
    gates = (UrlOk(url=PAGE), late)
    gone = show(page(0, T0 + 10 * SECOND), cue("x", scene("A"), at="T-0", gate=gates))
    stays = show(page(0), cue("x", scene("A"), at="T-0", gate=gates))
    gone.run(T0 + 40 * SECOND)
    stays.run(T0 + 40 * SECOND)
    assert [] == gone.fired_us("x")
    assert [T0 + 30 * SECOND] == stays.fired_us("x")


def test_a_page_that_never_answers_is_asked_again():
    """SEMANTICS 5: unknown is closed; a lost answer does not end the asking."""

    def silent(command):
        return [] if isinstance(command, ProbeUrl) else all_well(command)

    play = show(silent, cue("x", scene("A"), at="T-0", gate=(UrlOk(url=PAGE),)))
    play.run(T0 + 13 * SECOND)
    assert 3 == asked_us(play)
    assert "waiting" == play.state_of("x")


def test_a_page_can_lift_an_embargo():
    """SEMANTICS 5: a lift is any gate; it latches when it first holds."""
    lifts = (Lift(gate=UrlOk(url=PAGE)),)
    play = show(
        page(T0 + 5 * SECOND, T0 + 7 * SECOND),
        cue("x", post(), at="T-0"),
        cue("y", post("later"), at="T+5m"),
        embargoes={"car": Embargo(name="car", default=True, lifts=lifts)},
    )
    play.run(T0 + 10 * MINUTE)
    assert [T0 + 6_400_000] == play.fired_us("x")
    assert [T0 + 5 * MINUTE] == play.fired_us("y")
