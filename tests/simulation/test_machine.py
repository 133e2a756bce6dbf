"""Hypothesis plays: it chooses the runbook, the calls, the troubles and the crashes,
and makes what breaks as small as it can. All invariants are checked after every step.
"""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from launchctl.show.inputs import ClockStepped, FigureTaken, OrdersSeen
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND
from tests.simulation.books import generate
from tests.simulation.draft import ACCOUNTS, SCENES
from tests.simulation.people import VERBS, People
from tests.simulation.simulate import bring_to_its_end
from tests.simulation.world import World, replay

STAGES = st.sampled_from(("main", "side"))


class Show(RuleBasedStateMachine):
    """One show in a made-up world; ``World`` checks, and raises ``BrokenError``."""

    world: World
    people: People

    @initialize(chance=st.integers(0, 2**32), trouble=st.sampled_from((0.0, 0.2, 0.6)))
    def begin(self, chance, trouble):
        """A runbook, and a world with some trouble in it."""
        rng = Random(chance)
        self.world = World(generate(rng), rng, trouble=trouble)
        self.people = People(self.world, rng)

    @rule(verb=st.sampled_from([verb for verb, _ in VERBS]))
    def call(self, verb):
        """Somebody calls."""
        self.world.call(self.people.call(verb))

    @rule(verb=st.sampled_from(("go", "resume", "fire", "approve", "settle", "choose")))
    def call_well(self, verb):
        """Somebody calls what the show most wants."""
        self.world.call(self.people.call(verb))

    @rule()
    def call_again(self):
        """A call comes a second time, under the same id."""
        if self.people.given:
            self.world.call(self.people.given[-1])

    @rule(span=st.sampled_from((MILLISECOND, SECOND, 10 * SECOND, MINUTE, 5 * MINUTE)))
    def wait(self, span):
        """Time passes, and the machine wakes when it must."""
        self.world.advance(self.world.now_us + span)

    @rule(span=st.sampled_from((SECOND, 3 * MINUTE, HOUR, 30 * HOUR)))
    def sleep(self, span):
        """The machine sleeps through it all."""
        self.world.step(self.world.now_us + span)

    @rule(skew=st.sampled_from((-60, -1, 1, 60)))
    def step_of_the_wall_clock(self, skew):
        """The wall clock leaves its skew."""
        self.world.give(ClockStepped(skew * SECOND))

    @rule(stage=STAGES, scene=st.sampled_from((*SCENES, "Other")))
    def cut(self, stage, scene):
        """A hand at the mixer."""
        self.world.far.cut_by_hand(stage, scene)

    @rule(stage=STAGES, online=st.booleans(), restarted=st.booleans())
    def plug(self, stage, online, restarted):
        """A mixer goes or comes, its state lost or not."""
        self.world.far.plug(stage, online=online, restarted=restarted)

    @rule(stage=STAGES, span=st.sampled_from((2, 15)), stop=st.booleans())
    def film(self, stage, span, stop):
        """A film stands for a while, or is stopped."""
        if stop:
            self.world.far.interrupt(stage, "somebody stopped it")
        else:
            self.world.far.pause(stage, span * SECOND)

    @rule(output=st.sampled_from(("live", "spare")))
    def edge(self, output):
        """What viewers get moves on, stands, or comes later."""
        self.world.far.output(output)

    @rule(account=st.sampled_from(ACCOUNTS))
    def post(self, account):
        """An owner posts alone."""
        self.world.far.post_by_hand(account)

    @rule()
    def recycle(self):
        """T goes back, and on: the list is shown, and confirmed."""
        for verb in ("recycle", None, "resume"):
            self.world.call(self.people.call(verb))

    @rule(units=st.sampled_from((0, 100, 500)), age=st.sampled_from((0, 10, None)))
    def count(self, units, age):
        """A sample of the orders."""
        complete_us = None if age is None else self.world.now_us - age * SECOND
        self.world.give(OrdersSeen({"units": units}, complete_us))

    @rule(value=st.sampled_from((5, 500, 5_000)))
    def figure(self, value):
        """A figure comes, asked for or not, perhaps a second time."""
        self.world.give(FigureTaken("sold", value, 7))

    @rule(lose=st.booleans())
    def crash(self, lose):
        """The process dies; another folds the journal and goes on."""
        self.world.crash(lose=lose)

    @invariant()
    def an_end_is_an_end(self):
        """A finished show asks for nothing more."""
        if hasattr(self, "world") and self.world.engine.finished:
            assert self.world.engine.step(self.world.now_us).deadline_us is None

    def teardown(self):
        """However it went, people can bring it to its end; and it can be replayed."""
        if hasattr(self, "world"):
            bring_to_its_end(self.world, self.people)
            self.world.finish()
            replay(self.world.trace)


Show.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestShow = Show.TestCase
