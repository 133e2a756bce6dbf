"""What a show plays on: mixers, outputs, accounts, people, desks, crew channels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from launchctl.runbook.base import Frozen, Name, SecretRef, Span, Text


class Stage(Frozen):
    """A mixer. ``url`` may come from the environment.

    ``follows``: another stage, whose wanted commands this one gets too.
    """

    driver: Literal["obs"] = "obs"
    url: str
    password: SecretRef | None = None
    follows: Name | None = None


class Output(Frozen):
    """What viewers see of a stage, and how late.

    Attributes:
        stage: the mixer that feeds it; None: the first declared.
        playback: its HLS playlist, which is probed; without one nothing of it is known.
        delay_us: how late viewers see it at least; more if more is measured.
        watch: where people watch it.
    """

    stage: Name | None = None
    playback: str | None = None
    delay_us: Span = Field(default=20_000_000, alias="delay")
    watch: str | None = None


class AccountTwin(Frozen):
    """``test:`` of an account: who posts in its place in a dress rehearsal."""

    handle: Text
    credentials: SecretRef
    api: str | None = None


class Account(Frozen):
    """Who posts where. ``credentials`` is a prefix of environment names, or a file.

    ``doubt`` resend: the network refuses an identical text, so an unknown send may be
    sent again after the lag window, with proof that the former sender is dead.
    ``by_hand`` watch: posts that its owner makes alone are looked for; ask: each post
    waits for its owner's word.
    """

    network: Name
    handle: Text
    credentials: SecretRef
    lang: str | None = None
    api: str | None = None
    doubt: Literal["ask", "resend"] = "ask"
    by_hand: Literal["watch", "ask"] | None = None
    test: AccountTwin | None = None


class Role(Frozen):
    """What the people of a role may do, and the zone their times are shown in."""

    may: tuple[str, ...]
    timezone: str | None = None


class OscDevice(Frozen):
    """A desk that takes Open Sound Control: ``osc://HOST:PORT``, over UDP."""

    url: str


class Notification(Frozen):
    """A crew channel: a URL of an alerting service, by reference."""

    url: SecretRef
