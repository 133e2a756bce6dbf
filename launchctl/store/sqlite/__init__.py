"""The store of one machine: three SQLite files and a lock in a run folder."""

from launchctl.store.lease import FileLease
from launchctl.store.sqlite.inbox import SqliteInbox
from launchctl.store.sqlite.journal import SqliteJournal
from launchctl.store.sqlite.ledger import SqliteLedger

__all__ = ["FileLease", "SqliteInbox", "SqliteJournal", "SqliteLedger"]
