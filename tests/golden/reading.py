"""Journals of every released version, and how they are read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from launchctl.runbook.loader import load_text
from launchctl.runbook.model import Runbook
from launchctl.show.engine import Engine
from launchctl.show.events import decode

FILE = "show.yaml"
"""None is read: the kept runbooks stand alone."""


def fold_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The status at the end of a kept journal, as this version folds it."""

    def read(what: str) -> Runbook:
        text, now_us = kept[what], kept["loaded_us"]
        return load_text(text, path=FILE, environ=kept["environ"], now_us=now_us)

    engine = Engine(read("runbook"), "run-1")
    for line in kept["lines"]:
        if line["event"] == "amended":
            engine.offer(read("amendment"))
        engine.apply(decode(line))
    status: dict[str, Any] = json.loads(json.dumps(engine.status(kept["at_us"])))
    return status
