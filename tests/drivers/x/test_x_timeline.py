"""Recognising our own post by what X makes of it."""

import pytest

from launchctl.drivers.x.timeline import CLOCK_ALLOWANCE_US, SeenPost, Wanted, look
from launchctl.show.inputs import Sight
from launchctl.times import SECOND, parse_instant

AT_US = parse_instant("2016-04-01T03:30:00+00:00")


def snowflake(at_us):
    """An id of that instant."""
    return str((at_us // 1000 - 1_288_834_974_657) << 22)


def seen(text, at_us=AT_US, **fields):
    """A post as the API gives it."""
    return SeenPost.model_validate({"id": snowflake(at_us), "text": text, **fields})


def wanted(text, *, reply_to=None, has_media=False):
    """What was to be posted at ``AT_US``."""
    return Wanted(text, has_media, reply_to, AT_US)


def link(short, full, **more):
    """One of ``entities.urls``."""
    return {"url": short, "expanded_url": full, **more}


def test_instants_are_read_from_ids():
    """A snowflake holds its millisecond."""
    assert AT_US == seen("x").at_us


@pytest.mark.parametrize(
    ("late_us", "sight"),
    [
        (0, Sight.FOUND),
        (-CLOCK_ALLOWANCE_US, Sight.FOUND),
        (-CLOCK_ALLOWANCE_US - SECOND, Sight.OLDER),
        (3600 * SECOND, Sight.FOUND),
    ],
)
def test_newer_than_the_intent_is_ours_and_older_is_not(late_us, sight):
    """The intent's instant divides, less what clocks may differ."""
    found = look([seen("Model 3.", AT_US + late_us)], wanted("Model 3."))

    assert sight is found.sight


def test_ours_is_the_first_since_the_intent():
    """Twice the same: the earlier is the receipt, and it is said."""
    posts = [seen("M3", AT_US + 9 * SECOND), seen("M3", AT_US + SECOND)]

    found = look(posts, wanted("M3"))

    assert (posts[1].id, "it stands there 2 times") == (found.post_id, found.detail)


@pytest.mark.parametrize(
    "written",
    [
        "See example.com/a now",
        "See https://example.com/a now",
        "See http://EXAMPLE.com/a/ now",
    ],
)
def test_a_link_is_known_by_what_it_stands_for(written):
    """With or without scheme and last slash; never by its t.co address."""
    entities = {"urls": [link("https://t.co/x", "https://example.com/a")]}
    post = seen("See https://t.co/x now", entities=entities)

    assert look([post], wanted(written)).sight is Sight.FOUND


def test_another_link_is_another_post():
    """The same words around another address are not ours."""
    entities = {"urls": [link("https://t.co/x", "https://example.com/b")]}
    post = seen("See https://t.co/x now", entities=entities)

    assert look([post], wanted("See example.com/a now")).sight is Sight.ABSENT


def test_short_addresses_that_begin_alike_are_kept_apart():
    """``t.co/x`` is not a part of ``t.co/xy``."""
    entities = {
        "urls": [
            link("https://t.co/x", "https://a.example"),
            link("https://t.co/xy", "https://b.example"),
        ]
    }
    post = seen("https://t.co/xy https://t.co/x", entities=entities)

    found = look([post], wanted("https://b.example https://a.example"))

    assert found.sight is Sight.FOUND


def test_a_text_full_of_patterns_is_only_a_text():
    """What reads like a regular expression means itself."""
    assert look([seen("a.c (x|y)* [z]")], wanted("a.c (x|y)* [z]")).sight is Sight.FOUND
    assert look([seen("abc")], wanted("a.c")).sight is Sight.ABSENT


def test_media_add_a_link_that_nobody_wrote():
    """It is taken away before comparing, and the media must be there."""
    media = {
        "entities": {
            "urls": [link("https://t.co/m", "https://x.com/a/status/1/photo/1")]
        },
        "attachments": {"media_keys": ["3_1"]},
    }
    post = seen("Model 3. https://t.co/m", **media)

    assert look([post], wanted("Model 3.", has_media=True)).sight is Sight.FOUND
    assert look([post], wanted("Model 3.")).sight is Sight.ABSENT


@pytest.mark.parametrize("text", ["@tesla @x More soon.", "More soon."])
def test_a_reply_may_begin_with_whom_it_answers(text):
    """X may put mentions in front of a reply's text; the answered post must fit."""
    post = seen(text, referenced_tweets=[{"type": "replied_to", "id": "7"}])

    assert look([post], wanted("More soon.", reply_to="7")).sight is Sight.FOUND
    assert look([post], wanted("More soon.", reply_to="8")).sight is Sight.ABSENT
    assert look([post], wanted("More soon.")).sight is Sight.ABSENT
