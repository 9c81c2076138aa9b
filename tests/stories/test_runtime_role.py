"""A whole installation under the role that owns nothing: an account, an order and its fill; a neighbor sees none."""

import urllib.error

import psycopg
import pytest

from brokerage.embedded.postgresql import DATABASE, USER, PostgreSQL
from tests.installation import take_on
from tests.stories.test_power_cut import ready_account

pytestmark = pytest.mark.xdist_group("serve")


def test_everything_works_for_each_partner_under_the_role_of_the_processes(installation, partner, tmp_path):
    if not partner.call("GET", "/v1/clock")["is_open"]:
        partner.call("PUT", "/v1/sandbox/clock", {"now": partner.call("GET", "/v1/clock")["next_open"]})
    assets = tmp_path / "assets.json"
    assets.write_text('[{"symbol": "QS"}]')
    installation.manage("import_assets", str(assets))
    neighbor = take_on(installation, "GLBX")
    account_id = ready_account(partner, installation)
    theirs = ready_account(neighbor, installation)

    orders = f"/v1/trading/accounts/{account_id}/orders"
    order = {"symbol": "QS", "side": "buy", "qty": "1", "type": "market", "time_in_force": "day"}
    placed = partner.call("POST", orders, order)["id"]
    installation.wait_until(lambda: partner.call("GET", f"{orders}/{placed}")["status"] == "filled")

    assert partner.call("GET", f"/v1/trading/accounts/{account_id}/positions/QS")["qty"] == "1"
    assert [one["id"] for one in neighbor.call("GET", "/v1/accounts")] == [theirs]
    with pytest.raises(urllib.error.HTTPError) as refused:
        neighbor.call("GET", f"{orders}/{placed}")
    assert refused.value.code in (401, 404)


def test_the_processes_see_through_the_role_only(installation, partner):
    server = PostgreSQL(installation.data_dir)

    with psycopg.connect(
        host=str(server.sockets), user=USER, dbname=DATABASE, options="-c role=strikebook_app"
    ) as bare:
        assert bare.execute("SELECT count(*) FROM accounts_account").fetchone() == (0,)
        bare.execute("SELECT set_config('strikebook.tenant', 'all', false)")
        assert bare.execute("SELECT count(*) > 0 FROM accounts_account").fetchone() == (True,)
