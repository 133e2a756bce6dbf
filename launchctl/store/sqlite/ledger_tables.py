"""``ledger.db`` inside: tables, what a commit writes, and the sums.

``delivery`` is what was heard, once per (source, event id). ``orders`` is what is known
of each order. ``total`` holds the running sums per currency and ``slice`` the same sums
per ten seconds of placing, so that a figure as of an instant reads a few thousand rows
and not every order. All four change in the transaction of the delivery.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from launchctl.orders.ledger import totals_of
from launchctl.orders.merge import (
    NOTHING,
    UNKNOWN_ORDER,
    Key,
    OrderState,
    Payment,
    Share,
    merge,
    share,
    sum_shares,
)
from launchctl.orders.model import Delivery, Totals, Verdict
from launchctl.times import SECOND, Micros

VERSION = 2
SLICE_US = 10 * SECOND
_SUMS = "placed, units, net_units, cancelled, paid_minor"
_STATE = ", ".join(OrderState._fields)
SCHEMA = """
CREATE TABLE delivery (
    source TEXT NOT NULL, event_id TEXT NOT NULL, what TEXT NOT NULL,
    order_id TEXT NOT NULL, occurred_us INTEGER NOT NULL, received_us INTEGER NOT NULL,
    placed_us INTEGER, quantity INTEGER, currency TEXT, deposit_minor INTEGER,
    refund_id TEXT, refund_minor INTEGER, quarantine TEXT NOT NULL, joins TEXT NOT NULL,
    PRIMARY KEY (source, event_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
    source TEXT NOT NULL, order_id TEXT NOT NULL, placed_us INTEGER,
    gross_quantity INTEGER NOT NULL, quantity INTEGER NOT NULL, currency TEXT NOT NULL,
    deposit_minor INTEGER NOT NULL, told_us INTEGER NOT NULL, told_by TEXT NOT NULL,
    cancelled INTEGER NOT NULL, refunded_minor INTEGER NOT NULL,
    refunded_whole INTEGER NOT NULL, refunds TEXT NOT NULL,
    payments TEXT NOT NULL,
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

# A cross join keeps its order: the keys outside, a search in the table for each. With
# IN (VALUES ...) SQLite scans the whole table.
_KNOWN = (
    "WITH asked (source, event_id) AS (VALUES {}) "
    "SELECT source, event_id FROM asked CROSS JOIN delivery USING (source, event_id)"
)
_ORDERS = (
    "WITH asked (source, order_id) AS (VALUES {}) "  # noqa: S608 - columns of this file
    "SELECT source, order_id, "
    + _STATE
    + " FROM asked CROSS JOIN orders USING (source, order_id)"
)
_INSERT_DELIVERIES = "INSERT INTO delivery VALUES {}"
_UPSERT_ORDERS = "INSERT OR REPLACE INTO orders VALUES {}"
_MAX_ROWS = 256
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


def record_batch(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery]
) -> list[Verdict]:
    """Keep and merge the deliveries of one commit; read and write each order once.

    Every statement takes many rows: the interpreter's lock is given up once for each;
    to get it back this thread competes with the loop that serves the shops.
    """
    known: set[Key] = set(
        _many(connection, _KNOWN, [(d.source, d.event_id) for d in deliveries])
    )
    verdicts, new = [], []
    for delivery in deliveries:
        key = (delivery.source, delivery.event_id)
        if key in known:
            verdicts.append(Verdict.KNOWN)
            continue
        known.add(key)
        new.append(delivery)
        aside = bool(delivery.quarantine)
        verdicts.append(Verdict.QUARANTINED if aside else Verdict.COUNTED)
    if new:
        _many(connection, _INSERT_DELIVERIES, [_delivery_row(d) for d in new])
        counted = [delivery for delivery in new if not delivery.quarantine]
        _merge_orders(connection, counted)
        connection.execute(
            "UPDATE head SET seq = seq + ?, quarantined = quarantined + ?, "
            "last_us = nullif(max(coalesce(last_us, 0), ?), 0)",
            (
                len(new),
                len(new) - len(counted),
                max((delivery.received_us for delivery in counted), default=0),
            ),
        )
    return verdicts


def record_heartbeat(
    connection: sqlite3.Connection, source: str, at_us: Micros
) -> None:
    """The latest word that the source's hook answers."""
    connection.execute(
        "INSERT INTO heartbeat VALUES (?, ?) ON CONFLICT (source) DO UPDATE "
        "SET at_us = max(at_us, excluded.at_us)",
        (source, at_us),
    )


def read_totals(
    connection: sqlite3.Connection,
    as_of_us: Micros | None = None,
    limit: int | None = None,
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
    return totals_of(
        shares, quarantined=quarantined, seq=seq, last_us=last_us, limit=limit
    )


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


def _merge_orders(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery]
) -> None:
    """Merge into the orders; move the sums by what changed."""
    keys = dict.fromkeys(delivery.order_key for delivery in deliveries)
    before = {
        (source, order_id): _state_of(row)
        for source, order_id, *row in _many(connection, _ORDERS, list(keys))
    }
    after = dict(before)
    for delivery in deliveries:
        key = delivery.order_key
        after[key] = merge(after.get(key, UNKNOWN_ORDER), delivery)
    totals: dict[str, Share] = {}
    slices: dict[tuple[int, str], Share] = {}
    rows = []
    for key, state in after.items():
        old = before.get(key, UNKNOWN_ORDER)
        if state == old:
            continue
        part = share(state)
        rows.append(_order_row(key, state, part))
        _move(totals, slices, state, part)
        if old is not UNKNOWN_ORDER:
            _move(totals, slices, old, NOTHING.minus(share(old)))
    _many(connection, _UPSERT_ORDERS, rows)
    connection.executemany(
        _UPSERT_TOTAL,
        [(code, *part) for code, part in totals.items() if part != NOTHING],
    )
    connection.executemany(
        _UPSERT_SLICE,
        [(*key, *part) for key, part in slices.items() if part != NOTHING],
    )


def _many(
    connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """Run the statement with many rows at once, and give all it answers.

    The rows are cut into powers of two, so that few different statements are prepared.
    """
    answers: list[Any] = []
    start = 0
    while start < len(rows):
        size = min(_MAX_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
        chunk = rows[start : start + size]
        start += size
        marks = f"({','.join('?' * len(chunk[0]))})"
        text = statement.format(",".join([marks] * size))
        values = tuple(chain.from_iterable(chunk))
        answers += connection.execute(text, values).fetchall()
    return answers


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


def _delivery_row(delivery: Delivery) -> tuple[Any, ...]:
    return (
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
        delivery.joins,
    )


def _order_row(key: Key, state: OrderState, part: Share) -> tuple[Any, ...]:
    refunds = json.dumps(state.refunds) if state.refunds else ""
    payments = json.dumps(state.payments) if state.payments else ""
    money = (part.net_units, part.paid_minor)
    return (*key, *state[:-2], refunds, payments, *money)


def _state_of(row: Sequence[Any]) -> OrderState:
    *fields, refunds, payments = row
    state = OrderState(*fields)
    return state._replace(
        cancelled=bool(state.cancelled),
        refunded_whole=bool(state.refunded_whole),
        refunds=_refunds(json.loads(refunds or "[]")),
        payments=tuple(
            Payment(*part)._replace(refunds=_refunds(back))
            for *part, back in json.loads(payments or "[]")
        ),
    )


def _refunds(rows: Sequence[Sequence[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((key, amount) for key, amount in rows)
