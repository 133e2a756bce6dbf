"""The crew that says yes to everything: what it answers."""

from __future__ import annotations

from pathlib import Path

from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.willing import willing

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_gate_approved_by_is_answered_where_no_approvals_are_asked(tmp_path: Path):
    """SEMANTICS 5: the gate wants consent to texts that no rule of ``approvals`` names;
    they give it as they give any other, and the post leaves.
    """
    file = tmp_path / "show.yaml"
    text = (EXAMPLES / "gate-approved-by.yaml").read_text()
    file.write_text(text.replace("approvals: {default: [comms]}\n", ""))
    assert "approvals" not in file.read_text()

    done = rehearse(Rehearsal(runbook=file, beside=(willing,)))

    (post,) = done.status["posts"]
    assert ("sent", [], "green") == (post["state"], post["needs"], done.verdict)
    assert ["comms"] == [given["role"] for given in post["approved"]]
