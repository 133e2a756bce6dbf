"""The ``test:`` twins: the same show with the accounts and shops of a dress rehearsal.

A dress rehearsal does everything that the evening does, but under accounts and with
shops that are made for it. What has no twin would reach the real one: there is no dress
rehearsal of such a runbook.
"""

from __future__ import annotations

from launchctl.errors import InputError
from launchctl.runbook.model import Account, OrderSource, Runbook


def without_twin(runbook: Runbook) -> tuple[str, ...]:
    """What a dress rehearsal cannot replace: ``account ceo``, ``order source shop``."""
    sources = runbook.orders.sources if runbook.orders else ()
    return (
        *(f"account {name}" for name, one in runbook.accounts.items() if not one.test),
        *(f"order source {one.name}" for one in sources if not one.test),
    )


def twins(runbook: Runbook) -> Runbook:
    """The runbook with every account and order source replaced by its twin.

    Cues, texts, embargoes, roles and the digest stay. Approvals are given to a handle:
    what was approved for a twin is not approved for the real account.

    Raises:
        InputError: an account or a source has no twin; names all that have none.
    """
    if missing := without_twin(runbook):
        raise InputError(
            f"a dress rehearsal would reach the real {', '.join(missing)}",
            hint="give each a `test:` twin in the runbook",
        )
    values: dict[str, object] = {
        "accounts": {name: _account(one) for name, one in runbook.accounts.items()}
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
