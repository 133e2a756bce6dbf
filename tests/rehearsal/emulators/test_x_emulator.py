"""The emulated X is as strict as X: seen by clients that are not our driver."""

import asyncio
import io
import json

import aiohttp
import pytest
from oauthlib.oauth1 import Client as OAuthClient

from launchctl.clock import Origin, new_loop, wall_us
from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.rehearsal.emulators.x_problems import DUPLICATE
from launchctl.times import SECOND

CEO = XAccount.made("ceo")
PRESS = XAccount.made("press")


class Client:
    """Signs with oauthlib, as any client may."""

    def __init__(self, emulator, session):
        self.emulator = emulator
        self.session = session

    def signed(self, method, path, account, host="https://api.x.com"):
        """Headers of a signature by this account."""
        values = account.values()
        signer = OAuthClient(
            values["CONSUMER_KEY"],
            values["CONSUMER_SECRET"],
            values["ACCESS_TOKEN"],
            values["ACCESS_TOKEN_SECRET"],
        )
        return signer.sign(host + path, method)[1]

    async def call(self, method, path, body=None, account=CEO, headers=None):
        """Status, JSON (or None) and headers."""
        headers = headers or self.signed(method, path, account)
        kind = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.session.request(
            method, self.emulator.url + path, headers=headers, **kind
        ) as answer:
            text = await answer.text()
            told = json.loads(text) if "json" in answer.content_type else None
            return answer.status, told, answer.headers


@pytest.fixture
async def x():
    """A client of an emulator with two accounts."""
    emulator = XEmulator([CEO, PRESS], wall_us)
    await emulator.start()
    async with aiohttp.ClientSession() as session:
        yield Client(emulator, session)
    await emulator.aclose()


@pytest.mark.parametrize("host", ["https://api.x.com", "https://api.twitter.com"])
async def test_a_right_signature_is_let_in_as_its_account(x, host):
    """Over both names of the API; identity is the token's."""
    headers = x.signed("GET", "/2/users/me", PRESS, host)

    status, told, _ = await x.call("GET", "/2/users/me", headers=headers)

    assert (200, "press") == (status, told["data"]["username"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda h: {},
        lambda h: {"Authorization": "Bearer x"},
        lambda h: {
            "Authorization": h.replace('oauth_signature="', 'oauth_signature="A')
        },
        lambda h: {"Authorization": h.replace(CEO.access_token, PRESS.access_token)},
        lambda h: {"Authorization": h.replace("HMAC-SHA1", "PLAINTEXT")},
        lambda h: {
            "Authorization": h.replace('oauth_timestamp="1', 'oauth_timestamp="2')
        },
    ],
)
async def test_a_wrong_signature_is_refused(x, spoil):
    """Missing, forged, another's, or out of time: 401."""
    header = x.signed("GET", "/2/users/me", CEO)["Authorization"]

    status, told, _ = await x.call(
        "GET", "/2/users/me", headers=spoil(header) or {"A": "b"}
    )

    assert (401, "Unauthorized") == (status, told["title"])


async def test_a_nonce_counts_once(x):
    """The same signed request again is refused."""
    headers = x.signed("POST", "/2/tweets", CEO)

    first = await x.call("POST", "/2/tweets", {"text": "a"}, headers=headers)
    again = await x.call("POST", "/2/tweets", {"text": "b"}, headers=headers)

    assert ((201, 401), 1) == ((first[0], again[0]), len(x.emulator.posts))


async def test_the_query_is_signed_too(x):
    """A query that was changed under way is refused."""
    path = f"/2/users/{CEO.user_id}/tweets?max_results=5"
    headers = x.signed("GET", path, CEO)

    assert (await x.call("GET", path.replace("5", "6"), headers=headers))[0] == 401
    assert (await x.call("GET", path))[0] == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        ([], 400),
        ({}, 400),
        ({"text": 7}, 400),
        ({"text": "a", "scheduled_at": "now"}, 400),
        ({"text": "x" * 281}, 403),
        ({"text": "$AA $BB"}, 403),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "1"}}, 403),
        ({"text": "a", "media": {"media_ids": ["1"]}}, 400),
        ({"text": "車" * 140}, 201),
    ],
)
async def test_drafts_are_taken_strictly(x, body, status):
    """Unknown keys, wrong types, too long, unknown posts and media: problem+json."""
    got, told, _ = await x.call("POST", "/2/tweets", body)

    assert status == got
    assert status in (201, told.get("status"))


async def test_the_same_text_again_is_refused_in_x_words_for_a_day(x):
    """By the same account only."""
    await x.call("POST", "/2/tweets", {"text": "Model 3"})

    status, told, _ = await x.call("POST", "/2/tweets", {"text": " Model 3 "})
    other = await x.call("POST", "/2/tweets", {"text": "Model 3"}, account=PRESS)

    assert (403, DUPLICATE, 201) == (status, told["detail"], other[0])


async def test_limits_count_down_and_refuse(x):
    """Each account has its own window."""
    x.emulator.posts_per_window = 2
    answers = [
        await x.call("POST", "/2/tweets", {"text": f"{number}"}) for number in range(3)
    ]

    assert [201, 201, 429] == [status for status, _, _ in answers]
    left = [headers["x-rate-limit-remaining"] for _, _, headers in answers]
    assert ["1", "0", "0"] == left
    assert int(answers[2][2]["x-rate-limit-reset"]) > wall_us() // SECOND
    assert (await x.call("POST", "/2/tweets", {"text": "p"}, account=PRESS))[0] == 201


async def test_media_belong_to_who_uploaded_them_and_pieces_are_small(x):
    """A foreign medium cannot be posted; a piece over 1 MiB meets an empty 413."""
    begin = {
        "media_type": "image/png",
        "total_bytes": 3,
        "media_category": "tweet_image",
    }
    _, told, _ = await x.call("POST", "/2/media/upload/initialize", begin)
    media_id = told["data"]["id"]

    async def append(size):
        form = aiohttp.FormData()
        form.add_field("segment_index", "0")
        form.add_field("media", io.BytesIO(b"x" * size), filename="piece")
        path = f"/2/media/upload/{media_id}/append"
        headers = x.signed("POST", path, CEO)
        async with x.session.post(
            x.emulator.url + path, data=form, headers=headers
        ) as answer:
            return answer.status, await answer.read()

    assert (413, b"") == await append((1 << 20) + 1)
    early = await x.call("POST", f"/2/media/upload/{media_id}/finalize")
    assert (await append(3))[0] == 200
    done = await x.call("POST", f"/2/media/upload/{media_id}/finalize")
    draft = {"text": "car", "media": {"media_ids": [media_id]}}
    foreign = await x.call("POST", "/2/tweets", draft, account=PRESS)
    own = await x.call("POST", "/2/tweets", draft)

    assert [400, 200, 400, 201] == [early[0], done[0], foreign[0], own[0]]


async def test_a_timeline_has_pages_and_only_the_fields_asked_for(x):
    """Newest first; the next page by its token; an empty one has no data."""
    empty = await x.call("GET", f"/2/users/{CEO.user_id}/tweets")
    for number in range(7):
        x.emulator.post_by_hand("ceo", f"{number} https://example.com/{number}")
    path = f"/2/users/{CEO.user_id}/tweets?max_results=5"
    _, first, _ = await x.call("GET", path)
    token = first["meta"]["next_token"]
    more = f"{path}&pagination_token={token}&tweet.fields=entities"
    _, second, _ = await x.call("GET", more)

    assert {"meta": {"result_count": 0}} == empty[1]
    assert (5, 2) == (len(first["data"]), len(second["data"]))
    assert {"id", "text", "edit_history_tweet_ids"} == set(first["data"][0])
    oldest = second["data"][-1]
    [url] = oldest["entities"]["urls"]
    assert oldest["text"] == f"0 {url['url']}"
    assert ("https://example.com/0", True) == (
        url["expanded_url"],
        url["url"].startswith("https://t.co/"),
    )
    ids = [int(post["id"]) for post in first["data"] + second["data"]]
    assert sorted(ids, reverse=True) == ids


async def test_only_the_owner_deletes(x):
    """A post of another account stays."""
    post = x.emulator.post_by_hand("ceo", "oops")

    foreign = await x.call("DELETE", f"/2/tweets/{post.id}", account=PRESS)
    own = await x.call("DELETE", f"/2/tweets/{post.id}")

    assert (403, 200, []) == (foreign[0], own[0], x.emulator.posts)


async def test_self_serve_tiers_reply_only_when_summoned(x):
    """To others; own threads go on."""
    x.emulator.publisher.summoned_only = True
    plain = x.emulator.post_by_hand("press", "What about @nobody?")
    summons = x.emulator.post_by_hand("press", "What about it, @CEO?")
    own = x.emulator.post_by_hand("ceo", "A thread.")

    statuses = []
    for post in (plain, summons, own):
        reply = {"in_reply_to_tweet_id": post.id}
        body = {"text": f"answer to {post.id}", "reply": reply}
        statuses.append((await x.call("POST", "/2/tweets", body))[0])

    assert [403, 201, 201] == statuses
    assert x.emulator.posts[-2].shown.text.startswith("@press ")


def test_delays_run_on_the_loops_time():
    """Half a minute on a loop paced a hundredfold takes no half minute."""
    origin = Origin.here(speed=100.0)

    async def thirty_seconds():
        emulator = XEmulator([CEO], origin.now_us)
        await emulator.start()
        emulator.faults.next(web.slow(30.0), on="me")
        async with aiohttp.ClientSession() as session:
            began_us = origin.now_us()
            client = Client(emulator, session)
            status, _, _ = await client.call("GET", "/2/users/me")
        await emulator.aclose()
        return status, origin.now_us() - began_us

    with asyncio.Runner(loop_factory=lambda: new_loop(100.0)) as runner:
        status, took_us = runner.run(thirty_seconds())

    assert (200, True) == (status, took_us >= 29 * SECOND)
