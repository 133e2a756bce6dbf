"""Constants by language: ``vars: {hello: {en: Hello, de: Hallo}}``.

A post takes the words of its account's ``lang``; all other texts take those of the
runbook's ``locale``. ``en_GB`` is also served by ``en``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launchctl.runbook.model import Runbook


def said_in(value: Any, lang: str) -> Any:
    """A constant in a language; None if it has no words in it."""
    if not isinstance(value, Mapping):
        return value
    found = value.get(lang)
    return value.get(_language(lang)) if found is None else found


def vars_in(runbook: Runbook, lang: str | None) -> dict[str, Any]:
    """All constants as a text in ``lang`` (None: the runbook's) reads them."""
    spoken = lang or runbook.locale
    return {
        name: said
        for name, value in runbook.vars.items()
        if (said := said_in(value, spoken)) is not None
    }


def lang_of(runbook: Runbook, account: str | None) -> str:
    """The language that an account posts in."""
    sender = runbook.accounts.get(account) if account is not None else None
    return (sender.lang if sender else None) or runbook.locale


def _language(lang: str) -> str:
    return lang.replace("-", "_").partition("_")[0]
