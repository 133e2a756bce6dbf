"""Whose credentials an account has, asked of its network before anything is posted.

Credentials of another account than the runbook names are refused, not used.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from launchctl.drivers.base import Context, Health, Level
from launchctl.drivers.limits import Limits
from launchctl.drivers.wire import Exchange, scrub
from launchctl.errors import SecretMissingError
from launchctl.runbook.model import Account
from launchctl.runbook.networks import NETWORKS
from launchctl.show.inputs import Answer

READ_S = 8.0
_NO_ENTRY = frozenset({401, 402, 403})


class NotReadyError(Exception):
    """Something that must come first did not succeed: nothing was posted."""

    def __init__(self, answer: Answer, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose credentials these are, as the network says.

    Attributes:
        user_id: the network's own.
        name: as people write it: ``@nordwerk``.
        names: what the runbook may call it.
        trouble: what will keep it from posting, or will soon; "" if nothing does.
    """

    user_id: str
    name: str
    names: tuple[str, ...]
    trouble: str = ""


class IdentifiedDriver(ABC):
    """A driver of one account, which knows who it is and how it does.

    Args:
        name: of the account in the runbook.
        account: handle, credentials, and ``api`` to reach an emulator or a proxy.
        context: what the conductor gives.
    """

    network: ClassVar[str]

    def __init__(self, name: str, account: Account, context: Context) -> None:
        self.name = name
        self._handle = account.handle.removeprefix("@")
        self._account = account
        self._context = context
        self._shown_name = NETWORKS[self.network].shown
        self._secrets: tuple[str, ...] = ()
        self._opened = False
        self._me: Identity | None = None
        self._identity_lock = asyncio.Lock()
        self._limits = Limits()
        self._health = Health(Level.OFFLINE, f"{self.called}: not asked yet")

    # --- a network's own part -------------------------------------------------------

    @abstractmethod
    async def _ask_who(self) -> Exchange:
        """Ask the network whose credentials these are."""

    @abstractmethod
    def _identity_in(self, exchange: Exchange) -> Identity | None:
        """The account that the answer names; None if it names none."""

    @abstractmethod
    def _said_by(self, exchange: Exchange) -> str:
        """The network's own words for a refusal; "" if the body is not its own."""

    def _is_stale(self) -> bool:
        """Whether to ask again who we are, though it is known."""
        return False

    @property
    def called(self) -> str:
        """The account, for people."""
        return f"@{self._handle}"

    def _is_called(self, identity: Identity) -> bool:
        """Whether the runbook means this account; case does not matter."""
        return self._handle.casefold() in {name.casefold() for name in identity.names}

    # --- who we are -----------------------------------------------------------------

    async def check(self) -> Health:
        """Ask the network whose credentials these are."""
        try:
            async with asyncio.timeout(READ_S):
                await self._identified(again=True)
        except (NotReadyError, TimeoutError):
            pass
        return self._health

    def health(self) -> Health:
        """The last known health."""
        return self._health

    def _credentials(self, values: Mapping[str, str], source: str) -> dict[str, str]:
        """What the network needs, and what else stands behind the prefix.

        Raises:
            SecretMissingError: naming what is missing or empty.
        """
        known = NETWORKS[self.network]
        found = {name: value.strip() for name, value in values.items() if value.strip()}
        missing = [name for name in known.credentials if name not in found]
        if missing:
            raise SecretMissingError(
                f"the {known.shown} credentials ({source}) lack {', '.join(missing)}",
                hint=f"{known.shown} needs "
                + ", ".join(f"..._{name}" for name in known.credentials),
            )
        return found

    async def _identified(self, *, again: bool = False) -> Identity:
        """Who we are, once the network has named the runbook's handle.

        Raises:
            NotReadyError: it named another, or did not answer.
        """
        if not self._opened:
            raise NotReadyError(Answer.NOT_SENT, self._health.text)
        async with self._identity_lock:
            if again or self._me is None or self._is_stale():
                self._me = self._take_identity(await self._ask_who())
            return self._me

    def _take_identity(self, exchange: Exchange) -> Identity:
        me = self._identity_in(exchange)
        if me is None:
            raise self._unidentified(exchange)
        if not self._is_called(me):
            self._me = None
            sentence = (
                f"The credentials of account {self.name} are {me.name}'s, "
                f"the runbook says {self.called}: nothing is posted with them."
            )
            self._say(Level.BAD, sentence)
            raise NotReadyError(Answer.REFUSED, sentence)
        if me.trouble:
            self._say(Level.BAD, f"{me.name} answers, but {me.trouble}")
        else:
            self._say(Level.GOOD, f"{me.name} answers")
        return me

    def _unidentified(self, exchange: Exchange) -> NotReadyError:
        network, said = self._shown_name, self._said_by(exchange)
        certain = exchange.status in _NO_ENTRY and said
        why = (
            said
            or exchange.trouble
            or f"{network} answered {exchange.status} without a name"
        )
        self._say(Level.BAD if certain else Level.OFFLINE, f"{self.called}: {why}")
        # a passing failure of asking takes nothing away from what was known before
        if certain:
            self._me = None
        sentence = f"{network} did not say whose credentials these are: {why}."
        return NotReadyError(Answer.REFUSED if certain else Answer.NOT_SENT, sentence)

    # --- words ----------------------------------------------------------------------

    def _silence(self) -> str:
        return f"{self._shown_name} did not answer within {READ_S:g} s"

    def _say(self, level: Level, text: str) -> None:
        details = {"handle": self._handle, "limits": self._limits.sentence()}
        self._health = Health(level, self._shown(text), details)

    def _shown(self, text: str) -> str:
        return scrub(text, self._secrets)
