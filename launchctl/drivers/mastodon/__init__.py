"""Mastodon: posts under an Idempotency-Key, on the account's own server."""

from launchctl.drivers.mastodon.driver import MastodonDriver

__all__ = ["MastodonDriver"]
