"""Every process is killed in the middle of a run of orders; nothing that was acknowledged is lost."""

import threading
import urllib.error

import pytest

from tests.factories import application_body

pytestmark = pytest.mark.xdist_group("serve")
CLIENTS = 4
ENOUGH = 60


def ready_account(partner, installation):
    account_id = partner.call("POST", "/v1/accounts", application_body())["id"]
    installation.wait_until(lambda: partner.call("GET", f"/v1/accounts/{account_id}")["status"] == "ACTIVE")
    journal = {
        "entry_type": "JNLC",
        "from_account": partner.facts["firm_account_id"],
        "to_account": account_id,
        "amount": "100000",
    }
    partner.call("POST", "/v1/journals", journal)
    return account_id


def send_orders(partner, account_id, acknowledged, enough):
    """Buy one share after another until the server is gone."""
    order = {"symbol": "QS", "side": "buy", "qty": "1", "type": "market", "time_in_force": "day"}
    while True:
        try:
            acknowledged.append(partner.call("POST", f"/v1/trading/accounts/{account_id}/orders", order)["id"])
        except (urllib.error.HTTPError, OSError, ValueError):
            return
        if len(acknowledged) >= enough:
            return


def test_after_a_power_cut_every_acknowledged_order_is_there(installation, partner, tmp_path):
    next_open = partner.call("GET", "/v1/clock")["next_open"]
    if not partner.call("GET", "/v1/clock")["is_open"]:
        partner.call("PUT", "/v1/sandbox/clock", {"now": next_open})
    assets = tmp_path / "assets.json"
    assets.write_text('[{"symbol": "QS"}]')
    installation.manage("import_assets", str(assets))
    account_id = ready_account(partner, installation)
    acknowledged: list[str] = []
    clients = [
        threading.Thread(target=send_orders, args=(partner, account_id, acknowledged, 100_000)) for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    installation.wait_until(lambda: len(acknowledged) >= ENOUGH)

    installation.kill_everything()
    for client in clients:
        client.join()
    installation.start()
    installation.wait_until(installation.is_whole)

    orders_path = f"/v1/trading/accounts/{account_id}/orders"
    orders = {order_id: partner.call("GET", f"{orders_path}/{order_id}") for order_id in acknowledged}
    assert len(orders) >= ENOUGH
    installation.wait_until(lambda: not partner.call("GET", orders_path))
    position = partner.call("GET", f"/v1/trading/accounts/{account_id}/positions/QS")
    assert int(position["qty"]) >= len(orders)
    assert "no breaks" in installation.manage("reconcile")
