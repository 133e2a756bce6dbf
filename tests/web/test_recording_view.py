"""The pages' stand-in for a run keeps up with what a run says."""

from __future__ import annotations

from launchctl.runbook.loader import load
from launchctl.show.engine import Engine
from tests.web.recording_view import a_status

ADDED = {"at", "seq", "t_s", "l_s"}
"""What the view adds by itself, as time goes on."""


def test_the_stand_in_has_every_field_of_a_real_status():
    """A field that the engine adds is here too, or the pages are tested on less."""
    runbook = load("runbooks/model-3-reveal.yaml")
    real = Engine(runbook, "r1").status(0)
    pretended = a_status()
    assert set(real) - ADDED == set(pretended) - ADDED
    assert set(real["cues"][0]) == set(pretended["cues"][0])
