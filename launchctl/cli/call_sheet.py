"""The call sheet: one printable page, a line a cue, a column a department.

It is HTML without scripts or foreign parts, so that it opens, prints and is mailed
anywhere. What the caller says and when the warning is due stands beside what happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from launchctl.cli.rundown import Deed, Row, local_time, rows_of, t_in_words
from launchctl.errors import InputError
from launchctl.runbook.model import Cue, Runbook, Segment
from launchctl.runbook.references import all_cues
from launchctl.show.timeline import PlannedSegment, timetable_of
from launchctl.times import Micros, format_span

_STYLE = """
@page { size: A4 landscape; margin: 12mm 10mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.3 system-ui, "Helvetica Neue", Arial, sans-serif; color: #111;
  background: #fff; margin: 0 auto; padding: 8mm; max-width: 420mm; }
h1 { font-size: 18pt; margin: 0 0 1mm; }
p { margin: 0 0 3mm; color: #444; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 1.2mm 2mm;
  border: .2mm solid #999; overflow-wrap: break-word; }
thead th { background: #111; color: #fff; font-size: 8.5pt; text-transform: uppercase;
  letter-spacing: .04em; border-color: #111; overflow-wrap: normal; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
tr.part th { background: #e3e3e3; font-size: 11.5pt; break-after: avoid; }
tr.part span { font-weight: 400; color: #333; margin-left: 4mm; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.cue { font-weight: 700; min-width: 24mm; }
td.cue + td { min-width: 40mm; overflow-wrap: anywhere; }
td.cue small, td.time small { display: block; font-weight: 400; color: #444; }
td.say { font-style: italic; }
td.go { font-weight: 700; white-space: nowrap; }
ul { margin: 0; padding: 0; list-style: none; }
em { font-style: normal; color: #8a1c00; font-size: 9pt; }
@media print { body { padding: 0; max-width: none; font-size: 9pt; }
  thead th, tr.part th { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
""".strip()


def write_call_sheet(runbook: Runbook, file: Path) -> None:
    """Write the call sheet of a runbook to ``file``, in the place of an older one.

    Raises:
        InputError: it cannot be written.
    """
    try:
        file.write_text(call_sheet(runbook), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from None


def call_sheet(runbook: Runbook) -> str:
    """The page."""
    columns = columns_of(runbook)
    heads = ("T", "Time", "Warn", "Cue", "What", "GO", "Say", *columns)
    body = "\n".join(_body(runbook, columns, len(heads)))
    return (
        f'<!doctype html>\n<html lang="{escape(runbook.locale.replace("_", "-"))}">\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(runbook.title)}: call sheet</title>\n<style>\n{_STYLE}\n"
        f"</style>\n<h1>{escape(runbook.title)}</h1>\n<p>{_facts(runbook)}</p>\n"
        f"<table>\n<thead><tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}"
        f"</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</html>\n"
    )


def columns_of(runbook: Runbook) -> list[str]:
    """The departments, in the order in which the file first names them."""
    named = (cue.sheet.columns for _, cue in all_cues(runbook) if cue.sheet)
    return list(dict.fromkeys(name for columns in named for name in columns))


def _facts(runbook: Runbook) -> str:
    home = runbook.timezone or "UTC"
    facts = ["T-0 is set by the first GO"]
    if runbook.t0_us is not None:
        facts = [f"T-0 {local_time(runbook.t0_us, home)} {home}"]
    if runbook.hard_out_us is not None:
        facts.append(f"hard out {_clock(runbook.hard_out_us, home)}")
    facts.append(f"runbook {runbook.digest[:16]}")
    return escape(" · ".join(facts))


def _body(runbook: Runbook, columns: list[str], width: int) -> Iterator[str]:
    """Lines of cues, with a line before each part: a segment, a procedure."""
    cues = {cue.id: cue for _, cue in all_cues(runbook)}
    segments = {segment.name: segment for segment in runbook.segments}
    planned = timetable_of(runbook).segments
    home = runbook.timezone or "UTC"
    part: tuple[str | None, str | None] = (None, None)
    for row in rows_of(runbook):
        cue = cues[row.cue]
        if (row.procedure, cue.segment) != part:
            part = (row.procedure, cue.segment)
            yield _part(row, segments.get(cue.segment or ""), planned, home, width)
        yield _line(row, cue, columns, home)


def _part(
    row: Row,
    segment: Segment | None,
    planned: Mapping[str, PlannedSegment],
    home: str,
    width: int,
) -> str:
    name, facts = "Show", []
    if row.procedure is not None:
        name, facts = f"Procedure {row.procedure}", ["when it is called"]
    elif segment is not None:
        name, facts = segment.name, _segment_facts(segment, planned[segment.name], home)
    said = f"<span>{escape(' · '.join(facts))}</span>" if facts else ""
    return f'<tr class="part"><th colspan="{width}">{escape(name)}{said}</th></tr>'


def _segment_facts(segment: Segment, at: PlannedSegment, home: str) -> list[str]:
    facts = [segment.presenter] if segment.presenter else []
    if at.starts_us is not None and at.ends_us is not None:
        facts.append(f"{_clock(at.starts_us, home)} to {_clock(at.ends_us, home)}")
    if segment.duration_us is not None:
        facts.append(format_span(segment.duration_us))
    if segment.may_drop:
        facts.append("may be dropped")
    return facts


def _line(row: Row, cue: Cue, columns: list[str], home: str) -> str:
    sheet = cue.sheet
    warn = "" if sheet is None or sheet.warn_us is None else _warning(row, cue, home)
    time = "" if row.planned_us is None else _clock(row.planned_us, home)
    does = "".join(_deed(deed) for deed in row.does)
    waits = "".join(f"<li><em>waits for {escape(gate)}</em></li>" for gate in row.gates)
    starts = "" if row.starts == "-" else f"<small>{escape(row.starts)}</small>"
    cells = [
        ("time", escape("" if row.t_us is None else t_in_words(row))),
        ("time", escape(time)),
        ("time", warn),
        ("cue", escape(row.cue) + starts),
        ("", f"<ul>{does}{waits}</ul>" if does or waits else ""),
        ("go", escape(", ".join(cue.go))),
        ("say", escape(sheet.say if sheet and sheet.say else "")),
        *(("", escape(sheet.columns.get(c, "") if sheet else "")) for c in columns),
    ]
    return f"<tr>{''.join(_cell(kind, text) for kind, text in cells)}</tr>"


def _deed(deed: Deed) -> str:
    names = escape(", ".join(deed.embargoes))
    under = f" <em>embargo {names}</em>" if names else ""
    return f"<li>{escape(deed.text)}{under}</li>"


def _cell(kind: str, text: str) -> str:
    return f'<td class="{kind}">{text}</td>' if kind else f"<td>{text}</td>"


def _warning(row: Row, cue: Cue, home: str) -> str:
    """When to warn, and how long before."""
    assert cue.sheet is not None
    assert cue.sheet.warn_us is not None
    before = f"<small>{escape(format_span(cue.sheet.warn_us))} before</small>"
    if row.planned_us is None:
        return before
    return f"{escape(_clock(row.planned_us - cue.sheet.warn_us, home))}{before}"


def _clock(at_us: Micros, home: str) -> str:
    """``03-31 20:30:00``: without the year, which the head has."""
    return local_time(at_us, home)[5:]
