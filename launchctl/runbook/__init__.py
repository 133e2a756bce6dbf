"""The runbook language: what people can say, read, checked and resolved."""

from launchctl.runbook.loader import load, load_text

__all__ = ["load", "load_text"]
