"""The table of drivers."""

from importlib.metadata import EntryPoint

import pytest

from launchctl.drivers import registry
from launchctl.drivers.base import Context
from launchctl.drivers.http import HttpDriver
from launchctl.drivers.notify import NotifyDriver
from launchctl.drivers.obs import ObsDriver
from launchctl.drivers.x import XDriver
from launchctl.errors import InputError
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Account, Notification, Stage


class NoSecrets:
    """No secret is needed to make a driver."""

    def get(self, ref):
        """Nobody asks."""
        raise AssertionError(ref)

    def with_prefix(self, ref):
        """Nobody asks."""
        raise AssertionError(ref)


def context(name):
    """A context that hears nothing."""
    return Context(name, lambda: 0, lambda _: None, NoSecrets())


def account(network):
    """An account on a network."""
    return Account(
        network=network, handle="elonmusk", credentials=SecretRef(env="X_CEO")
    )


class Elsewhere:
    """A third party's driver."""

    def __init__(self, definition, context):
        self.definition = definition
        self.context = context


@pytest.fixture
def installed(monkeypatch):
    """Entry points of third parties; records what was imported."""
    loaded = []

    class Recorded(EntryPoint):
        def load(self):
            loaded.append(self.name)
            return Elsewhere if self.name == "myspace" else super().load()

    entries = [
        Recorded("myspace", f"{__name__}:Elsewhere", registry.GROUP),
        Recorded("broken", "no_such_module_anywhere:Driver", registry.GROUP),
        Recorded("x", f"{__name__}:Elsewhere", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)
    return loaded


def test_each_far_end_gets_its_driver():
    """One table for stages, accounts, channels and http."""
    stage = registry.stage_driver(Stage(url="ws://127.0.0.1:1"), context("stage:main"))
    assert isinstance(stage, ObsDriver)
    posts = registry.account_driver(account("x"), context("account:ceo"))
    assert isinstance(posts, XDriver)
    channel = Notification(url=SecretRef(env="CREW"))
    crew = registry.notify_driver(channel, context("notify:crew"))
    assert isinstance(crew, NotifyDriver)
    assert isinstance(registry.http_driver(context("http")), HttpDriver)


def test_an_unknown_network_is_the_runbook_s_fault_with_a_near_miss(installed):
    """The message names what was meant; nothing was imported to find out."""
    with pytest.raises(InputError, match="there is no network 'mispace'") as error:
        registry.account_driver(account("mispace"), context("account:ceo"))
    assert error.value.hint == "did you mean 'myspace'?"
    assert installed == []


def test_an_unknown_network_without_a_near_miss_lists_the_known(installed):
    """So that the right one can be chosen."""
    with pytest.raises(InputError) as error:
        registry.account_driver(account("zzz"), context("account:ceo"))
    assert error.value.hint == "known: bluesky, broken, linkedin, mastodon, myspace, x"


def test_a_third_party_s_driver_is_imported_only_if_named(installed):
    """And only that one; it is called with the definition and the context."""
    definition, given = account("myspace"), context("account:ceo")
    driver = registry.account_driver(definition, given)
    assert installed == ["myspace"]
    assert (type(driver), driver.definition, driver.context) == (
        Elsewhere,
        definition,
        given,
    )


def test_a_third_party_cannot_replace_ours(installed):
    """The name x stays ours."""
    driver = registry.account_driver(account("x"), context("account:ceo"))
    assert isinstance(driver, XDriver)


def test_a_third_party_s_broken_driver_is_a_sentence(installed):
    """No stack trace for somebody else's missing module."""
    with pytest.raises(InputError, match="'broken' is installed but cannot be loaded"):
        registry.account_driver(account("broken"), context("account:ceo"))
    assert installed == ["broken"]
