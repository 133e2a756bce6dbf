"""What obs-websocket 5 says, without a socket: its numbers, proofs and answers.

Source: obsproject/obs-websocket, docs/generated/protocol.md, RPC version 1.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from enum import IntFlag
from typing import Any, TypeAlias

from obswebsocket.base_classes import Baserequests

from launchctl.drivers.obs.trouble import RefusedByObsError

RPC_VERSION = 1
WRONG_PASSWORD = 4009
WRONG_RPC_VERSION = 4010
FATAL = {
    WRONG_PASSWORD: "OBS refuses the password",
    WRONG_RPC_VERSION: "OBS speaks another version of obs-websocket; 5.x is needed",
}
"""Close codes after which nothing is tried again."""
Request: TypeAlias = Baserequests
"""A request of obs-websocket-py: ``requests.SetCurrentProgramScene(sceneName=...)``.
After a call it holds the answer: ``request.getSceneName()``.
"""


class Events(IntFlag):
    """What a connection subscribes to (``EventSubscription`` of the protocol)."""

    NONE = 0
    GENERAL = 1
    CONFIG = 2
    SCENES = 4
    INPUTS = 8
    TRANSITIONS = 16
    OUTPUTS = 64
    SCENE_ITEMS = 128
    MEDIA = 256


OnEvent = Callable[[str, Mapping[str, Any]], None]
"""Takes (event, its data)."""


def prove(password: str, challenge: Mapping[str, Any]) -> str:
    """``authentication`` of Identify: base64(sha256(base64(sha256(password + salt)) +
    challenge)), as the protocol's chapter on authentication has it.
    """
    secret = hashlib.sha256((password + str(challenge["salt"])).encode()).digest()
    salted = base64.b64encode(secret) + str(challenge["challenge"]).encode()
    return base64.b64encode(hashlib.sha256(salted).digest()).decode()


def fill(request: Request, answer: Mapping[str, Any]) -> None:
    """Put an answer into the request it belongs to.

    Raises:
        RefusedByObsError: it is a refusal.
    """
    status = answer.get("requestStatus") or {}
    request.input(answer.get("responseData") or {}, bool(status.get("result")))
    if not request.status:
        code = int(status.get("code") or 0)
        raise RefusedByObsError(request.name, code, str(status.get("comment") or ""))
