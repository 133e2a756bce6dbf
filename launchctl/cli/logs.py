"""Logging of the processes: JSON lines in a file of bounded size, no secret in reach.

The starter has opened the file as the process's standard error already, so that the
last words of a crash are in it; when the file is rotated, standard error follows.
"""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

MAX_BYTES = 10 * 1024 * 1024
KEPT = 3
"""Files kept beside the present one: a week of trouble fills 40 MiB and no more."""

_OURS = ("launchctl", "__main__")
_STDERR = 2


class _LogFile(RotatingFileHandler):
    """Only for its owner, and never a reason for a show to fail: a disk that takes no
    log line has taken nothing that anybody decides by.
    """

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(
            self.baseFilename, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600
        )
        return os.fdopen(descriptor, "a", encoding="utf-8")

    def doRollover(self) -> None:  # noqa: N802  the library's name
        super().doRollover()
        if self.stream is not None:
            os.dup2(self.stream.fileno(), _STDERR)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the same
        pass


def log_to(file: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Structured lines in ``file``, libraries' warnings among them.

    Libraries stay at WARNING: some print credentials at DEBUG.
    """
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
    ]
    handler = _LogFile(file, maxBytes=max_bytes, backupCount=KEPT)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
