"""The shape of what people are asked, and of who answers: standby, choices, polls."""

from __future__ import annotations

from typing import TypedDict


class StandbyStatus(TypedDict):
    """What GO of a role fires now; ``seq`` last changed it."""

    cue: str
    seq: int


class BatonStatus(TypedDict):
    """Who calls the show for a role now."""

    by: str
    since: str
    seq: int


class ChoiceStatus(TypedDict):
    """A choice that asks: whom, what can be answered, and what comes if nobody does.

    ``until`` is when the default is taken; None while a hold stops its time.
    """

    choice: str
    ask: list[str]
    options: list[str]
    default: str
    until: str | None


class PollStatus(TypedDict):
    """A poll, once it has asked: who said what, and who is still to.

    ``state`` is the cue's; ``until`` is set while it asks. ``result`` is go once all
    said so, no once its time was over without; None before.
    """

    poll: str
    state: str
    ask: list[str]
    votes: list[dict[str, str]]
    missing: list[str]
    until: str | None
    result: str | None


class CriterionStatus(TypedDict):
    """A criterion whose time it is: ``state`` is true, broken or waived."""

    criterion: str
    check: str
    state: str
