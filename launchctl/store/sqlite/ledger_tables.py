"""``ledger.db`` inside: tables, the batch that a commit writes, and the sums.

``delivery`` is what was heard, once per (source, event id). ``orders`` is what is known
of each order. ``total`` holds the running sums per currency and ``slice`` the same sums
per ten seconds of placing, so that a figure as of an instant reads a few thousand rows
and not every order. All four change in the transaction of the delivery.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from launchctl.orders.ledger import (
    NOTHING,
    UNKNOWN_ORDER,
    Key,
    OrderState,
    Share,
    merge,
    share,
    sum_shares,
    totals_of,
)
from launchctl.orders.model import Delivery, Totals, Verdict
from launchctl.times import SECOND, Micros

VERSION = 1
SLICE_US = 10 * SECOND
_SUMS = "placed, units, net_units, cancelled, paid_minor"
_STATE = ", ".join(OrderState._fields)
SCHEMA = """
CREATE TABLE delivery (
    source TEXT NOT NULL, event_id TEXT NOT NULL, what TEXT NOT NULL,
    order_id TEXT NOT NULL, occurred_us INTEGER NOT NULL, received_us INTEGER NOT NULL,
    placed_us INTEGER, quantity INTEGER, currency TEXT, deposit_minor INTEGER,
    refund_id TEXT, refund_minor INTEGER, quarantine TEXT NOT NULL,
    PRIMARY KEY (source, event_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
    source TEXT NOT NULL, order_id TEXT NOT NULL, placed_us INTEGER,
    gross_quantity INTEGER NOT NULL, quantity INTEGER NOT NULL, currency TEXT NOT NULL,
    deposit_minor INTEGER NOT NULL, told_us INTEGER NOT NULL, told_by TEXT NOT NULL,
    cancelled INTEGER NOT NULL, refunded_minor INTEGER NOT NULL,
    refunded_whole INTEGER NOT NULL, refunds TEXT NOT NULL,
    net_units INTEGER NOT NULL, paid_minor INTEGER NOT NULL,
    PRIMARY KEY (source, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_placed ON orders (placed_us) WHERE placed_us IS NOT NULL;
CREATE TABLE slice (
    start_us INTEGER NOT NULL, currency TEXT NOT NULL, placed INTEGER NOT NULL,
    units INTEGER NOT NULL, net_units INTEGER NOT NULL, cancelled INTEGER NOT NULL,
    paid_minor INTEGER NOT NULL, PRIMARY KEY (start_us, currency)
) STRICT, WITHOUT ROWID;
CREATE TABLE total (
    currency TEXT PRIMARY KEY, placed INTEGER NOT NULL, units INTEGER NOT NULL,
    net_units INTEGER NOT NULL, cancelled INTEGER NOT NULL, paid_minor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL,
    quarantined INTEGER NOT NULL, last_us INTEGER
) STRICT;
INSERT INTO head VALUES (1, 0, 0, NULL);
CREATE TABLE heartbeat (source TEXT PRIMARY KEY, at_us INTEGER NOT NULL)
    STRICT, WITHOUT ROWID
"""

_INSERT_DELIVERY = (
    "INSERT INTO delivery VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
)
_SELECT_ORDER = f"SELECT {_STATE} FROM orders WHERE source = ? AND order_id = ?"  # noqa: S608 - columns of this file
_UPSERT_ORDER = "INSERT OR REPLACE INTO orders VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_ADD = (
    "placed = placed + excluded.placed, units = units + excluded.units, "
    "net_units = net_units + excluded.net_units, "
    "cancelled = cancelled + excluded.cancelled, "
    "paid_minor = paid_minor + excluded.paid_minor"
)
_UPSERT_TOTAL = (
    f"INSERT INTO total VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET {_ADD}"  # noqa: S608 - columns of this file
)
_UPSERT_SLICE = (
    f"INSERT INTO slice VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET {_ADD}"  # noqa: S608 - columns of this file
)


class Batch:
    """The deliveries of one commit: read each order once, write each row once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._before: dict[Key, OrderState] = {}
        self._orders: dict[Key, OrderState] = {}
        self._new = 0
        self._quarantined = 0
        self._last_us = 0

    def record(self, delivery: Delivery) -> Verdict:
        """Keep the delivery and merge it, unless it was delivered before."""
        row = (
            delivery.source,
            delivery.event_id,
            delivery.what.value,
            delivery.order_id,
            delivery.occurred_us,
            delivery.received_us,
            delivery.placed_us,
            delivery.quantity,
            delivery.currency,
            delivery.deposit_minor,
            delivery.refund_id,
            delivery.refund_minor,
            delivery.quarantine,
        )
        if self._connection.execute(_INSERT_DELIVERY, row).rowcount == 0:
            return Verdict.KNOWN
        self._new += 1
        if delivery.quarantine:
            self._quarantined += 1
            return Verdict.QUARANTINED
        self._last_us = max(self._last_us, delivery.received_us)
        key = (delivery.source, delivery.order_id)
        self._orders[key] = merge(self._state(key), delivery)
        return Verdict.COUNTED

    def heartbeat(self, source: str, at_us: Micros) -> None:
        """The latest word that the source's hook answers."""
        self._connection.execute(
            "INSERT INTO heartbeat VALUES (?, ?) ON CONFLICT (source) DO UPDATE "
            "SET at_us = max(at_us, excluded.at_us)",
            (source, at_us),
        )

    def flush(self) -> None:
        """Write the orders that changed, and the sums."""
        totals: dict[str, Share] = {}
        slices: dict[tuple[int, str], Share] = {}
        rows = []
        for key, state in self._orders.items():
            before = self._before[key]
            if state == before:
                continue
            rows.append(_row(key, state))
            _move(totals, slices, before, NOTHING.minus(share(before)))
            _move(totals, slices, state, share(state))
        self._connection.executemany(_UPSERT_ORDER, rows)
        self._connection.executemany(
            _UPSERT_TOTAL,
            [(code, *part) for code, part in totals.items() if part != NOTHING],
        )
        self._connection.executemany(
            _UPSERT_SLICE,
            [(*key, *part) for key, part in slices.items() if part != NOTHING],
        )
        if self._new:
            self._connection.execute(
                "UPDATE head SET seq = seq + ?, quarantined = quarantined + ?, "
                "last_us = nullif(max(coalesce(last_us, 0), ?), 0)",
                (self._new, self._quarantined, self._last_us),
            )

    def _state(self, key: Key) -> OrderState:
        if key in self._orders:
            return self._orders[key]
        row = self._connection.execute(_SELECT_ORDER, key).fetchone()
        state = UNKNOWN_ORDER if row is None else _state_of(row)
        self._before[key] = state
        return state


def read_totals(
    connection: sqlite3.Connection, as_of_us: Micros | None = None
) -> Totals:
    """The counter, in one short read transaction."""
    shares: Mapping[str, Share]
    connection.execute("BEGIN")
    try:
        if as_of_us is None:
            sums = connection.execute(f"SELECT currency, {_SUMS} FROM total")  # noqa: S608 - columns of this file
            shares = {code: Share(*part) for code, *part in sums}
        else:
            shares = _shares_as_of(connection, as_of_us)
        seq, quarantined, last_us = connection.execute(
            "SELECT seq, quarantined, last_us FROM head"
        ).fetchone()
    finally:
        connection.execute("COMMIT")
    return totals_of(shares, quarantined=quarantined, seq=seq, last_us=last_us)


def read_heartbeats(connection: sqlite3.Connection) -> Mapping[str, Micros]:
    """The last heartbeat of each source."""
    return dict(connection.execute("SELECT source, at_us FROM heartbeat").fetchall())


def _shares_as_of(
    connection: sqlite3.Connection, as_of_us: Micros
) -> Mapping[str, Share]:
    """Whole slices, then the orders of the slice that the instant cuts."""
    cut_us = as_of_us // SLICE_US * SLICE_US
    whole = connection.execute(
        "SELECT currency, sum(placed), sum(units), sum(net_units), sum(cancelled), "
        "sum(paid_minor) FROM slice WHERE start_us < ? GROUP BY currency",
        (cut_us,),
    ).fetchall()
    rest = connection.execute(
        "SELECT currency, count(*), sum(gross_quantity), sum(net_units), "
        "sum(cancelled), sum(paid_minor) FROM orders "
        "WHERE placed_us BETWEEN ? AND ? GROUP BY currency",
        (cut_us, as_of_us),
    ).fetchall()
    return sum_shares((code, Share(*part)) for code, *part in (*whole, *rest))


def _move(
    totals: dict[str, Share],
    slices: dict[tuple[int, str], Share],
    state: OrderState,
    part: Share,
) -> None:
    if state.placed_us is None:
        return
    totals[state.currency] = totals.get(state.currency, NOTHING).plus(part)
    key = (state.placed_us // SLICE_US * SLICE_US, state.currency)
    slices[key] = slices.get(key, NOTHING).plus(part)


def _row(key: Key, state: OrderState) -> tuple[Any, ...]:
    part = share(state)
    refunds = json.dumps(state.refunds) if state.refunds else ""
    return (*key, *state[:-1], refunds, part.net_units, part.paid_minor)


def _state_of(row: tuple[Any, ...]) -> OrderState:
    *fields, refunds = row
    state = OrderState(*fields)
    return state._replace(
        cancelled=bool(state.cancelled),
        refunded_whole=bool(state.refunded_whole),
        refunds=tuple((key, amount) for key, amount in json.loads(refunds or "[]")),
    )
