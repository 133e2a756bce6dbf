"""Who may come in, and from where."""

from __future__ import annotations

import getpass

import pytest

from tests.web.recording_view import OneKey, RecordingInbox, RecordingView, a_site

CALL = {"id": "call-0001", "verb": "hold", "target": "operator"}
AWAY = {"address": "0.0.0.0:0"}


def a_view_that_accepts() -> tuple[RecordingView, RecordingInbox]:
    """A view, and an inbox whose every call is accepted."""
    view = RecordingView()
    return view, RecordingInbox(lambda c: view.say("call_accepted", call=c.id, by=c.by))


async def test_loopback_without_key_is_the_os_user() -> None:
    """On loopback whoever comes without a key is the OS user, in all roles."""
    view, inbox = a_view_that_accepts()
    async with a_site(view, inbox) as client:
        answer = await client.post("/api/v1/calls", json=CALL)
        assert answer.status == 200
    assert inbox.calls[0].by == getpass.getuser()
    assert inbox.calls[0].roles == {"caller", "comms", "commerce"}


@pytest.mark.parametrize("path", ["/api/v1/state", "/api/v1/feed", "/api/v1/me"])
async def test_off_loopback_a_key_is_demanded(path: str) -> None:
    """Off loopback nothing of the crew is shown without a key, whoever asks."""
    async with a_site(RecordingView(), **AWAY) as client:
        answer = await client.get(path)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "no key" in (await answer.json())["error"]


async def test_a_proxy_on_this_machine_is_not_the_os_user() -> None:
    """A request that went through a proxy came from the world, also over loopback."""
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        async with a_site(RecordingView()) as client:
            answer = await client.get("/api/v1/state", headers={header: "1.2.3.4"})
            assert answer.status == 401


async def test_a_key_names_its_holder() -> None:
    """A bearer key acts as its holder, in the holder's roles, also over loopback."""
    view, inbox = a_view_that_accepts()
    bearer = {"Authorization": "Bearer good-key"}
    async with a_site(view, inbox) as client:
        answer = await client.post("/api/v1/calls", json=CALL, headers=bearer)
        assert answer.status == 200
    assert inbox.calls[0].by == "Ada"
    assert inbox.calls[0].roles == {"comms"}


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic good-key", "good-key", ""])
async def test_a_wrong_key_is_nobody(header: str) -> None:
    """A wrong key is refused, even where none would have been needed."""
    async with a_site(RecordingView()) as client:
        answer = await client.get("/api/v1/me", headers={"Authorization": header})
        assert answer.status == 401


async def test_a_revoked_key_stops_at_once() -> None:
    """After a revocation the next request is refused."""
    keys = OneKey()
    bearer = {"Authorization": "Bearer good-key"}
    async with a_site(RecordingView(), keys=keys, **AWAY) as client:
        assert (await client.get("/api/v1/me", headers=bearer)).status == 200
        keys.revoked = True
        assert (await client.get("/api/v1/me", headers=bearer)).status == 401


async def test_a_foreign_host_name_is_refused() -> None:
    """A page of another name that resolves to us (DNS rebinding) gets nothing."""
    async with a_site(RecordingView()) as client:
        for path in ("/", "/crew", "/api/v1/state", "/api/v1/public"):
            answer = await client.get(path, headers={"Host": "evil.example:80"})
            assert answer.status == 403
            assert "evil.example" in (await answer.json())["error"]
            assert "Model" not in await answer.text()


async def test_an_allowed_host_name_is_served() -> None:
    """A host name that was allowed is served, in any case and with any port."""
    async with a_site(RecordingView(), allowed_hosts=["Show.Example"]) as client:
        answer = await client.get("/crew", headers={"Host": "show.example:8443"})
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_call_from_another_site_is_refused(headers: dict[str, str]) -> None:
    """A foreign page cannot make the crew's browser call."""
    view, inbox = a_view_that_accepts()
    async with a_site(view, inbox) as client:
        for path in ("/api/v1/calls", "/login", "/logout"):
            answer = await client.post(path, json=CALL, headers=headers)
            assert answer.status == 403
    assert inbox.calls == []


async def test_a_call_from_our_own_page_is_served() -> None:
    """The page's own origin is the host that it was served from."""
    view, inbox = a_view_that_accepts()
    async with a_site(view, inbox) as client:
        own = {"Origin": str(client.make_url("/")).rstrip("/")}
        answer = await client.post(
            "/api/v1/calls", json=CALL, headers=own | {"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status == 200


async def test_login_keeps_the_key_where_no_script_reads_it() -> None:
    """The cookie is HttpOnly and SameSite=Strict, and opens the crew page."""
    async with a_site(RecordingView(), **AWAY) as client:
        answer = await client.get("/crew", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/login")
        answer = await client.post(
            "/login", data={"key": "good-key"}, allow_redirects=False
        )
        assert (answer.status, answer.headers["Location"]) == (303, "/crew")
        cookie = answer.cookies["launchctl_key"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        given = {"Cookie": f"launchctl_key={cookie.value}"}
        page = await client.get("/crew", headers=given)
        assert page.status == 200
        assert "Ada" in await page.text()
        known = await client.get("/login", headers=given, allow_redirects=False)
        assert (known.status, known.headers["Location"]) == (303, "/crew")
        out = await client.post("/logout", headers=given, allow_redirects=False)
        assert out.cookies["launchctl_key"].value == ""


async def test_login_with_a_wrong_key_says_so() -> None:
    """A wrong key gives the form again, without a cookie and without the key."""
    async with a_site(RecordingView(), **AWAY) as client:
        answer = await client.post("/login", data={"key": "bad-key"})
        text = await answer.text()
        assert answer.status == 401
        assert "not a key of this crew" in text
        assert "bad-key" not in text
        assert "launchctl_key" not in answer.cookies


async def test_the_cookie_is_secure_behind_https() -> None:
    """Where the browser came by HTTPS the cookie never goes without it."""
    async with a_site(RecordingView(), **AWAY) as client:
        answer = await client.post(
            "/login",
            data={"key": "good-key"},
            headers={"X-Forwarded-Proto": "https"},
            allow_redirects=False,
        )
        assert answer.cookies["launchctl_key"]["secure"]


@pytest.mark.parametrize("path", ["/", "/crew", "/login", "/api/v1/state", "/none"])
async def test_every_answer_carries_the_security_headers(path: str) -> None:
    """No inline script, no framing, no sniffing, no referrer: on every answer."""
    async with a_site(RecordingView()) as client:
        headers = (await client.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Python" not in headers["Server"]


async def test_the_public_application_knows_no_crew() -> None:
    """The public address serves the open page and its document, and nothing else."""
    async with a_site(RecordingView(), public_only=True) as client:
        open_paths = ["/", "/api/v1/public", "/healthz", "/static/public.js"]
        for path in open_paths:
            assert (await client.get(path)).status == 200, path
        shut = ["/crew", "/login", "/api/v1/state", "/api/v1/feed", "/api/v1/me",
                "/api/v1/clock", "/static/crew.js", "/static/../app.py"]  # fmt: skip
        for path in shut:
            assert (await client.get(path)).status == 404, path
        assert (await client.post("/api/v1/calls", json=CALL)).status == 404
        assert "/crew" not in await (await client.get("/")).text()
