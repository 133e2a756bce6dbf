"""The people of a rehearsal: they act when their trigger holds, through the inbox."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from launchctl.clock import Origin
from launchctl.rehearsal import people
from launchctl.rehearsal.people import play
from launchctl.rehearsal.script import parse_script
from launchctl.times import parse_instant

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from statuses import a_cue, a_line, a_post, a_status


class RecordedRun:
    """A fake run: viewer and inbox in one; answers each call by ``refusals``."""

    def __init__(self, status, lines=(), refusals=()):
        self._status = status
        self._lines = [*lines]
        self._refusals = [*refusals]
        self.calls = []

    @property
    def seq(self):
        """The last line's."""
        return len(self._lines)

    def status(self):
        """The show."""
        return self._status

    async def lines(self, after=0):
        """Lines behind ``after``."""
        return self._lines[after:]

    async def put(self, call):
        """Record the call and answer it at once."""
        self.calls.append(call)
        reason = self._refusals.pop(0) if self._refusals else None
        event = "call_refused" if reason else "call_accepted"
        shown = {"digest": reason} if str(reason).startswith("list ") else {}
        line = a_line(self.seq + 1, event, call=call.id, reason=reason, **shown)
        self._lines.append(line)
        return len(self.calls)


async def played(run, steps, speed=1000.0):
    """Play lines of a script on a fake run; what became of them."""
    text = "people: 1\nscript:\n" + "".join(f"  - {step}\n" for step in steps)
    return await play(parse_script(text, "s.yaml"), run, run, Origin.here(speed=speed))


ADA = "by: Ada, role: caller"


async def test_at_acts_once_t_is_reached():
    """T-10m has come when T is T-10m; T-5m has not, and the show ends before."""
    run = RecordedRun(a_status(t_s=-600.0))
    (deed,) = await played(run, [f"{{at: T-10m, {ADA}, do: hold, target: breath}}"])

    (call,) = run.calls
    assert ("Ada", frozenset({"caller"}), "hold", "breath") == (
        call.by,
        call.roles,
        call.verb,
        call.target,
    )
    assert (True, 1) == (deed.accepted, deed.presses)


@pytest.mark.parametrize(
    "step",
    [
        f"{{at: T-5m, {ADA}, do: end}}",
        f"{{after: film, {ADA}, do: end}}",
        f"{{standby: film, {ADA}, do: end}}",
        f"{{event: never, {ADA}, do: end}}",
    ],
)
async def test_a_line_whose_trigger_never_holds_is_not_played(step):
    """The show is over, and the script with it."""
    run = RecordedRun(a_status(t_s=-600.0, cues=[a_cue("film", "running")]))
    end = f"{{at: T-10m, {ADA}, do: abort}}"

    async def end_the_show(call):
        position = await RecordedRun.put(run, call)
        run._status = a_status(state="aborted")
        return position

    run.put = end_the_show
    await played(run, [step, end])

    assert ["abort"] == [call.verb for call in run.calls]


async def test_after_acts_when_the_cue_is_done():
    """And not while it runs."""
    run = RecordedRun(a_status(cues=[a_cue("film", "done")]))
    await played(run, [f"{{after: film, {ADA}, do: counter, target: open}}"])

    assert [("counter", "open")] == [(call.verb, call.target) for call in run.calls]


async def test_standby_acts_when_the_cue_stands_by_and_the_wait_is_over():
    """GO names what it saw, and the seq it saw."""
    run = RecordedRun(
        a_status(standby={"caller": {"cue": "reveal", "seq": 1}}),
        [a_line(1, "standby", cue="reveal")],
    )
    began_us = parse_instant(run.status()["at"])
    await played(run, [f"{{standby: reveal, wait: 3s, {ADA}, do: go, target: reveal}}"])

    (call,) = run.calls
    assert ("go", "reveal", 1) == (call.verb, call.target, call.seen)
    assert call.at_us > began_us


async def test_an_event_in_the_journal_is_a_trigger():
    """By its name, whenever it came."""
    run = RecordedRun(a_status(), [a_line(1, "hold_opened", name="sound")])
    await played(run, [f"{{event: hold_opened, {ADA}, do: resume, target: sound}}"])

    assert ["resume"] == [call.verb for call in run.calls]


async def test_an_approval_names_the_digest_of_each_text():
    """People approve the text they see, in each of a group's accounts."""
    posts = [a_post("p", "d1"), a_post("p", "d2", account="brand"), a_post("q", "d3")]
    run = RecordedRun(a_status(posts=posts, t_s=0.0))
    await played(run, ["{at: T, by: Ben, role: comms, do: approve, target: p}"])

    assert ["d1", "d2"] == [call.target for call in run.calls]


async def test_a_press_that_came_too_late_is_repeated_with_a_new_id():
    """As a person does, who looks again first."""
    run = RecordedRun(a_status(t_s=0.0), refusals=["it expired", "stale: look again"])
    (deed,) = await played(run, [f"{{at: T, {ADA}, do: go, target: reveal}}"])

    assert (True, 3) == (deed.accepted, deed.presses)
    assert 3 == len({call.id for call in run.calls})


async def test_who_is_shown_a_list_reads_it_and_confirms_it():
    """SEMANTICS 8: a recycle acts on the shown list; a changed one is read anew."""
    run = RecordedRun(a_status(t_s=0.0), refusals=["list 1", "list 2"])
    (deed,) = await played(run, [f"{{at: T, {ADA}, do: recycle, target: T-10m}}"])

    assert (True, 3) == (deed.accepted, deed.presses)
    assert [None, "list 1", "list 2"] == [c.args.get("digest") for c in run.calls]


async def test_a_refusal_is_taken_as_the_answer():
    """Nobody argues with a closed hold; the deed says why."""
    run = RecordedRun(a_status(t_s=0.0), refusals=["a hold is open"])
    (deed,) = await played(run, [f"{{at: T, {ADA}, do: go, target: reveal}}"])

    assert (False, "a hold is open", 1) == (deed.accepted, deed.reason, deed.presses)


def _held(name, since="2016-04-01T03:19:30.000000Z"):
    return {
        "name": name,
        "kind": "machine",
        "reason": "",
        "since": since,
        "until": None,
        "release": ["caller"],
    }


async def test_a_hold_is_resumed_by_its_own_name():
    """The line names a pattern; the call names the hold."""
    run = RecordedRun(a_status(holds=[_held("sound"), _held("late:film")]))
    await played(run, [f'{{hold: "late:*", {ADA}, do: resume}}'])

    assert ["late:film"] == [call.target for call in run.calls]


async def test_every_hold_that_fits_is_resumed_once():
    """Again when it opens again, not because it is still there."""
    run = RecordedRun(a_status(holds=[_held("late:a"), _held("late:b")]))
    answer = run.put

    async def and_end_the_show(call):
        position = await answer(call)
        if len(run.calls) == 2:
            again = _held("late:a", since="2016-04-01T03:19:40.000000Z")
            run._status = a_status(holds=[again])
        if len(run.calls) == 3:
            run._status = a_status(state="complete")
        return position

    run.put = and_end_the_show
    await played(run, [f'{{hold: "late:*", every: true, {ADA}, do: resume}}'])

    assert ["late:a", "late:b", "late:a"] == [call.target for call in run.calls]
    assert 3 == len({call.id for call in run.calls})


async def test_what_opens_anew_for_ever_is_not_resumed_for_ever(monkeypatch):
    """A poll that nobody votes in opens its hold each time it asks again."""
    monkeypatch.setattr(people, "_EVERY_AT_MOST", 3)
    run = RecordedRun(a_status(holds=[_held("poll:ask")]))
    answer = run.put

    async def and_ask_again(call):
        position = await answer(call)
        since = f"2016-04-01T03:20:{len(run.calls):02}.000000Z"
        run._status = a_status(holds=[_held("poll:ask", since=since)])
        return position

    run.put = and_ask_again
    await played(run, [f'{{hold: "*", every: true, {ADA}, do: resume}}'])

    assert ["poll:ask"] * 3 == [call.target for call in run.calls]
