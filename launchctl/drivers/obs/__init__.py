"""OBS Studio through obs-websocket 5.

``connection`` is one socket, ``link`` keeps two of them standing; ``wanted`` is what
OBS was told, ``seen`` what it tells, ``diff`` what their difference means; ``watch``
reports it; ``perform`` and ``cuts`` do what cues ask, ``projection`` what the counter
asks;
``driver`` is what the conductor holds.
"""

from launchctl.drivers.obs.driver import ObsDriver

__all__ = ["ObsDriver"]
