"""What the far ends' own records must be caught to say: each is falsified once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launchctl.rehearsal.emulators.obs import Asked
from launchctl.rehearsal.rehearse import Rehearsed
from launchctl.times import HOUR, SECOND
from tests.simulation import whole
from tests.simulation.whole import WholeBrokeError, play_whole
from tests.simulation.whole_far_ends import judge
from tests.simulation.whole_recorded import Record

SEED = 0
"""A show that posts, calls the shop and sells."""


def _unpublished(done: Rehearsed, _record: Record) -> None:
    network: Any = done.backstage.world.networks["x"]
    network.publisher.posts.clear()


def _published_by_nobody(done: Rehearsed, _record: Record) -> None:
    network: Any = done.backstage.world.networks["x"]
    network.post_by_hand("ceo", "Nobody wrote this.")


def _called_again(done: Rehearsed, _record: Record) -> None:
    acted = done.backstage.world.web.acted
    acted += [*acted] * 3


def _sold_more(_done: Rehearsed, record: Record) -> None:
    last = record.handed[-1]
    more = last._replace(event_id="more", order_id="more", currency="USD", quantity=1)
    record.handed.append(more)


def _counted_back(done: Rehearsed, _record: Record) -> None:
    history = done.backstage.world.stages["main"].world.text_history
    history += [("Counter", "5", 0.0), ("Counter", "3", 0.0)]


def _cut_back(done: Rehearsed, record: Record) -> None:
    mixer = done.backstage.world.stages["main"]
    at_us = done.backstage.clock.now_us() + HOUR
    record.cuts.append((mixer.world, "Slide", at_us))
    at_us += SECOND
    record.cuts.append((mixer.world, "Reveal", at_us))
    scene = {"sceneName": "Reveal"}
    mixer.requests.append(Asked("SetCurrentProgramScene", scene, 0.0, at_us))


@pytest.mark.parametrize(
    ("falsify", "said"),
    [
        (_unpublished, "told to be posted, but not there"),
        (_published_by_nobody, "nobody wrote it"),
        (_called_again, "called 4 times"),
        (_sold_more, "placed of"),
        (_counted_back, "went back"),
        (_cut_back, "a person had cut to Slide"),
    ],
)
def test_a_record_that_does_not_agree_is_told(
    monkeypatch: pytest.MonkeyPatch,
    falsify: Callable[[Rehearsed, Record], None],
    said: str,
):
    """SEMANTICS 9: what happened is what the far ends have, not what was journaled."""

    def falsified(done: Rehearsed, record: Record) -> Any:
        falsify(done, record)
        return judge(done, record)

    monkeypatch.setattr(whole, "judge", falsified)
    with pytest.raises(WholeBrokeError, match=said):
        play_whole(SEED)
