"""The runbook language: what people can say, read, checked and resolved."""
