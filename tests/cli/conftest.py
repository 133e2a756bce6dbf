"""What the tests of the command line share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def own_state(monkeypatch, tmp_path):
    """No test reads or writes the state of whoever runs it."""
    state = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    for name in ("LAUNCH_TRACE", "LAUNCH_KEY"):
        monkeypatch.delenv(name, raising=False)
    return state
