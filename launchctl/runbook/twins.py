"""The ``test:`` twins: the same show with the accounts and shops of a dress rehearsal.

A dress rehearsal does everything that the evening does, but under accounts and with
shops that are made for it. Services that are called, desks, and the outputs of a stream
that a cue starts have no ``test:``: their twin is an address that is given for this run
(``--set``). What has no twin would reach the real one: there is no dress rehearsal of
such a runbook. Messages to the crew's channels stay on the crew page.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from launchctl.errors import InputError
from launchctl.runbook.actions import Action, Http, Osc, Stream, undone
from launchctl.runbook.model import Account, OrderSource, Runbook
from launchctl.runbook.references import all_cues


def without_twin(runbook: Runbook) -> tuple[str, ...]:
    """What a dress rehearsal cannot replace: ``account ceo``, ``order source shop``."""
    sources = runbook.orders.sources if runbook.orders else ()
    return (
        *(f"account {name}" for name, one in runbook.accounts.items() if not one.test),
        *(f"order source {one.name}" for one in sources if not one.test),
    )


def without_address(runbook: Runbook) -> tuple[str, ...]:
    """What cues reach and no ``--set`` replaces, by the path that would: an origin,
    ``osc.lights.url``, ``outputs.live.playback``, ``stages.main.url``.
    """
    given = dict(runbook.overrides)
    at = {_origin(url) for path, url in given.items() if "://" in path}
    found = {
        path: None
        for _, cue in all_cues(runbook)
        for action in cue.do
        for path in _reached(runbook, action)
        if path not in given and path not in at
    }
    return tuple(found)


def _reached(runbook: Runbook, action: Action) -> Iterator[str]:
    match action:
        case Http():
            yield _origin(action.http.url)
            back = undone(action)
            if back is not None:
                yield _origin(back.http.url)
        case Osc():
            yield f"osc.{action.osc.to}.url"
        case Stream(stream="start"):
            stage = action.stage or runbook.first_stage
            fed = [name for name in runbook.outputs if runbook.stage_of(name) == stage]
            yield from (f"outputs.{name}.playback" for name in fed)
            if not fed:
                yield f"stages.{stage}.url"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def told(dressed: Runbook) -> str:
    """A sentence about a dress rehearsal, for the journal."""
    posing = [f"{name} is {one.handle}" for name, one in dressed.accounts.items()]
    return f"dress rehearsal: {', '.join(posing) or 'no account'}; shops in test mode"


def twins(runbook: Runbook) -> Runbook:
    """The runbook with every account and order source replaced by its twin.

    Cues, texts, embargoes, roles and the digest stay. Approvals are given to a handle:
    what was approved for a twin is not approved for the real account.

    Raises:
        InputError: something would be reached that has no twin; names all of it.
    """
    missing, addresses = without_twin(runbook), without_address(runbook)
    if missing or addresses:
        hints = ["give each account and order source a `test:` twin in the runbook"]
        hints += [f"--set {path}=URL of a test one" for path in addresses]
        raise InputError(
            f"a dress rehearsal would reach the real {', '.join(missing + addresses)}",
            hint="; ".join(hints if missing else hints[1:]),
        )
    values: dict[str, object] = {
        "accounts": {name: _account(one) for name, one in runbook.accounts.items()},
        "notify": {},
    }
    if runbook.orders is not None:
        sources = tuple(_source(one) for one in runbook.orders.sources)
        values["orders"] = runbook.orders.model_copy(update={"sources": sources})
    return runbook.model_copy(update=values)


def _account(account: Account) -> Account:
    twin = account.test
    assert twin is not None
    changes = {
        "handle": twin.handle,
        "credentials": twin.credentials,
        "api": twin.api,
        "test": None,
    }
    return account.model_copy(update=changes)


def _source(source: OrderSource) -> OrderSource:
    assert source.test is not None
    changes = {"secret": source.test.secret, "test": None}
    return source.model_copy(update=changes)
