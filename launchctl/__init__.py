"""launchctl: the conductor for livestreamed product launches."""

__version__ = "0.1.0"
