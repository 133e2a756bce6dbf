"""A Bluesky server (PDS) that can be rehearsed against, and made to go wrong.

It is strict where the real one is: sessions that expire, records under keys that must
be TIDs, ``swapRecord``, hashes of contents, the post lexicon with 300 graphemes, byte
offsets of facets, blobs that only their owner may show. The contract suite runs on it
and on a real PDS.

Faults ``on``: ``me`` (createSession, getSession), ``post``, ``repost`` (putRecord by
collection), ``timeline`` (getRecord, listRecords), ``upload``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from launchctl.rehearsal.emulators.bluesky_records import (
    POST,
    REPOST,
    BlueskyRefusal,
    Tids,
    check_record,
    cid_of,
    is_tid,
)
from launchctl.rehearsal.emulators.network import (
    Medium,
    NetworkEmulator,
    Post,
    json_of,
    made,
)
from launchctl.times import HOUR, Micros, to_datetime

__all__ = ["BlueskyAccount", "BlueskyEmulator"]

_ACCESS_US = 2 * HOUR


@dataclass(frozen=True, slots=True)
class BlueskyAccount:
    """One account: handle, DID, and what logs it in."""

    handle: str
    did: str
    identifier: str = field(repr=False)
    app_password: str = field(repr=False)
    active: bool = True

    @classmethod
    def made(cls, handle: str) -> Self:
        """An account with credentials made from its handle: for emulators alone."""
        return cls(
            handle=handle,
            did=f"did:plc:{made('did', handle, 24)}",
            identifier=f"{made('mailbox', handle, 16)}@mail.example",
            app_password=made("app password", handle, 19),
        )

    def values(self) -> dict[str, str]:
        """What stands behind a runbook's ``credentials`` prefix."""
        return {"IDENTIFIER": self.identifier, "APP_PASSWORD": self.app_password}


@dataclass(frozen=True, slots=True)
class _Record:
    account: BlueskyAccount
    collection: str
    rkey: str
    value: Mapping[str, Any]
    at_us: Micros

    @property
    def uri(self) -> str:
        return f"at://{self.account.did}/{self.collection}/{self.rkey}"

    @property
    def cid(self) -> str:
        return cid_of(self.value)

    def told(self) -> dict[str, Any]:
        return {"uri": self.uri, "cid": self.cid, "value": self.value}


class BlueskyEmulator(NetworkEmulator[BlueskyAccount]):
    """A PDS with these accounts on it.

    Args:
        accounts: who exists, with their credentials.
        now_us: its clock.
    """

    def __init__(
        self, accounts: Sequence[BlueskyAccount], now_us: Callable[[], Micros]
    ) -> None:
        super().__init__(now_us)
        self.accounts = {account.handle.casefold(): account for account in accounts}
        self._records: dict[tuple[str, str, str], _Record] = {}
        self._sessions: dict[str, tuple[BlueskyAccount, Micros]] = {}
        self._blobs: dict[tuple[str, str], bytes] = {}
        self._tids = Tids(now_us)

    @property
    def posts(self) -> list[Post]:
        """Everything published, in order."""
        return [self._post(record) for record in self._records.values()]

    def post_by_hand(self, handle: str, text: str, reply_to: str | None = None) -> Post:
        """What the account's owner posts, or replies, from the phone."""
        account = self.accounts[handle.casefold()]
        value: dict[str, Any] = {
            "$type": POST,
            "text": text,
            "createdAt": to_datetime(self.now_us()).isoformat(),
        }
        if reply_to is not None:
            parent = self._at(reply_to)
            ref = {"uri": parent.uri, "cid": parent.cid}
            value["reply"] = {"root": ref, "parent": ref}
        return self._post(self._keep(account, POST, self._tids.next(), value))

    def end_sessions(self) -> None:
        """Every access token expires now."""
        self._sessions = {token: (who, 0) for token, (who, _) in self._sessions.items()}

    def make_app(self) -> web.Application:
        """The XRPC methods that are emulated."""
        app = web.Application(client_max_size=8 << 20)
        xrpc = "/xrpc/com.atproto."
        app.router.add_post(
            f"{xrpc}server.createSession", self.handler("me", self._log_in)
        )
        app.router.add_get(f"{xrpc}server.getSession", self.handler("me", self._me))
        app.router.add_post(f"{xrpc}repo.putRecord", self.handler(_kind, self._put))
        app.router.add_post(
            f"{xrpc}repo.uploadBlob", self.handler("upload", self._upload)
        )
        for method, act in (("getRecord", self._get), ("listRecords", self._list)):
            app.router.add_get(f"{xrpc}repo.{method}", self.handler("timeline", act))
        app.router.add_route("*", "/{rest:.*}", self.handler("other", _nothing))
        return app

    def who(self, request: web.Request, body: bytes) -> BlueskyAccount:
        """The account of the session, or the one that logs in."""
        if request.path.endswith(".createSession"):
            return self._of_password(json_of(body))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        account, until_us = self._sessions.get(token, (None, 0))
        if account is None:
            raise BlueskyRefusal("InvalidToken", "Token could not be verified")
        if self.now_us() >= until_us:
            raise BlueskyRefusal("ExpiredToken", "Token has expired")
        return account

    def _of_password(self, asked: Any) -> BlueskyAccount:
        asked = asked if isinstance(asked, dict) else {}
        for account in self.accounts.values():
            named = asked.get("identifier") in (account.identifier, account.handle)
            if named and asked.get("password") == account.app_password:
                return account
        words = "Invalid identifier or password"
        raise BlueskyRefusal("AuthenticationRequired", words, 401)

    # --- sessions ---------------------------------------------------------------------

    async def _log_in(
        self, _: web.Request, account: BlueskyAccount, __: bytes
    ) -> web.Response:
        count = len(self._sessions)
        token = f"eyJ{made(f'access token {count}', account.handle, 60)}"
        self._sessions[token] = (account, self.now_us() + _ACCESS_US)
        return web.json_response({**_session(account), "accessJwt": token})

    async def _me(
        self, _: web.Request, account: BlueskyAccount, __: bytes
    ) -> web.Response:
        return web.json_response(_session(account))

    # --- records ----------------------------------------------------------------------

    async def _put(
        self, _: web.Request, account: BlueskyAccount, body: bytes
    ) -> web.Response:
        asked = json_of(body)
        if not isinstance(asked, dict) or asked.get("repo") not in (
            account.did,
            account.handle,
        ):
            raise BlueskyRefusal("InvalidRequest", "not a record of yours")
        collection, rkey = str(asked.get("collection")), str(asked.get("rkey"))
        if not is_tid(rkey):
            words = f'Invalid record key for {collection}: Invalid TID (got "{rkey}")'
            raise BlueskyRefusal("InvalidRequest", words)
        value = asked.get("record")
        check_record(collection, value, lambda ref: (account.did, ref) in self._blobs)
        there = self._records.get((account.did, collection, rkey))
        told: dict[str, Any] = {"validationStatus": "valid"}
        if there is None or there.cid != cid_of(value):
            if "swapRecord" in asked and asked["swapRecord"] != (
                there.cid if there else None
            ):
                was = there.cid if there else "null"
                raise BlueskyRefusal("InvalidSwap", f"Record was at {was}")
            self._keep(account, collection, rkey, value)
            told["commit"] = {"cid": cid_of({"rev": rkey}), "rev": self._tids.next()}
        kept = self._records[account.did, collection, rkey]
        return web.json_response({"uri": kept.uri, "cid": kept.cid, **told})

    async def _get(
        self, request: web.Request, _: BlueskyAccount, __: bytes
    ) -> web.Response:
        query = request.query
        named = query.get("repo", "")
        did = next(
            (a.did for a in self.accounts.values() if named in (a.did, a.handle)), named
        )
        key = did, query.get("collection", ""), query.get("rkey", "")
        record = self._records.get(key)
        if record is None:
            where = "/".join(key)
            words = f"Could not locate record: at://{where}"
            raise BlueskyRefusal("RecordNotFound", words)
        return web.json_response(record.told())

    async def _list(
        self, request: web.Request, _: BlueskyAccount, __: bytes
    ) -> web.Response:
        query = request.query
        found = [
            record
            for record in self._records.values()
            if (record.account.did, record.collection)
            == (query.get("repo"), query.get("collection"))
        ]
        newest = sorted(found, key=lambda record: record.rkey, reverse=True)
        page = newest[: int(query.get("limit", "50"))]
        return web.json_response({"records": [record.told() for record in page]})

    async def _upload(
        self, request: web.Request, account: BlueskyAccount, body: bytes
    ) -> web.Response:
        ref = (
            "bafkrei" + base64.b32encode(hashlib.sha256(body).digest()).decode().lower()
        )
        ref = ref.rstrip("=")
        self._blobs[account.did, ref] = body
        blob = {
            "$type": "blob",
            "ref": {"$link": ref},
            "mimeType": request.content_type,
            "size": len(body),
        }
        return web.json_response({"blob": blob})

    def _keep(
        self, account: BlueskyAccount, collection: str, rkey: str, value: Any
    ) -> _Record:
        value = json.loads(json.dumps(value))
        record = _Record(account, collection, rkey, value, self.now_us())
        self._records[account.did, collection, rkey] = record
        return record

    def _at(self, uri: str) -> _Record:
        return next(record for record in self._records.values() if record.uri == uri)

    def _post(self, record: _Record) -> Post:
        value = record.value
        images = value.get("embed", {}).get("images", ())
        did = record.account.did
        return Post(
            id=record.uri,
            handle=record.account.handle,
            text=value.get("text", ""),
            at_us=record.at_us,
            visible_us=record.at_us,
            media=tuple(
                Medium(image["alt"], self._blobs[did, image["image"]["ref"]["$link"]])
                for image in images
            ),
            reply_to=value.get("reply", {}).get("parent", {}).get("uri"),
            repost_of=value.get("subject", {}).get("uri"),
        )


def _session(account: BlueskyAccount) -> dict[str, Any]:
    return {"did": account.did, "handle": account.handle, "active": account.active}


def _kind(body: bytes) -> str:
    asked = json_of(body)
    collection = asked.get("collection") if isinstance(asked, dict) else ""
    return "repost" if collection == REPOST else "post"


async def _nothing(_: web.Request, __: BlueskyAccount, ___: bytes) -> web.Response:
    raise BlueskyRefusal("MethodNotImplemented", "Method Not Implemented", 501)
