"""What is still answered once a show is over: its doubts are settled, and adopted.

The show's process has ended with its show. Whoever calls then conducts for as long as
an answer takes: under the same lease, by the same engine, into the same journal.
"""

from __future__ import annotations

from launchctl.clock import wall_us
from launchctl.conductor.folding import fold
from launchctl.errors import RefusedError
from launchctl.show.engine import Engine
from launchctl.show.events import decode, encode
from launchctl.store.folder import RunFolder


async def answer_calls(folder: RunFolder) -> None:
    """Answer what lies in the inbox of a finished show; nothing is sent by that.

    Raises:
        RefusedError: a conductor lives, and answers itself; or the show is not over.
        JournalError: the answer is not durable.
    """
    meta = folder.meta
    engine = Engine(folder.runbook(), meta.run)
    async with (
        folder.lease(),
        folder.journal(writer=True) as journal,
        folder.inbox() as inbox,
    ):
        for line in await journal.read():
            fold(engine, decode(line), folder.amended)
        if not engine.finished:
            raise RefusedError("the show is not over: somebody has to conduct it")
        # N began anew with the machine; in a rehearsal the wall means nothing.
        now_us = meta.origin.now_us() if meta.rehearsal else wall_us()
        calls = await inbox.read(engine.state.inbox_position)
        decided = engine.step(now_us, calls)
        await journal.append([encode(event) for event in decided.events])
