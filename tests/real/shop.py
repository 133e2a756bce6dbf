"""A shop in its own process: sends signed orders and prints the answers as JSON.

python -m tests.real.shop URL COUNT      the secret on standard input
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
from datetime import UTC, datetime

import aiohttp

_CONNECTIONS = 16


def signed(
    secret: str, order: str, now_s: float, currency: str = "USD"
) -> tuple[dict[str, str], str]:
    """Headers and body of ``order.placed``, signed as Standard Webhooks says:
    base64(HMAC-SHA256(key, "id.timestamp.body")), key: base64 behind ``whsec_``.
    """
    placed = datetime.fromtimestamp(now_s, UTC).isoformat()
    body = json.dumps(
        {
            "type": "order.placed",
            "timestamp": placed,
            "order": {
                "id": order,
                "quantity": 1,
                "currency": currency,
                "deposit_minor": 100_000,
                "placed_at": placed,
            },
        }
    )
    stamp = str(int(now_s))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{order}.{stamp}.{body}".encode()
    digest = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
    headers = {
        "webhook-id": order,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{digest}",
    }
    return headers, body


async def sell(url: str, count: int, secret: str) -> list[int]:
    """Send ``count`` orders, every tenth twice; the status of each answer."""
    numbers = [n for n in range(count) for _ in range(2 if n % 10 == 0 else 1)]
    waiting = iter(numbers)
    answers: list[int] = []

    async def worker(session: aiohttp.ClientSession) -> None:
        for number in waiting:
            headers, body = signed(secret, f"order-{number}", time.time())
            async with session.post(url, data=body, headers=headers) as answer:
                answers.append(answer.status)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(worker(session) for _ in range(_CONNECTIONS)))
    return answers


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tests.real.shop URL COUNT < SECRET")
    target, how_many = sys.argv[1:]
    print(json.dumps(asyncio.run(sell(target, int(how_many), sys.stdin.readline()))))
