"""A real PDS as a network of the post contract: the driver reaches it through a proxy
that can go wrong, and what stands there is read from the server itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
from aiohttp import web

from launchctl.rehearsal.emulators.network import Medium, Post, Received
from launchctl.rehearsal.emulators.web import HttpFarEnd
from launchctl.times import Micros, parse_instant, to_datetime
from tests.pds_fixture import Pds, PdsAccount

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_KINDS = {
    "createSession": "me",
    "getSession": "me",
    "uploadBlob": "upload",
    "getRecord": "timeline",
    "listRecords": "timeline",
}


class PdsFarEnd(HttpFarEnd):
    """The way to a PDS, with the switches of an emulator.

    What the accounts had posted before is deleted when it starts.
    """

    def __init__(
        self, pds: Pds, accounts: Sequence[PdsAccount], now_us: Callable[[], Micros]
    ) -> None:
        super().__init__(now_us)
        self.requests: list[Received] = []
        self.lag_s = 0.0
        self._pds = pds
        self._accounts = {account.handle: account for account in accounts}
        self._order: list[str] = []

    @property
    def posts(self) -> list[Post]:
        """Everything that stands there, in the order in which it was made."""
        there = {
            record["uri"]: self._post(account, record)
            for account in self._accounts.values()
            for collection in (POST, REPOST)
            for record in self._records(account, collection)
        }
        assert sorted(there) == sorted(self._order)
        return [there[uri] for uri in self._order]

    def post_by_hand(self, handle: str, text: str, reply_to: str | None = None) -> Post:
        """What the account's owner posts, or replies, from the phone."""
        created = to_datetime(self.now_us()).isoformat()
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": created}
        if reply_to is not None:
            ref = {"uri": reply_to, "cid": self._cid(reply_to)}
            record["reply"] = {"root": ref, "parent": ref}
        did = self._accounts[handle].did
        wanted = {"repo": did, "collection": POST, "record": record}
        self._order.append(self._pds.call("repo.createRecord", wanted, did)["uri"])
        return self.posts[-1]

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Forget what was, and listen."""
        for account in self._accounts.values():
            for collection in (POST, REPOST):
                for record in self._records(account, collection):
                    rkey = record["uri"].rpartition("/")[2]
                    wanted = {"repo": account.did, "collection": collection}
                    self._pds.call(
                        "repo.deleteRecord", {**wanted, "rkey": rkey}, account.did
                    )
        return await super().start(host, port)

    def make_app(self) -> web.Application:
        """Everything goes to the server, if nothing goes wrong."""
        app = web.Application(client_max_size=8 << 20)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        return app

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        kind = _kind(request.path, body)
        fault = await self.faults.take(kind)
        port = request.transport.get_extra_info("peername")[1]  # type: ignore[union-attr]  it is open
        name = fault.name if fault else ""
        self.requests.append(
            Received(self.now_us(), kind, request.path, "", name, port)
        )
        if fault is not None and not fault.commit:
            return await self.faults.play(fault, request, self.now_us())
        response = await self._forward(request, body)
        if fault is not None:
            return await self.faults.play(fault, request, self.now_us())
        return response

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        headers = {
            key: value
            for key, value in request.headers.items()
            if key.casefold() in ("authorization", "content-type")
        }
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                self._pds.url + str(request.rel_url),
                data=body or None,
                headers=headers,
            ) as answer,
        ):
            content = await answer.read()
        if request.path.endswith(".putRecord") and answer.status == 200:
            uri = json.loads(content)["uri"]
            if uri not in self._order:
                self._order.append(uri)
        return web.Response(
            status=answer.status,
            body=content,
            headers={"Content-Type": answer.headers.get("Content-Type", "")},
        )

    def _records(self, account: PdsAccount, collection: str) -> list[dict[str, Any]]:
        query = f"repo={account.did}&collection={collection}&limit=100"
        records: list[dict[str, Any]] = json.loads(
            self._pds.ask("repo.listRecords", query)
        )["records"]
        return records

    def _cid(self, uri: str) -> str:
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        query = f"repo={repo}&collection={collection}&rkey={rkey}"
        return str(json.loads(self._pds.ask("repo.getRecord", query))["cid"])

    def _post(self, account: PdsAccount, record: dict[str, Any]) -> Post:
        value = record["value"]
        made_us = parse_instant(value["createdAt"])
        images = value.get("embed", {}).get("images", ())
        return Post(
            id=record["uri"],
            handle=account.handle,
            text=value.get("text", ""),
            at_us=made_us,
            visible_us=made_us,
            media=tuple(
                Medium(image["alt"], self._blob(account, image["image"]))
                for image in images
            ),
            reply_to=value.get("reply", {}).get("parent", {}).get("uri"),
            repost_of=value.get("subject", {}).get("uri"),
        )

    def _blob(self, account: PdsAccount, blob: dict[str, Any]) -> bytes:
        query = f"did={account.did}&cid={blob['ref']['$link']}"
        return self._pds.ask("sync.getBlob", query)


def _kind(path: str, body: bytes) -> str:
    method = path.rpartition(".")[2]
    if method == "putRecord":
        return "repost" if REPOST.encode() in body else "post"
    return _KINDS.get(method, "other")
