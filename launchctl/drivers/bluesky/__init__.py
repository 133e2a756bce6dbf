"""Bluesky: posts as records under keys of our own choice, over plain XRPC."""

from launchctl.drivers.bluesky.driver import BlueskyDriver

__all__ = ["BlueskyDriver"]
