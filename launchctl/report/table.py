"""The as-run report for people: rich tables, plain where there is no terminal."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_currency_precision
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from launchctl.times import format_span, micros, parse_instant, seconds, to_datetime

_STATE_STYLE = {
    "done": "green",
    "sent": "green",
    "failed": "bold red",
    "refused": "bold red",
    "parked": "bold yellow",
    "in_doubt": "bold yellow",
    "skipped": "dim",
}
_VERDICT_STYLE = {"green": "bold green", "red": "bold red"}
_OVER = ("complete", "aborted")
_SHOWN_DIGEST = 16


def report_table(report: dict[str, Any]) -> RenderableType:
    """Everything of a report, top down: verdict, cues, posts, holds, orders, proof."""
    parts: list[RenderableType] = [_head(report)]
    if report["cues"]:
        parts += [Text(""), _cues(report)]
    if report["posts"]:
        parts += [Text(""), _posts(report)]
    if report["holds"]:
        parts += [Text(""), _holds(report)]
    if report["figures"]:
        parts += [Text(""), _figures(report)]
    if report["orders"] is not None:
        parts += [Text(""), _orders(report["orders"])]
    parts += [Text(""), _proof(report)]
    return Group(*parts)


def _head(report: dict[str, Any]) -> RenderableType:
    verdict = report["verdict"] or "still running"
    kind = "rehearsal" if report["rehearsal"] else "run"
    ended = "" if report["state"] in _OVER else ", not ended"
    head = Text.assemble(
        (f"verdict {verdict}", _VERDICT_STYLE.get(verdict, "")),
        "  ",
        (report["runbook"], "bold"),
        f"\n{kind} {report['run']}, {report['state']}{ended}",
    )
    for reason in report["reasons"]:
        head.append(f"\n  {reason}")
    return head


def _cues(report: dict[str, Any]) -> Table:
    table = _table("CUES (UTC)", "cue", "state", "planned", "fired")
    table.collapse_padding, table.pad_edge = True, False
    for column in ("sent", "confirmed", "late by"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("by")
    day = _day(report["t0"] or report["began"])
    for cue in report["cues"]:
        late_s = cue["late_by_s"]
        table.add_row(
            Text(cue["cue"]),
            _state(cue["state"]),
            Text(_time(cue["planned"], day).removesuffix(".000")),
            Text(_time(cue["fired"], day)),
            Text(_after(cue["sent"], cue["fired"])),
            Text(_after(cue["confirmed"], cue["fired"])),
            Text("" if late_s is None else late(late_s)),
            Text(cue["by"] or ""),
        )
    return table


def _after(instant: str | None, fired: str | None) -> str:
    """How long behind the firing: ``+18 ms``."""
    if instant is None or fired is None:
        return "-"
    return f"+{late(seconds(parse_instant(instant) - parse_instant(fired)))}"


def late(late_by_s: float) -> str:
    """A lateness in a unit that fits: ``0.4 ms``, ``250 ms``, ``2m14s``."""
    if abs(late_by_s) < 0.01:
        return f"{late_by_s * 1000:.1f} ms"
    if abs(late_by_s) < 1:
        return f"{late_by_s * 1000:.0f} ms"
    return format_span(micros(round(late_by_s, 1)))


def _posts(report: dict[str, Any]) -> Table:
    table = _table("POSTS", "cue", "account", "network", "state")
    table.add_column("length", justify="right", no_wrap=True)
    table.add_column("text and address", overflow="fold")
    for post in report["posts"]:
        where = f"\n{post['url']}" if post["url"] else ""
        table.add_row(
            Text(post["cue"]),
            Text(post["account"]),
            Text(post["network"]),
            Text(post["why"], style="dim") if "why" in post else _state(post["state"]),
            Text(_length(post)),
            Text(f"{post['text']}{where}"),
        )
    return table


def _length(post: dict[str, Any]) -> str:
    """As its network counts: ``142/280``."""
    length = post.get("length")
    return "" if length is None else f"{length:,}/{post['limit']:,}"


def _holds(report: dict[str, Any]) -> Table:
    table = _table("HOLDS", "hold", "kind", "since", "lasted", "released by")
    table.add_column("reason")
    day = _day(report["t0"] or report["began"])
    for hold in report["holds"]:
        lasted_s = hold["lasted_s"]
        table.add_row(
            Text(hold["name"]),
            Text(hold["kind"] or ""),
            Text(_time(hold["since"], day)),
            Text("open" if lasted_s is None else format_span(micros(round(lasted_s)))),
            Text(hold["released_by"] or ""),
            Text(hold["reason"] or ""),
        )
    return table


def _figures(report: dict[str, Any]) -> Table:
    table = _table("FIGURES", "figure", "taken")
    for name, figure in report["figures"].items():
        value = figure.get("value")
        table.add_row(Text(name), Text("not yet" if value is None else f"{value:,}"))
    return table


def _orders(orders: dict[str, Any]) -> Text:
    text = Text.assemble(
        ("ORDERS  ", "bold"),
        f"{orders['placed']:,} placed, {orders['units']:,} units",
        f" ({orders['net_units']:,} net)",
    )
    if orders.get("available") is not None:
        text.append(f", {orders['available']:,} left, {orders['waitlist']:,} waiting")
    for currency, deposit_minor in sorted(orders["deposits"].items()):
        units = orders["by_currency"].get(currency, 0)
        text.append(f"\n  {currency}: {units:,} units, deposits ")
        text.append(_money(deposit_minor, currency))
    value = orders["implied_value"]
    if value:
        text.append(
            f"\n  implied value {_money(value['amount_minor'], value['currency'])}"
        )
        text.append(f" ({value['basis']})" if value["basis"] else "")
    if orders["quarantined"]:
        text.append(f"\n  {orders['quarantined']:,} in quarantine, not counted")
    return text


def _proof(report: dict[str, Any]) -> Text:
    digest = report["journal_digest"]
    shown = f"{digest[:_SHOWN_DIGEST]}..." if len(digest) > _SHOWN_DIGEST else digest
    return Text(f"{report['events']} events, journal digest {shown}", style="dim")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _state(state: str) -> Text:
    return Text(state, style=_STATE_STYLE.get(state, ""))


def _day(instant: str | None) -> str:
    return "" if instant is None else instant[:10]


def _time(instant: str | None, day: str) -> str:
    """UTC, to the millisecond; with its date where it is not the show's."""
    if instant is None:
        return "-"
    moment = to_datetime(parse_instant(instant))
    text = moment.strftime("%H:%M:%S.%f")[:-3]
    return text if instant[:10] == day else f"{moment:%m-%d} {text}"


def _money(amount_minor: int, currency: str) -> str:
    digits = get_currency_precision(currency)
    return f"{amount_minor / 10**digits:,.{digits}f} {currency}"
