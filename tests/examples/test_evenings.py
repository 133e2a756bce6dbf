"""Every example is played to its end, and does what it says.

``python -m tests.examples.test_evenings NAME`` prints the story of one example, to be
read before it is written down.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.examples.evening import play_evening, read_script

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
EVENINGS = Path(__file__).parent / "evenings"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_played_to_its_end_and_does_what_it_says(example: Path) -> None:
    """The evening of each example: who did what, and what the show made of it."""
    script = read_script(EVENINGS / example.name)
    evening = play_evening(example, script)
    assert script["story"] == evening.story


if __name__ == "__main__":
    for stem in sys.argv[1:]:
        scripted = EVENINGS / f"{stem}.yaml"
        script = read_script(scripted) if scripted.exists() else {}
        for told in play_evening(ROOT / "examples" / f"{stem}.yaml", script).story:
            print(f'  - "{told}"')
