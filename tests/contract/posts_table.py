"""The networks that the post contract runs on, and what its tests share.

A network is one line of ``NETWORKS``: how its emulator and its driver are made.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from launchctl.drivers.base import Context, Driver
from launchctl.drivers.x import XDriver
from launchctl.errors import SecretMissingError
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.runbook.actions import Effect, Media, Post, PostBody
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.times import SECOND, parse_instant

HANDLE = "elonmusk"


class HandClock:
    """N as a test moves it."""

    def __init__(self) -> None:
        self.at_us = parse_instant("2016-04-01T03:30:00+00:00")

    def __call__(self) -> int:
        """N now."""
        return self.at_us

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.at_us += round(seconds * SECOND)


class PlantedSecrets:
    """Secrets as a test plants them: single ones by name, credentials by prefix."""

    def __init__(
        self,
        credentials: Mapping[str, str] | None = None,
        single: Mapping[str, str] | None = None,
    ) -> None:
        self.credentials = dict(credentials or {})
        self.single = dict(single or {})

    def get(self, ref: SecretRef) -> str:
        """A single secret."""
        try:
            return self.single[str(ref)]
        except KeyError:
            raise SecretMissingError(f"{ref} is not set") from None

    def with_prefix(self, ref: SecretRef) -> Mapping[str, str]:
        """The planted credentials, whatever the prefix."""
        return self.credentials


@dataclass
class Far:
    """A driver joined to its emulator, and everything a test may turn."""

    driver: Driver
    emulator: XEmulator
    clock: Any
    secrets: PlantedSecrets
    files: Path
    successor: Callable[[], Driver]
    """Makes a driver of the process that takes over."""
    reported: list[Any] = field(default_factory=list)

    def command(self, text: str, **changes: Any) -> Command:
        """A post command as the engine gives it."""
        media = tuple(changes.pop("media", ()))
        body = PostBody.model_validate({"as": "ceo", "text": text, "media": media})
        limit_s = changes.pop("limit_s", 10.0)
        content = {"text": text, **changes.pop("content", {})}
        command = Command(
            key="run/-/reveal-post/0",
            attempt=1,
            target="account:ceo",
            action=Post(post=body),
            effect=Effect.ONCE,
            cue="reveal-post",
            reason="cue reveal-post",
            content=content,
            sent_after_us=self.clock(),
            deadline_us=self.clock() + round(limit_s * SECOND),
        )
        return replace(command, **changes)

    def picture(self, name: str = "car.jpg", size: int = 3000) -> Media:
        """A picture file below the runbook's folder."""
        (self.files / name).write_bytes(b"\xff\xd8" + b"x" * (size - 2))
        return Media(file=name, alt="A red car")


@dataclass(frozen=True)
class Network:
    """One network: its name, and how far end and driver are made."""

    name: str
    accounts: Callable[[], list[Any]]
    emulator: Callable[[list[Any], Callable[[], int]], Any]
    driver: Callable[[Account, Context], Driver]


NETWORKS = [
    Network(
        "x",
        lambda: [XAccount.made(HANDLE), XAccount.made("somebody")],
        XEmulator,
        lambda account, context: XDriver("ceo", account, context),
    ),
]


@asynccontextmanager
async def joined(
    network: Network,
    files: Path,
    *,
    handle: str = HANDLE,
    credentials: Mapping[str, str] | None = None,
    clock: Callable[[], int] | None = None,
) -> AsyncIterator[Far]:
    """A driver and its emulator, started, and stopped when the test leaves."""
    clock = clock or HandClock()
    accounts = network.accounts()
    emulator = network.emulator(accounts, clock)
    url = await emulator.start()
    given = accounts[0].values() if credentials is None else credentials
    secrets = PlantedSecrets(given)
    reported: list[Any] = []
    context = Context("account:ceo", clock, reported.append, secrets, files)
    account = Account(
        network=network.name,
        handle=handle,
        credentials=SecretRef(env="CEO"),
        api=url,
    )
    driver = network.driver(account, context)
    try:
        async with AsyncExitStack() as stack:
            await driver.start(stack)
            yield Far(
                driver,
                emulator,
                clock,
                secrets,
                files,
                lambda: network.driver(account, context),
                reported,
            )
    finally:
        await emulator.aclose()
        await asyncio.sleep(0)
