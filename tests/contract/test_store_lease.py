"""What every lease must do, on every implementation."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from launchctl.errors import RefusedError
from launchctl.store.base import Lease
from tests.contract.stores import BACKENDS


@pytest.fixture(params=BACKENDS)
def leases(request) -> Iterator[tuple[Lease, Lease]]:
    """Two conductors that compete, in each store in turn."""
    backend = BACKENDS[request.param]()
    pair = backend.leases()
    yield pair
    for lease in pair:
        lease.release()
    asyncio.run(backend.aclose())


class TestLease:
    """The right to be the conductor."""

    def test_one_holds_it(self, leases):
        """The second is refused with a sentence."""
        first, second = leases
        first.acquire()
        with pytest.raises(RefusedError, match="another conductor"):
            second.acquire()

    def test_released_it_can_be_taken(self, leases):
        """Giving it back lets the next one have it."""
        first, second = leases
        first.acquire()
        first.release()
        second.acquire()
        with pytest.raises(RefusedError):
            first.acquire()

    def test_holder_may_ask_again(self, leases):
        """Taking what one has, and giving back what one has not, are no errors."""
        first, second = leases
        first.acquire()
        first.acquire()
        second.release()
        with pytest.raises(RefusedError):
            second.acquire()
