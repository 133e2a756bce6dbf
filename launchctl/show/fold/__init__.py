"""The fold: how events become the state. Nothing else changes a ``State``."""

from launchctl.show.fold.apply import apply, initial

__all__ = [
    "apply",
    "initial",
]
