"""What tests of a contract run on: each network, or those that can; each store."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.posts_table import NETWORKS, joined, named
from tests.contract.stores import BACKENDS, Backend


@pytest.fixture(params=NETWORKS, ids=named)
def network(request):
    """One line of the table."""
    return request.param


@pytest.fixture
async def far(network, tmp_path):
    """That network's driver and emulator."""
    async with joined(network, tmp_path) as far:
        yield far


@pytest.fixture(params=[n for n in NETWORKS if n.readable], ids=named)
def readable(request):
    """A network whose own posts can be read back."""
    return request.param


@pytest.fixture
async def far_read(readable, tmp_path):
    """A driver and its emulator, where a doubt can be settled by reading."""
    async with joined(readable, tmp_path) as far:
        yield far


@pytest.fixture(params=[n for n in NETWORKS if n.keyed], ids=named)
async def far_keyed(request, tmp_path):
    """A driver and its emulator, where a send may be repeated under its key."""
    async with joined(request.param, tmp_path) as far:
        yield far


@pytest.fixture(params=[n for n in NETWORKS if n.replies], ids=named)
async def far_replying(request, tmp_path):
    """A driver and its emulator, where posts can be answered."""
    async with joined(request.param, tmp_path) as far:
        yield far


@pytest.fixture(params=BACKENDS)
async def backend(request) -> AsyncIterator[Backend]:
    """Each store in turn."""
    made = BACKENDS[request.param]()
    yield made
    await made.aclose()
