"""Eight clients, one account: thousands of orders while the worker is killed twice, and a race for the last dollar.

`STORY_ORDERS` says how many; the default is what a build has time for.
"""

import json
import os
import threading
import urllib.error
from collections import Counter
from itertools import count

import pytest

from tests.stories.test_power_cut import ready_account

pytestmark = pytest.mark.xdist_group("serve")
CLIENTS = 8
ORDERS = int(os.environ.get("STORY_ORDERS", "800"))
RACERS = max(ORDERS * 2 // 5, 100)
FINAL = {"filled", "canceled"}
BOOK = """
import json
from trading.models import Order
rows = Order.objects.filter(account_id="{account_id}").values_list("client_order_id", "status", "hold_quantity")
print("BOOK", json.dumps(list(rows), default=str))
"""


@pytest.fixture(scope="module")
def market(installation, partner, tmp_path_factory):
    """An open market in two shares, with quotes that stand still and are never short of size."""
    installation.patience = max(installation.patience, ORDERS / 10)
    clock = partner.call("GET", "/v1/clock")
    if not clock["is_open"]:
        partner.call("PUT", "/v1/sandbox/clock", {"now": clock["next_open"]})
    assets = tmp_path_factory.mktemp("assets") / "assets.json"
    assets.write_text('[{"symbol": "QS"}, {"symbol": "PTON"}]')
    installation.manage("import_assets", str(assets))
    size = {"bid_size": 1_000_000, "ask_size": 1_000_000}
    quotes = {"QS": {"bid": "6.80", "ask": "6.82", **size}, "PTON": {"bid": "6.00", "ask": "6.02", **size}}
    partner.call("PUT", "/v1/sandbox/quotes", quotes)


def shares(partner, account_id, symbol, quantity):
    firm = partner.facts["firm_account_id"]
    journal = {"entry_type": "JNLS", "from_account": firm, "to_account": account_id, "symbol": symbol, "qty": quantity}
    partner.call("POST", "/v1/journals", journal)


def order_of(number):
    """Answer a market order, a purchase or a sale, or every third time a bid far below the market."""
    kind = {
        0: {"symbol": "QS", "side": "buy", "type": "market"},
        1: {"symbol": "PTON", "side": "sell", "type": "market"},
        2: {"symbol": "QS", "side": "buy", "type": "limit", "limit_price": "1.00"},
    }[number % 3]
    return {**kind, "qty": "1", "time_in_force": "day", "client_order_id": f"order-{number}"}


def run_clients(work):
    """Run `work` in as many threads as there are clients; answer them started."""
    clients = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    return clients


def book_of(installation, account_id):
    printed = installation.manage("shell", "-c", BOOK.format(account_id=account_id))
    return json.loads(printed.split("BOOK ", 1)[1])


def test_every_order_ends_and_the_book_is_sound_though_the_worker_dies_twice(installation, partner, market):
    account_id = ready_account(partner, installation)
    shares(partner, account_id, "PTON", ORDERS)
    path = f"/v1/trading/accounts/{account_id}/orders"
    numbers, accepted, refused = count(), {}, Counter()

    def trade():
        for number in numbers:
            if number >= ORDERS:
                return
            try:
                order = partner.call("POST", path, order_of(number))
                accepted[order["client_order_id"]] = order["id"]
                if order["type"] == "limit":
                    partner.call("DELETE", f"{path}/{order['id']}")
            except urllib.error.HTTPError as refusal:
                refused[json.load(refusal)["message"]] += 1

    clients = run_clients(trade)
    for part in (ORDERS // 3, 2 * ORDERS // 3):
        installation.wait_until(lambda part=part: len(accepted) >= part)
        killed = installation.running(" worker ")
        assert killed
        installation.kill(killed)
    for client in clients:
        client.join()
    installation.wait_until(lambda: not partner.call("GET", f"{path}?limit=1"))
    installation.wait_until(installation.is_whole)

    book = book_of(installation, account_id)
    assert refused == {}
    assert len(accepted) == ORDERS
    assert {client_order_id for client_order_id, _, _ in book} == set(accepted)
    statuses = Counter(status for _, status, _ in book)
    assert set(statuses) == FINAL
    assert statuses["canceled"] == len([number for number in range(ORDERS) if number % 3 == 2])
    assert {float(held) for _, _, held in book} == {0.0}
    bought = partner.call("GET", f"/v1/trading/accounts/{account_id}/positions/QS")
    assert int(bought["qty"]) == len([number for number in range(ORDERS) if number % 3 == 0])
    assert "no breaks" in installation.manage("reconcile")


def test_of_all_who_race_for_the_last_dollar_as_many_are_accepted_as_the_cash_pays_for(installation, partner, market):
    account_id = ready_account(partner, installation)
    path = f"/v1/trading/accounts/{account_id}/orders"
    numbers, answers = count(), Counter()

    def race():
        for number in numbers:
            if number >= RACERS:
                return
            bid = {"symbol": "QS", "side": "buy", "type": "limit", "limit_price": "1.00", "time_in_force": "day"}
            try:
                partner.call("POST", path, {**bid, "qty": "1000", "client_order_id": f"racer-{number}"})
                answers["accepted"] += 1
            except urllib.error.HTTPError as refusal:
                answers[f"{refusal.code} {json.load(refusal)['message']}"] += 1

    for client in run_clients(race):
        client.join()

    held = [float(held) for _, _, held in book_of(installation, account_id)]
    paid_for = int(100_000 / max(held))
    assert len(set(held)) == 1
    assert answers == {"accepted": paid_for, "403 insufficient buying power": RACERS - paid_for}
    assert len(held) == paid_for
    assert "no breaks" in installation.manage("reconcile")
