"""Crew messages without a channel stand on the crew's pages."""

from __future__ import annotations

from launchctl.drivers.base import Context
from launchctl.drivers.page import PageDriver
from launchctl.runbook.actions import Effect, Notify
from launchctl.runbook.secrets import GivenSecrets
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Input, Noted


async def test_a_message_is_noted_with_its_cue():
    """The text reaches the journal, and so every page that follows it."""
    heard: list[Input] = []
    context = Context("notify:crew", lambda: 7, heard.append, GivenSecrets({}))
    command = Command(
        key="run/1/standby-all/0",
        attempt=1,
        target="notify:crew",
        action=Notify.model_validate({"notify": {"to": "crew", "text": "Stand by."}}),
        effect=Effect.AT_LEAST_ONCE,
        cue="standby-all",
        reason="cue standby-all",
        content={"text": "Stand by."},
    )
    outcome = await PageDriver(context).send(command)
    assert (Answer.OK, 7) == (outcome.answer, outcome.confirmed_us)
    assert [Noted("notify:crew", "Stand by.", cue="standby-all")] == heard
