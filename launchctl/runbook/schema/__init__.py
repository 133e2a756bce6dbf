"""The JSON Schema of the language."""

from launchctl.runbook.schema.runbook import runbook_schema

__all__ = ["runbook_schema"]
