"""The stories of `examples/`, told to a running server by an unmodified alpaca-py."""

import json
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal

import pytest

from brokerage import market_calendar
from tests.installation import ROOT

pytestmark = pytest.mark.xdist_group("serve")


def an_expiration():
    """Answer the last trading day three weeks from now or before."""
    wanted = date.today() + timedelta(days=24)  # noqa: DTZ011 - the server's clock is the real one here
    session = market_calendar.session_on(wanted) or market_calendar.previous_session(wanted)
    return session.date


def test_a_partner_sells_a_covered_call(installation, partner, tmp_path):
    listed = [{"symbol": f"AAPL{an_expiration():%y%m%d}C{strike * 1000:08d}"} for strike in range(100, 400, 5)]
    contracts = tmp_path / "contracts.json"
    contracts.write_text(json.dumps(listed))
    installation.manage("import_contracts", str(contracts))

    lines = tell("covered_call.py", partner.url, partner.facts, "--firm-account", partner.facts["firm_account_id"])

    assert lines[1].endswith("opened, SUBMITTED")
    assert lines[2].endswith("is ACTIVE")
    assert lines[3:5] == [
        "journal of $50,000.00 executed",
        "level 1 asked for: APPROVED; options trading level 1",
    ]
    assert lines[5].startswith("buy_to_open 100 AAPL at ")
    assert lines[5].endswith(": filled")
    assert lines[7].startswith("sell_to_open 1 AAPL")
    assert lines[7].endswith(": filled")
    assert lines[9].startswith("long 100 AAPL, 0 available")
    assert lines[10].startswith("short -1 AAPL")
    assert [line.split()[0] for line in lines[11:]] == ["FILL", "FILL", "JNLC"]

    number = lines[2].split()[0]
    key = json.loads(installation.manage("create_api_key", "--account", number, "--name", "Own", "--json"))
    lines = tell("own_account.py", partner.url, key)

    before, held, after = (Decimal(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{number} has "))
    states = [line for line in lines if line.startswith("is ")]
    assert lines[1].startswith("buy 10 AAPL at 1")
    assert "is new" in states
    assert states[-1] == "is canceled"
    assert (before - held, after) == (Decimal("10.01"), before)  # ten shares at a dollar, and a cent of fees
    assert "no breaks" in installation.manage("reconcile")


def tell(example, url, key, *facts):
    """Run an example; answer what it says, line by line."""
    told = subprocess.run(
        [
            sys.executable,
            str(ROOT / "examples" / example),
            *("--url", url, "--key", key["api_key"], "--secret", key["api_secret"], *facts),
        ],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return [line.strip().split("  ", 1)[1] for line in told.stdout.splitlines()]
