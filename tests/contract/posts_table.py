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
from launchctl.drivers.bluesky import BlueskyDriver
from launchctl.drivers.linkedin import LinkedInDriver
from launchctl.drivers.mastodon import MastodonDriver
from launchctl.drivers.x import XDriver
from launchctl.errors import SecretMissingError
from launchctl.rehearsal.emulators.bluesky import BlueskyAccount, BlueskyEmulator
from launchctl.rehearsal.emulators.bluesky_records import says as bluesky_says
from launchctl.rehearsal.emulators.linkedin import LinkedInAccount, LinkedInEmulator
from launchctl.rehearsal.emulators.linkedin import says as linkedin_says
from launchctl.rehearsal.emulators.mastodon import MastodonAccount, MastodonEmulator
from launchctl.rehearsal.emulators.mastodon_words import says as mastodon_says
from launchctl.rehearsal.emulators.web import Fault
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.rehearsal.emulators.x_problems import says as x_says
from launchctl.runbook.actions import Effect, Media, Post, PostBody
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.times import SECOND, parse_instant


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

    network: "Network"
    driver: Driver
    emulator: Any
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

    def fault(self, fault: "Fault | Says") -> Fault:
        """A fault as this network words it."""
        return fault.by(self.network) if isinstance(fault, Says) else fault

    def picture(self, name: str = "car.jpg", size: int = 3000) -> Media:
        """A picture file below the runbook's folder."""
        (self.files / name).write_bytes(b"\xff\xd8" + b"x" * (size - 2))
        return Media(file=name, alt="A red car")


@dataclass(frozen=True)
class Says:
    """A network's own answer: its words are set by each network's table row."""

    status: int
    words: str = "No."
    commit: bool = False

    @property
    def name(self) -> str:
        """For the test's."""
        return f"{self.status} {self.words}{' after commit' if self.commit else ''}"

    def by(self, network: "Network") -> Fault:
        """As this network says it."""
        said = network.nameless if self.status < 300 else network.says
        fault = said(self.status, self.words)
        return fault.after_commit() if self.commit else fault


def _nameless(status: int, _words: str) -> Fault:
    return Fault(
        f"{status} without an id",
        status=status,
        body=b'{"data": {"text": "hello"}}',
        content_type="application/json",
    )


@dataclass(frozen=True)
class Network:
    """One network: its name, how far end and driver are made, and what it can.

    Attributes:
        handle: whose account it is; ``other`` is somebody else.
        nobody: a handle that no account has.
        same: other ways to write ``handle``.
        shown: a handle, as sentences name it.
        says: a refusal in the network's words.
        where: the address of a post.
        kinds: of requests that may go wrong.
        readable: own posts can be read back, so that a doubt is settled.
        keyed: it takes a key, so that an unknown send may be sent again.
        lags: its timeline may show a post late.
        replies: it has answers.
    """

    name: str
    handle: str
    other: str
    nobody: str
    make: Callable[[str], Any]
    emulator: Callable[[list[Any], Callable[[], int]], Any]
    driver: Callable[[Account, Context], Driver]
    says: Callable[[int, str], Fault]
    where: Callable[[str, str], str]
    kinds: tuple[str, ...]
    same: tuple[str, ...] = ()
    shown: Callable[[str], str] = "@{}".format
    nameless: Callable[[int, str], Fault] = _nameless
    readable: bool = True
    keyed: bool = False
    lags: bool = True
    replies: bool = True

    def accounts(self) -> list[Any]:
        """Who exists there."""
        return [self.make(self.handle), self.make(self.other)]


NETWORKS = [
    Network(
        "x",
        "elonmusk",
        "somebody",
        "somebody-else",
        XAccount.made,
        XEmulator,
        lambda account, context: XDriver("ceo", account, context),
        x_says,
        lambda handle, post: f"https://x.com/{handle}/status/{post}",
        ("me", "post", "timeline", "initialize", "append", "finalize", "metadata"),
        same=("@elonmusk", "ElonMusk", "@ELONMUSK"),
    ),
    Network(
        "bluesky",
        "annabrandt.test",
        "somebody.test",
        "nobody.test",
        BlueskyAccount.made,
        BlueskyEmulator,
        lambda account, context: BlueskyDriver("ceo", account, context),
        bluesky_says,
        lambda handle, post: (
            f"https://bsky.app/profile/{handle}/post/{post.rpartition('/')[2]}"
        ),
        ("me", "post", "timeline", "upload"),
        same=("@annabrandt.test", "AnnaBrandt.test"),
        keyed=True,
        lags=False,
    ),
    Network(
        "mastodon",
        "nordwerk@social.example",
        "somebody@social.example",
        "nobody@social.example",
        MastodonAccount.made,
        MastodonEmulator,
        lambda account, context: MastodonDriver("ceo", account, context),
        mastodon_says,
        lambda handle, post: f"https://social.example/@{handle.split('@')[0]}/{post}",
        ("instance", "me", "post", "timeline", "upload", "media"),
        same=("@nordwerk@social.example", "Nordwerk@Social.Example"),
        keyed=True,
    ),
    Network(
        "linkedin",
        "urn:li:person:AnnaB12",
        "urn:li:person:Some-1",
        "urn:li:person:Nobody",
        LinkedInAccount.made,
        LinkedInEmulator,
        lambda account, context: LinkedInDriver("ceo", account, context),
        linkedin_says,
        lambda _handle, post: f"https://www.linkedin.com/feed/update/{post}",
        ("me", "post", "initialize", "upload", "image"),
        shown=str,
        readable=False,
        replies=False,
    ),
]


def named(network: Network) -> str:
    """A network's name, for the test's."""
    return network.name


@asynccontextmanager
async def joined(
    network: Network,
    files: Path,
    *,
    handle: str | None = None,
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
        handle=handle or network.handle,
        credentials=SecretRef(env="CEO"),
        api=url,
    )
    driver = network.driver(account, context)
    try:
        async with AsyncExitStack() as stack:
            await driver.start(stack)
            yield Far(
                network,
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
