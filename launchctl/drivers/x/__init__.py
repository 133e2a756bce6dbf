"""X: posts and replies through tweepy, over a connection that we hold ourselves."""

from launchctl.drivers.x.driver import XDriver

__all__ = ["XDriver"]
