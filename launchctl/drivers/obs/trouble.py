"""What can go wrong with OBS, by how much is certain about it.

None of these leaves the driver: they become outcomes, or health.
"""


class ObsError(Exception):
    """Something about OBS that the driver turns into an outcome or into health."""


class NotConnectedError(ObsError):
    """Certain: no byte of the call left."""


class UnansweredError(ObsError):
    """The call left and no answer came: its effect is unknown."""


class UnreachableError(ObsError):
    """OBS could not be connected to; trying again may help."""


class UnwelcomeError(ObsError):
    """OBS refused us for good (wrong password, other protocol); do not try again."""


class RefusedByObsError(ObsError):
    """OBS answered no. ``code`` is a ``RequestStatus`` of the protocol."""

    def __init__(self, name: str, code: int, comment: str) -> None:
        self.name = name
        self.code = code
        self.comment = comment
        super().__init__(f"OBS refused {name}: {comment or 'no reason given'} ({code})")


class RefusedHereError(ObsError):
    """Certain without asking: OBS has no such thing, or a later command overtook it."""


def in_words(error: ObsError | KeyError) -> str:
    """A sentence; obs-websocket-py raises KeyError for a field that is missing."""
    if isinstance(error, KeyError):
        return f"OBS's answer lacks {error}"
    return str(error)
