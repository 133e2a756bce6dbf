"""A front killed under load: a sample of what ``make crash`` does fifty times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.fronts import kill_fronts

KILLS = 3


@pytest.mark.timeout(600)
async def test_no_acknowledged_order_is_lost(tmp_path: Path):
    """What the shop saw acknowledged is in the ledger, each order once,
    however often the front was killed in between.
    """
    counted = await kill_fronts(tmp_path, KILLS)
    assert counted.acknowledged == counted.placed
    assert counted.unanswered > 0, "no delivery was cut off: nothing was tested"
    assert counted.acknowledged >= (KILLS + 1) * 100
