"""People at the console of a rehearsal in virtual time: they are asked, and time waits.

Whenever the show waits for somebody, whoever sits there says what that person says. The
loop stands still while they think, so that no time passes for the show, and each answer
is an ordinary call. The same answers give the same journal.
"""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from typer.exceptions import TyperException

from launchctl.cli import steer, steer_posts, steer_time, verb
from launchctl.cli.calls import Way, Wish
from launchctl.cli.console_desk import ConsoleDesk
from launchctl.cli.texts import find_posts, in_words
from launchctl.cli.words import line_in_words, t_clock
from launchctl.errors import InputError, LaunchError
from launchctl.rehearsal.backstage import Backstage
from launchctl.rehearsal.pressing import Deed, People
from launchctl.rehearsal.questions import EVIDENCE, Question, questions
from launchctl.rehearsal.recorded import script_of
from launchctl.rehearsal.willing import THINKS_US
from launchctl.show.status import Status
from launchctl.store.base import Line
from launchctl.times import MINUTE, SECOND, Micros, parse_span

_SPOKEN = (steer, steer_posts, steer_time)
"""Their verbs can be said here."""
_HELP = """\
Enter says yes. n: no, or no answer. w 30s: ask again then. q: nobody answers any more.
Or say a call as on the command line: hold breath, skip CUE, settle CUE not-sent ..."""
_AGAIN_US = 10 * MINUTE
"""What was answered and is still asked, is asked again after so long."""
_NEWS = frozenset(
    {"fired", "cue_parked", "cue_skipped", "hold_opened", "hold_released", "recycled"}
)
_AT_MOST = 6
"""Lines of what happened since the last question."""

Ask = Callable[[str], str | None]
"""Shows a prompt and gives the line that was said; None: nobody is there any more."""


def at_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_line(prompt: str) -> str | None:
    """Ask on the terminal. Ctrl-C ends the program at once: the handler of a loop that
    stands still would only note it.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(prompt)
    except EOFError:
        print()
        return None
    finally:
        signal.signal(signal.SIGINT, before)


class PeopleAtConsole:
    """One person who answers for everybody.

    Args:
        ask: how they are asked.

    Attributes:
        left: they went away before the show was over.
    """

    def __init__(self, ask: Ask = ask_line) -> None:
        self.left = False
        self._ask = ask
        self._desk: ConsoleDesk
        self._due: dict[tuple[Question, str], Micros | None] = {}
        """When each question is put; None: not any more."""
        self._told = 0

    def deeds(self, lines: Sequence[Line]) -> list[Deed]:
        """What became of each call, by the journal."""
        return self._desk.deeds(lines)

    async def play(self, backstage: Backstage) -> None:
        """Answer for everybody, until the show is over or they leave."""
        show, clock = backstage.show, backstage.clock
        people = People(show, backstage.inbox, clock, show.wait, confirms=False)
        self._desk = ConsoleDesk(backstage, people)
        print(f"REHEARSAL: you answer for everybody. Time waits for you.\n{_HELP}")
        while not self.left:
            status = await people.look()
            now_us = clock.now_us()
            self._learn(status, backstage, now_us)
            coming = [(at, key) for key, at in self._due.items() if at is not None]
            at_us, key = min(coming, key=lambda each: each[0], default=(None, None))
            if key is not None and at_us is not None and at_us <= now_us:
                self._due[key] = await self._put(key[0], status, now_us)
                continue
            if at_us is not None:
                backstage.mean(at_us)
            await show.wait(None if at_us is None else (at_us - now_us) / SECOND)

    def _learn(self, status: Status, backstage: Backstage, now_us: Micros) -> None:
        """What is asked now; what is asked no more is forgotten."""
        thought_us = now_us + THINKS_US
        self._due = {
            (each, each.mark): self._due.get(
                (each, each.mark), max(each.at_us, thought_us)
            )
            for each in questions(status, backstage.show.runbook)
        }

    async def _put(
        self, question: Question, status: Status, now_us: Micros
    ) -> Micros | None:
        """Ask, and do what is said; when to ask the same again, None: not any more."""
        await self._tell(question, status)
        said = self._ask("> ")
        words = (said or "").strip()
        try:
            match words.split():
                case [] if said is not None:
                    return await self._say(question, dict(question.args), now_us)
                case [] | ["q" | "quit"]:
                    self.left = True
                case ["n"] if question.verb == "vote":
                    no = {**dict(question.args), "vote": "no"}
                    return await self._say(question, no, now_us)
                case ["n"]:
                    return None
                case ["w", span]:
                    return now_us + parse_span(span)
                case [option] if option in question.options:
                    return await self._say(question, {"option": option}, now_us)
                case ["?" | "help"]:
                    print(_HELP)
                case _:
                    await self._obey(words)
        except (ValueError, LaunchError) as error:
            print(error)
        return self._due[question, question.mark]  # it is still asked, and first

    async def _say(
        self, question: Question, args: dict[str, str], now_us: Micros
    ) -> Micros:
        if question.verb == "confirm":
            args["evidence"] = EVIDENCE
        seen = self._desk.backstage.show.seq
        self._desk.way, self._desk.person = Way(), question.person
        wish = Wish(question.verb, question.target, args, seen)
        answer = await self._desk.call(wish)
        if answer.accepted:
            return now_us + _AGAIN_US
        verb.print_answer(answer)
        return now_us

    async def _obey(self, words: str) -> None:
        """A call as on the command line.

        Raises:
            InputError: it cannot be read.
            LaunchError: as the verb does.
        """
        try:
            work, way = verb.said(shlex.split(words))
        except (TyperException, typer.Exit) as error:
            said = error.format_message() if isinstance(error, TyperException) else ""
            raise InputError(said or _HELP) from None
        self._desk.way, self._desk.person = way, ""
        for answer in await work(self._desk, way):
            verb.print_answer(answer)

    async def _tell(self, question: Question, status: Status) -> None:
        """What happened since, and what is asked, of whom."""
        lines = await self._desk.backstage.show.lines(self._told)
        self._told += len(lines)
        news = [line_in_words(line) for line in lines if line["event"] in _NEWS]
        if len(news) > _AT_MOST:
            print(f"... {len(news) - _AT_MOST} more")
        for line in news[-_AT_MOST:]:
            print(line)
        if question.verb == "approve":
            for post in find_posts(status, question.target):
                print(in_words(post))
        options = f" ({', '.join(question.options)})" if question.options else ""
        clock = t_clock(status["t_s"])
        print(f"{clock}  {question.role}: {question.words}?{options}")


def offer_script(deeds: Sequence[Deed], file: Path, ask: Ask = ask_line) -> None:
    """Offer to write down what was said, where the next rehearsal finds it.

    Raises:
        InputError: the file cannot be written.
    """
    steps = [deed.step for deed in deeds if deed.accepted]
    if not steps:
        return
    script = file.with_suffix(".people.yaml")
    said = ask(f"\nWrite what you said to {script}? [Y/n] ")
    if said is None or said.strip().lower() not in {"", "y", "yes"}:
        return
    _, text = script_of(steps, str(script))
    try:
        with script.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise InputError(f"{script} cannot be written: {error.strerror}") from None
    print(f"launch rehearse {file} says them again")
