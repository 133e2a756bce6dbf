"""The counter: shops, money, and the figures that are announced."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from launchctl.runbook.base import Frozen, Name, SecretRef, Span, Text
from launchctl.runbook.model.triggers import AsOf


class Rounding(Frozen):
    """``round: {down: 1000}``: figures are floored, never made to look bigger."""

    down: int = Field(ge=1)


class Figure(Frozen):
    """A number taken once, used everywhere: as of an instant, by default the due of
    its first post.
    """

    name: Name
    of: Text
    round: Rounding | None = None
    bounds: tuple[int, int] | None = None
    as_of: AsOf | None = None


class SourceTwin(Frozen):
    """``test:`` of a shop: whose messages count in its place in a dress rehearsal."""

    secret: tuple[SecretRef, ...]


class Limit(Frozen):
    """``limit: {units}``: how many units there are. What is ordered beyond waits."""

    units: int = Field(ge=1)
    then: Literal["waitlist"] = "waitlist"


class OrderSource(Frozen):
    """A shop. ``webhook`` is the Standard Webhooks scheme.

    ``settle_us``: how long after the front's last heartbeat an order may still be under
    way; a source that cannot be listed is complete to that heartbeat less that.
    """

    kind: Literal["webhook"]
    name: Name
    secret: tuple[SecretRef, ...]
    role: Literal["counts", "pays"] = "counts"
    joins: Name | None = None
    settle_us: Span = Field(default=3_000_000, alias="settle")
    test: SourceTwin | None = None


class UnitValue(Frozen):
    """What one unit is worth; ``amount_minor`` in minor units."""

    amount_minor: int
    currency: str
    basis: str = ""


class ShowOn(Frozen):
    """Where the counter stands on the stream: a text source and its template."""

    stage: Name | None = None
    source: Text
    text: str = "{{ orders.units | number }}"


class PublicOrders(Frozen):
    """What the open page may show: floored, and no fresher than ``delay_us``."""

    round: Rounding | None = None
    delay_us: Span = Field(default=0, alias="delay")


class Orders(Frozen):
    """The counter: sources, money and where it is shown.

    ``deposit_minor`` is per currency, in minor units.
    """

    deposit_minor: dict[str, int] = Field(default_factory=dict)
    unit_value: UnitValue | None = None
    sources: tuple[OrderSource, ...] = ()
    limit: Limit | None = None
    show_on: ShowOn | None = None
    public: PublicOrders = PublicOrders()
