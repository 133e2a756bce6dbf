"""Who may call the X emulator: accounts, and a real check of OAuth 1.0a signatures.

The signature is computed here from RFC 5849 alone, over the address that X is known by
(https://api.twitter.com or https://api.x.com), so that a client which signs wrongly is
refused as X would refuse it. A nonce is accepted once per token and timestamp.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

from launchctl.times import SECOND, Micros

CANONICAL = ("https://api.twitter.com", "https://api.x.com")
_TOLERANCE_US = 300 * SECOND


@dataclass(frozen=True, slots=True)
class XAccount:
    """One account: its handle and the four values that act for it.

    ``access`` is what the token may do: ``read`` or ``read-write``.
    """

    handle: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    user_id: str = ""
    access: str = "read-write"

    @classmethod
    def made(cls, handle: str) -> Self:
        """An account with credentials made from its handle: for emulators alone."""

        def value(what: str, length: int) -> str:
            digest = hashlib.sha512(f"emulated {what} of {handle}".encode()).digest()
            return base64.b32encode(digest).decode().lower()[:length]

        user_id = str(int(hashlib.sha256(handle.encode()).hexdigest()[:12], 16))
        return cls(
            handle=handle,
            consumer_key=value("consumer key", 25),
            consumer_secret=value("consumer secret", 50),
            access_token=f"{user_id}-{value('access token', 40)}",
            access_token_secret=value("access token secret", 45),
            user_id=user_id,
        )

    def values(self) -> dict[str, str]:
        """What stands behind a runbook's ``credentials`` prefix."""
        return {
            "CONSUMER_KEY": self.consumer_key,
            "CONSUMER_SECRET": self.consumer_secret,
            "ACCESS_TOKEN": self.access_token,
            "ACCESS_TOKEN_SECRET": self.access_token_secret,
        }

    def environ(self, prefix: str) -> dict[str, str]:
        """The same as environment variables: ``PREFIX_CONSUMER_KEY`` and so on."""
        return {f"{prefix}_{name}": value for name, value in self.values().items()}


class BadSignatureError(Exception):
    """The request is not signed as it must be."""


class Signatures:
    """Checks who signed a request.

    Args:
        accounts: whose tokens are known.
        wall_us: the wall clock that clients stamp their signatures with.
    """

    def __init__(
        self, accounts: Iterable[XAccount], wall_us: Callable[[], Micros]
    ) -> None:
        self._by_token = {account.access_token: account for account in accounts}
        self._wall_us = wall_us
        self._nonces: set[tuple[str, str, str]] = set()

    def who(self, request: web.Request, body: bytes) -> XAccount:
        """The account that signed the request.

        Raises:
            BadSignatureError: saying what is wrong with it.
        """
        oauth = _authorization(request.headers.get("Authorization", ""))
        account = self._by_token.get(oauth.get("oauth_token", ""))
        if account is None or oauth.get("oauth_consumer_key") != account.consumer_key:
            raise BadSignatureError("unknown token or consumer key")
        if oauth.get("oauth_signature_method") != "HMAC-SHA1":
            raise BadSignatureError("the signature method is not HMAC-SHA1")
        stamp = oauth.get("oauth_timestamp", "")
        if not stamp.isdigit():
            raise BadSignatureError("no timestamp")
        if abs(int(stamp) * SECOND - self._wall_us()) > _TOLERANCE_US:
            raise BadSignatureError("the timestamp is out of bounds")
        parameters = _parameters(oauth, request, body)
        path = request.rel_url.raw_path
        if not any(
            hmac.compare_digest(
                _signature(request.method, host + path, parameters, account),
                oauth.get("oauth_signature", ""),
            )
            for host in CANONICAL
        ):
            raise BadSignatureError("the signature does not fit the request")
        nonce = (account.access_token, stamp, oauth.get("oauth_nonce", ""))
        if not nonce[2] or nonce in self._nonces:
            raise BadSignatureError("the nonce is missing or was used before")
        self._nonces.add(nonce)
        return account


def _authorization(header: str) -> Mapping[str, str]:
    if not header.startswith("OAuth "):
        raise BadSignatureError("no OAuth header")
    pairs = (part.strip().partition("=") for part in header[6:].split(","))
    return {unquote(key): unquote(value.strip('"')) for key, _, value in pairs}


def _parameters(
    oauth: Mapping[str, str], request: web.Request, body: bytes
) -> list[tuple[str, str]]:
    """What is signed: oauth_* but the signature, the query, a form's fields."""
    parameters = [
        (key, value)
        for key, value in oauth.items()
        if key not in ("oauth_signature", "realm")
    ]
    parameters += parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True)
    if request.content_type == "application/x-www-form-urlencoded":
        parameters += parse_qsl(body.decode(), keep_blank_values=True)
    return parameters


def _signature(
    method: str, url: str, parameters: list[tuple[str, str]], account: XAccount
) -> str:
    encoded = sorted((_encode(key), _encode(value)) for key, value in parameters)
    joined = "&".join(f"{key}={value}" for key, value in encoded)
    base = "&".join(_encode(part) for part in (method.upper(), url, joined))
    secrets = (account.consumer_secret, account.access_token_secret)
    key = "&".join(_encode(secret) for secret in secrets)
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _encode(text: str) -> str:
    return quote(text, safe="-._~")
