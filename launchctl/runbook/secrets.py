"""Which secrets a runbook names, who needs them, and where they come from.

The *front* gets the secrets of order sources and nothing else; the *show* gets all
others. They are read once at the start, from the environment or from files, and go to
each process over a pipe. An account's ``credentials: {env: X_CEO}`` is a prefix:
``X_CEO_CONSUMER_KEY``, and so on; a credentials file has one ``NAME=value`` a line.

A message about a secret names its reference, never its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from launchctl.errors import InputError, SecretMissingError
from launchctl.runbook.actions import Action, Http
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Runbook
from launchctl.runbook.networks import NETWORKS
from launchctl.runbook.references import all_cues

MAX_FILE_BYTES = 64 * 1024

MIN_SECRET = 4
"""Characters of the shortest secret that is taken. A shorter one protects nothing, and
could not be struck out of what a far end says without taking half the words along.
"""


@dataclass(frozen=True, slots=True)
class Need:
    """One secret that a run needs.

    Attributes:
        ref: as written.
        what: whose it is, for messages: ``account ceo``, ``order source stores``.
        parts: what must follow the prefix; empty for a plain secret.
        prefix: True if ``ref`` is a prefix of names (an account's credentials).
    """

    ref: SecretRef
    what: str
    parts: tuple[str, ...] = ()
    prefix: bool = False


def front_needs(runbook: Runbook) -> tuple[Need, ...]:
    """The front's: order sources only."""
    sources = runbook.orders.sources if runbook.orders else ()
    return tuple(
        Need(ref, f"order source {source.name}")
        for source in sources
        for ref in source.secret
    )


def show_needs(runbook: Runbook) -> tuple[Need, ...]:
    """The show's: stages, accounts, crew channels, headers of http calls."""
    found: list[Need] = []
    for name, stage in runbook.stages.items():
        if stage.password is not None:
            found.append(Need(stage.password, f"stage {name}"))
    for name, account in runbook.accounts.items():
        known = NETWORKS.get(account.network)
        parts = known.credentials if known else ()
        found.append(Need(account.credentials, f"account {name}", parts, prefix=True))
    for name, channel in runbook.notify.items():
        found.append(Need(channel.url, f"channel {name}"))
    for _, cue in all_cues(runbook):
        found.extend(_http_needs(cue.do, f"cue {cue.id}"))
    return tuple(dict.fromkeys(found))


def _http_needs(actions: Iterable[Action], where: str) -> Iterator[Need]:
    for action in actions:
        if isinstance(action, Http):
            for header, value in action.http.headers.items():
                if isinstance(value, SecretRef):
                    yield Need(value, f"{where}, header {header}")


def resolve_show(runbook: Runbook, environ: Mapping[str, str]) -> dict[str, str]:
    """The show's secrets, to be handed over a pipe to ``GivenSecrets``.

    Raises:
        SecretMissingError: naming every reference that is missing, and whose it is.
    """
    return resolve(show_needs(runbook), environ, Path(runbook.path).parent)


def resolve_front(runbook: Runbook, environ: Mapping[str, str]) -> dict[str, str]:
    """The front's secrets; as ``resolve_show``."""
    return resolve(front_needs(runbook), environ, Path(runbook.path).parent)


def resolve(
    needs: Iterable[Need], environ: Mapping[str, str], base_dir: Path
) -> dict[str, str]:
    """The values of ``needs``: by ``env:NAME``, ``file:PATH``, ``file:PATH:PART``.

    Raises:
        SecretMissingError: naming all that is missing at once.
        InputError: naming all that are too short to be secrets.
    """
    found: dict[str, str] = {}
    missing: list[str] = []
    short: list[str] = []
    for need in needs:
        values, absent = _resolve_one(need, environ, base_dir)
        found.update(values)
        missing.extend(f"{need.what} needs {what}" for what in absent)
        short.extend(f"{need.what}: {what}" for what in _too_short(need, values))
    if missing:
        raise SecretMissingError(
            "; ".join(dict.fromkeys(missing)),
            hint="set it in the environment, or correct the reference in the runbook",
        )
    if short:
        raise InputError(
            f"{'; '.join(dict.fromkeys(short))} has fewer than {MIN_SECRET} characters",
            hint="so short a secret cannot be kept out of logs: set a longer one there",
        )
    return found


def _too_short(need: Need, values: Mapping[str, str]) -> list[str]:
    """The references, without values, of what is no secret. What stands beside an
    account's own parts under its prefix is none of ours.
    """
    return [
        name.partition(":")[2]
        for name, value in values.items()
        if len(value) < MIN_SECRET
        and (not need.parts or name.endswith(tuple(need.parts)))
    ]


def _resolve_one(
    need: Need, environ: Mapping[str, str], base_dir: Path
) -> tuple[dict[str, str], list[str]]:
    """Values found, and descriptions of what is not there."""
    ref = need.ref
    if ref.file is not None:
        return _from_file(need, ref.file, base_dir)
    assert ref.env is not None
    if not need.prefix:
        value = environ.get(ref.env, "")
        if not value:
            return {}, [f"{ref.env} in the environment"]
        return {f"env:{ref.env}": value}, []
    start = f"{ref.env}_"
    values = {
        f"env:{name}": value
        for name, value in environ.items()
        if name.startswith(start) and value
    }
    names = [start + part for part in need.parts]
    absent = [name for name in names if f"env:{name}" not in values]
    if not need.parts and not values:
        absent = [f"{start}..."]
    return values, [f"{name} in the environment" for name in absent]


def _from_file(
    need: Need, file: str, base_dir: Path
) -> tuple[dict[str, str], list[str]]:
    try:
        with (base_dir / file).open(encoding="utf-8") as opened:
            text = opened.read(MAX_FILE_BYTES)
    except (OSError, ValueError):
        return {}, [f"the file {file}, which cannot be read"]
    if not need.prefix:
        value = text.strip()
        return ({f"file:{file}": value}, []) if value else ({}, [f"the file {file}"])
    values = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            values[f"file:{file}:{name.strip()}"] = value.strip()
    absent = [part for part in need.parts if not values.get(f"file:{file}:{part}")]
    return values, [f"{part}= in the file {file}" for part in absent]


class GivenSecrets:
    """Secrets that were handed over; the ``Secrets`` of every driver.

    Keyed as ``resolve`` gives them. Its repr shows no value.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __repr__(self) -> str:
        return f"GivenSecrets({len(self._values)} values)"

    def get(self, ref: SecretRef) -> str:
        """The value of a reference.

        Raises:
            SecretMissingError: naming the reference.
        """
        key = f"file:{ref.file}" if ref.file is not None else f"env:{ref.env}"
        if key not in self._values:
            raise SecretMissingError(f"the secret {ref} was not given to this process")
        return self._values[key]

    def with_prefix(self, ref: SecretRef) -> Mapping[str, str]:
        """All values of an account, keyed by what follows its prefix."""
        start = f"file:{ref.file}:" if ref.file is not None else f"env:{ref.env}_"
        return {
            key.removeprefix(start): value
            for key, value in self._values.items()
            if key.startswith(start)
        }
