"""The table of X's answers, and its limits, without any wire."""

import json

import pytest

from launchctl.drivers.limits import Limits
from launchctl.drivers.wire import Exchange
from launchctl.drivers.x.answers import answer_to_post
from launchctl.show.inputs import Answer
from launchctl.times import SECOND

NOW_US = 1_459_481_400 * SECOND


def answered(status, body=None, content_type="application/problem+json", **headers):
    """An exchange that got this answer."""
    raw = json.dumps(body).encode() if body is not None else b""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(NOW_US - 1, status, named, content_type, raw)


def outcome_of(exchange):
    """What the driver makes of it."""
    return answer_to_post(exchange, handle="ceo", now_us=NOW_US)


@pytest.mark.parametrize("status", range(100, 600))
def test_only_x_own_clear_no_is_refused(status):
    """Any status without a JSON body of X is unknown, whatever its number."""
    for exchange in (answered(status), answered(status, content_type="text/html")):
        assert outcome_of(exchange).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, Answer.REFUSED),
        (401, Answer.REFUSED),
        (402, Answer.REFUSED),
        (403, Answer.REFUSED),
        (404, Answer.REFUSED),
        (408, Answer.UNKNOWN),
        (409, Answer.UNKNOWN),
        (413, Answer.REFUSED),
        (429, Answer.REFUSED),
        (500, Answer.UNKNOWN),
        (503, Answer.UNKNOWN),
        (307, Answer.UNKNOWN),
    ],
)
def test_a_problem_of_x_by_its_status(status, answer):
    """4xx that mean no are certain; time-outs, conflicts and 5xx are not."""
    assert answer is outcome_of(answered(status, {"detail": "No."})).answer


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "You are not allowed to create a Tweet with duplicate content."},
        {"errors": [{"code": 187, "message": "Status is a duplicate."}]},
        {"title": "Duplicate", "detail": "No."},
    ],
)
def test_a_duplicate_is_no_refusal(body):
    """It may be our own post that is there already, however X words it."""
    assert outcome_of(answered(403, body)).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [None, {}, [], {"data": {}}, {"data": {"id": 7}}, {"data": {"id": "../7"}}, "7"],
)
def test_a_yes_without_an_id_is_unknown(body):
    """A receipt is an id of digits, or there is none."""
    exchange = answered(201, body, content_type="application/json")

    assert outcome_of(exchange).answer is Answer.UNKNOWN


def test_a_receipt_names_the_post_and_its_address():
    """A clean yes."""
    body = {"data": {"id": "715", "text": "x"}}

    outcome = outcome_of(answered(201, body, content_type="application/json"))

    assert ("715", "https://x.com/ceo/status/715") == (
        outcome.receipt.id,
        outcome.receipt.url,
    )


@pytest.mark.parametrize("errors", [None, "x", [1, {"message": 2}], [{"message": "m"}]])
def test_odd_problems_are_still_refusals(errors):
    """X's problem bodies vary; nothing falls over them."""
    body = {"title": "Invalid", "detail": None, "errors": errors}

    assert outcome_of(answered(400, body)).answer is Answer.REFUSED


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, 15),
        ({"x-rate-limit-reset": "1459481460", "x-rate-limit-remaining": "0"}, 61),
        ({"x-rate-limit-reset": "1459481300"}, 15),
        ({"x-rate-limit-reset": "9" * 30}, 15),
        ({"x-rate-limit-reset": "soon"}, 15),
        (
            {
                "x-rate-limit-reset": "1459481460",
                "x-user-limit-24hour-reset": "1459485000",
                "x-user-limit-24hour-remaining": "0",
            },
            3601,
        ),
        (
            {
                "x-rate-limit-reset": "1459481460",
                "date": "Fri, 01 Apr 2016 03:30:30 GMT",
            },
            31,
        ),
        ({"x-rate-limit-reset": "1459481460", "date": "yesterday"}, 61),
    ],
)
def test_when_to_come_back(headers, wait_s):
    """The later of the used-up resets, on X's own clock; nonsense is a short wait."""
    assert NOW_US + wait_s * SECOND == Limits.of(headers).retry_at_us(NOW_US)
