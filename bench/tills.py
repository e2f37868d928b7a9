"""Sixteen tills as a program of its own: each confirms receipt after receipt over HTTP and notes how long the answer took.

`python -m bench.tills` reads its order as JSON from stdin and prints the times in seconds as JSON.
"""

import http.client
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench import shop


@dataclass(slots=True)
class Till:
    """One till: a connection that stays open, and what it saw."""

    port: int
    key: str
    cards: list[str]
    chance: random.Random
    times: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def sell(self, until: float) -> None:
        """Confirm receipts until the time is over."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.monotonic() < until:
            name = uuid.uuid4().hex
            body = orjson.dumps(self._receipt())
            headers = {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": name,
            }
            began = time.perf_counter()
            connection.request("POST", f"/api/pos/v1/purchases/{name}/confirm", body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status == 200:
                self.times.append(time.perf_counter() - began)
            else:
                self.refused.append(f"{answer.status} {said[:300]!r}")
        connection.close()

    def _receipt(self) -> dict[str, Any]:
        return {
            "currency": "GBP",
            "sold_at": shop.later(1 + self.chance.random()).isoformat(),
            "customer": self.chance.choice(self.cards),
            "lines": [
                {
                    "number": number,
                    "sku": f"sku-{product}",
                    "quantity": 1_000 * self.chance.randrange(1, 4),
                    "unit_price": shop.price_of(product),
                }
                for number, product in enumerate(shop.basket(self.chance), start=1)
            ],
        }


def main() -> None:
    """Let all tills sell at once."""
    order = orjson.loads(sys.stdin.buffer.read())
    tills = [
        Till(order["port"], key, order["cards"], random.Random(order["seed"] * 1_000 + n))
        for n, key in enumerate(order["keys"])
    ]
    until = time.monotonic() + order["seconds"]
    threads = [threading.Thread(target=till.sell, args=[until]) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = [each for till in tills for each in till.times]
    refused = [each for till in tills for each in till.refused]
    sys.stdout.buffer.write(orjson.dumps({"times": times, "refused": refused[:5], "refusals": len(refused)}))


if __name__ == "__main__":
    main()
