"""Who may come in: host, origin, key, and the headers every answer carries.

Three attacks are shut out here, each by its own check:

* A foreign page that makes the crew's browser reach this server under the attacker's
  own host name (DNS rebinding): the ``Host`` must be one of ours.
* A foreign page that makes the browser send a call (request forgery): the ``Origin``
  must be the host itself, the cookie is ``SameSite=Strict``, and calls must be JSON.
* The wide world behind a reverse proxy on the same machine, which looks like loopback:
  a request that carries a proxy's headers is never the OS user.
"""

from __future__ import annotations

import getpass
import ipaddress
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from launchctl.errors import InputError
from launchctl.web.base import PERSON, KeyRing, Person, problem

COOKIE = "launchctl_key"
"""The browser's copy of the key: HttpOnly, SameSite=Strict."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; worker-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "launchctl",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one listening address.

    Attributes:
        keys: who holds which key; None: nobody.
        loopback: the server is bound to loopback only, so that whoever reaches it
            without a proxy is a user of this machine: the OS user, in all roles.
        hosts: further host names (or ``host:port``) this server answers to; ``*``
            answers to any, which only makes sense where keys are demanded.
        all_roles: every role of the runbook.
        public_only: nobody is asked who they are; only the host is checked.
    """

    keys: KeyRing | None
    loopback: bool
    hosts: frozenset[str]
    all_roles: frozenset[str]
    public_only: bool = False

    @classmethod
    def of(
        cls,
        address: str,
        *,
        keys: KeyRing | None,
        hosts: Collection[str],
        all_roles: frozenset[str],
        public_only: bool,
    ) -> Access:
        """The rules of ``HOST:PORT``.

        Off loopback a key is demanded (or there is nothing but public pages), so that a
        foreign host name gains nothing: where the address is a wildcard any will do.
        """
        host = _host_name(address)
        known = {name.lower() for name in hosts} | {host}
        if public_only or host in {"0.0.0.0", "::", ""}:  # noqa: S104  compared only
            known.add("*")
        return cls(
            keys=keys,
            loopback=_is_loopback(host),
            hosts=frozenset(known),
            all_roles=all_roles,
            public_only=public_only,
        )

    def knows_host(self, host: str) -> bool:
        """Whether ``host`` (the Host header) is one of ours."""
        name = _host_name(host)
        if self.loopback and name in _LOOPBACK_HOSTS:
            return True
        return bool({"*", host.lower(), name} & self.hosts)

    def who(self, request: web.Request) -> Person | None:
        """Who asks; None if nobody we know.

        Raises:
            InputError: the file of keys is damaged.
        """
        given = _given_key(request)
        if given is not None:
            found = self.keys.authenticate(given) if self.keys else None
            return Person(found[0], frozenset(found[1])) if found else None
        if self.loopback and _is_local(request):
            return Person(getpass.getuser(), self.all_roles, by_key=False)
        return None


def guard(access: Access) -> Middleware:
    """The middleware that checks host and origin and sets the security headers."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = None if _is_probe_or_hook(request) else _refuse(access, request)
        response = refusal or await _answer(request, handler)
        if not response.prepared:
            secure(response)
        return response

    return check


def secure(response: web.StreamResponse) -> None:
    """Put the security headers on an answer that has none of its own."""
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


def needs_person(access: Access, handler: Handler) -> Handler:
    """Wrap a handler of the API: who asks is known, or the answer is 401."""

    async def checked(request: web.Request) -> web.StreamResponse:
        try:
            person = access.who(request)
        except InputError as error:
            return problem(503, str(error), error.hint)
        if person is None:
            response = problem(
                401,
                "no key, or not a key of this crew",
                "send it as Authorization: Bearer KEY, or log in at /login",
            )
            response.headers["WWW-Authenticate"] = 'Bearer realm="launchctl"'
            return response
        request[PERSON] = person
        return await handler(request)

    return checked


def _refuse(access: Access, request: web.Request) -> web.Response | None:
    if not access.knows_host(request.host):
        return problem(
            403,
            f"this server does not answer to the host name {request.host[:80]!r}",
            "name it with --allow-host, or use the address that launch run printed",
        )
    if request.method in {"GET", "HEAD"}:
        return None
    if not _same_origin(request):
        return problem(403, "this request comes from another site's page")
    return None


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:  # a redirect
            secure(error)
            raise
        answer = problem(error.status, _SENTENCES.get(error.status, error.reason))
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer


_SENTENCES = {
    404: "there is nothing here",
    405: "this address does not take that method",
    413: "the request is too large",
}


def _is_probe_or_hook(request: web.Request) -> bool:
    # Shops and load balancers come under whatever name their configuration says and
    # send no cookies; hooks prove themselves by signature, and the probe tells nothing.
    return request.path == "/healthz" or request.path.startswith("/hooks/")


def _same_origin(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        # Programs send none; browsers always do on requests that change something.
        return True
    return urlsplit(origin).netloc.lower() == request.host.lower()


def _given_key(request: web.Request) -> str | None:
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, key = header.partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""
    return request.cookies.get(COOKIE)


def _is_local(request: web.Request) -> bool:
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    return _is_loopback(request.remote or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
