"""The run as a picture: every cue on a line of time, planned and fired, holds between.

SVG, by itself: it opens in a browser and prints. Time is drawn to scale within a scene
of the show; stretches in which nothing happens are cut short and marked, so that a
keynote and the week behind it fit on one page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from launchctl.times import Micros, format_t, micros, parse_instant

_ROW = 20
_LEFT = 190
_WIDTH = 900
_TOP = 46
_QUIET_US = 5 * 60 * 1_000_000
"""A longer stretch without an event is drawn as if it were this long."""
_COLOURS = {
    "done": "#1a7f37",
    "failed": "#cf222e",
    "in_doubt": "#cf222e",
    "parked": "#9a6700",
    "skipped": "#6e7781",
}
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}"
    ".soft{fill:#59636e}.grid{stroke:#d1d9e0}.plan{fill:none;stroke:#59636e}"
    ".hold{fill:#fff8c5}"
)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Instants to places on the page; quiet stretches are cut to ``_QUIET_US``."""

    knots: tuple[tuple[Micros, Micros], ...]
    """(instant, drawn instant), ascending."""
    cuts: tuple[Micros, ...]
    """Where time was cut, as drawn instants."""

    def x(self, at_us: Micros) -> float:
        """From the left edge of the page."""
        drawn = self.knots[0][1]
        for instant, place in self.knots:
            if instant > at_us:
                break
            drawn = place + min(at_us - instant, _QUIET_US)
        return self._scaled(min(drawn, self.knots[-1][1]))

    def cut_places(self) -> list[float]:
        """Where the picture skips time."""
        return [self._scaled(cut) for cut in self.cuts]

    def _scaled(self, drawn: Micros) -> float:
        first, last = self.knots[0][1], self.knots[-1][1]
        return _LEFT + _WIDTH * (drawn - first) / max(last - first, 1)


def _axis(instants: Sequence[Micros]) -> _Axis:
    knots: list[tuple[Micros, Micros]] = []
    cuts = []
    for instant in sorted(set(instants)):
        if not knots:
            knots.append((instant, 0))
            continue
        gap = instant - knots[-1][0]
        drawn = knots[-1][1] + min(gap, _QUIET_US)
        if gap > _QUIET_US:
            cuts.append(drawn - _QUIET_US // 2)
        knots.append((instant, drawn))
    return _Axis(tuple(knots), tuple(cuts))


def timeline_picture(report: Mapping[str, Any]) -> str:
    """The picture of a report, as SVG text. A hollow mark is the plan, a full one the
    firing; a cue that never fired has no full one.
    """
    cues = [cue for cue in report["cues"] if cue["planned"] or cue["fired"]]
    instants = [
        parse_instant(cue[field])
        for cue in cues
        for field in ("planned", "fired")
        if cue[field]
    ]
    if not instants:
        instants = [parse_instant(report["began"])] if report["began"] else [0]
    axis = _axis(instants)
    height = _TOP + _ROW * len(cues) + 16
    size = f"{_LEFT + _WIDTH + 110} {height}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">',
        f"<style>{_STYLE}</style>",
        f"<title>{escape(_title(report))}</title>",
        f'<text x="8" y="18" font-weight="600">{escape(_title(report))}</text>',
        *_holds(report, axis, height),
        *_scale(report, axis, height),
        *(part for row, cue in enumerate(cues) for part in _cue(row, cue, axis)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _title(report: Mapping[str, Any]) -> str:
    kind = "REHEARSAL " if report["rehearsal"] else ""
    return f"{kind}{report['runbook']}: {report['verdict'] or report['state']}"


def _holds(report: Mapping[str, Any], axis: _Axis, height: int) -> list[str]:
    drawn = []
    for hold in report["holds"]:
        until = hold["released"] or report["ended"]
        left, right = (axis.x(parse_instant(at)) for at in (hold["since"], until))
        drawn.append(
            f'<rect class="hold" x="{left:.1f}" y="{_TOP - 6}"'
            f' width="{max(right - left, 1.5):.1f}" height="{height - _TOP}">'
            f"<title>hold {escape(hold['name'])}</title></rect>"
        )
    return drawn


def _scale(report: Mapping[str, Any], axis: _Axis, height: int) -> list[str]:
    """T-0, both ends, and every cut."""
    drawn = []
    t0_us = parse_instant(report["t0"]) if report["t0"] else None
    marks = [axis.knots[0][0], axis.knots[-1][0]]
    if t0_us is not None and marks[0] < t0_us < marks[1]:
        marks.insert(1, t0_us)
    for at_us in marks:
        x = axis.x(at_us)
        said = format_t(None if t0_us is None else at_us - t0_us)
        drawn.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}"'
            f' y2="{height - 6}"/><text class="soft" x="{x:.1f}" y="{_TOP - 12}"'
            f' text-anchor="middle">{escape(said)}</text>'
        )
    drawn.extend(
        f'<text class="soft" x="{x:.1f}" y="{height - 4}">//</text>'
        for x in axis.cut_places()
    )
    return drawn


def _cue(row: int, cue: Mapping[str, Any], axis: _Axis) -> list[str]:
    y = _TOP + _ROW * row + _ROW / 2
    colour = _COLOURS.get(cue["state"], "#59636e")
    drawn = [
        f'<text x="8" y="{y + 4:.0f}">{escape(cue["cue"])}</text>',
        f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y}" y2="{y}"/>',
    ]
    if cue["planned"]:
        x = axis.x(parse_instant(cue["planned"]))
        drawn.append(f'<circle class="plan" cx="{x:.1f}" cy="{y}" r="5"/>')
    if cue["fired"]:
        x = axis.x(parse_instant(cue["fired"]))
        late_s = micros(cue["late_by_s"] or 0.0) / 1_000_000
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{colour}">'
            f"<title>{escape(cue['fired'])}, late by {late_s:g} s</title></circle>"
        )
    if cue["state"] != "done":
        drawn.append(
            f'<text x="{_LEFT + _WIDTH + 10}" y="{y + 4:.0f}" style="fill:{colour}">'
            f"{escape(cue['state'])}</text>"
        )
    return drawn
