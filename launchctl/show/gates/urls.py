"""Whether a page is up: asked while a waiting cue needs to know (SEMANTICS 5).

The engine asks every 2 s with ``ProbeUrl``; the answer is ``UrlSeen``. Only what a gate
lives on is journaled: a first 2xx, one before the last is too old, a new trouble.
"""

from __future__ import annotations

from launchctl.runbook.model import UrlOk
from launchctl.show import events as ev
from launchctl.show.commands import ProbeUrl
from launchctl.show.core import Core
from launchctl.show.gates.overrides import embargoes_before
from launchctl.show.inputs import UrlSeen
from launchctl.show.plan import Planned
from launchctl.times import SECOND, format_span

FRESH_US = 10 * SECOND
"""A 2xx counts for this long."""
_EVERY_US = 2 * SECOND
_PATIENCE_US = 6 * SECOND
"""After this without an answer it is asked again."""


def ask_urls(core: Core, planned: Planned) -> None:
    """The cue waits: ask for the pages that it needs, unless that was done just now."""
    for url in _needed(core, planned):
        if core.now_us >= core.agenda.urls.get(url, core.now_us):
            _next(core, url, _PATIENCE_US)
            core.commands.append(ProbeUrl(url))


def _needed(core: Core, planned: Planned) -> list[str]:
    gates = list(planned.cue.gate)
    for name in embargoes_before(core, planned):
        latched = core.state.latches.get(name, {})
        for index, lift in enumerate(core.runbook.embargoes[name].lifts):
            if lift.gate is not None and index not in latched:
                gates.append(lift.gate)
    return list(dict.fromkeys(gate.url for gate in gates if isinstance(gate, UrlOk)))


def _next(core: Core, url: str, span_us: int) -> None:
    core.agenda.urls[url] = core.now_us + span_us
    core.agenda.at_n(core.now_us + span_us, "url", url)


def take_url(core: Core, seen: UrlSeen) -> None:
    """A page answered, or did not."""
    if seen.url not in core.agenda.urls:
        return
    _next(core, seen.url, _EVERY_US)
    before = core.state.urls.get(seen.url)
    if before is not None and before.ok == seen.ok:
        young = core.now_us - before.at_us < FRESH_US // 2
        same = not seen.ok and before.detail == seen.detail
        if same or (seen.ok and young):
            return
    core.emit(ev.UrlChecked, url=seen.url, ok=seen.ok, detail=seen.detail)


def why_url_closed(core: Core, gate: UrlOk) -> str | None:
    """A sentence if the page's last 2xx is too old, or there was none."""
    found = core.state.urls.get(gate.url)
    if found is None:
        return "the page has not been asked for"
    if not found.ok:
        return f"the page is not up: {found.detail}"
    age_us = core.now_us - found.at_us
    return None if age_us <= FRESH_US else f"the page was up {format_span(age_us)} ago"
