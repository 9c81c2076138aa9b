"""The unmodified client library against a running server; docs/compatibility.md is what came of it.

`STRIKEBOOK_REWRITE=1 pytest tests/compatibility` writes the tables anew.
"""

import json
import os
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alpaca.broker.client import BrokerClient
from alpaca.common.exceptions import APIError
from alpaca.data.historical.option import OptionHistoricalDataClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.trading.client import TradingClient

from tests.compatibility.data_walk import OptionData, StockData
from tests.compatibility.trading_walk import OwnTrading, PartnersTrading
from tests.compatibility.walk import Walk
from tests.installation import Installation, RunningPartner, take_on, temporary_installation

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CONTRACT = re.compile(r"F[0-9]{6}C[0-9]{8}")
# With a limit a larger journal waits for the end of the day, and can be canceled until then. And something to trade.
PREPARED = """
from accounts.models import Correspondent
from brokerage import clock
from options.market.universe import UNIVERSE
from options.services.listing import list_chain
Correspondent.objects.update(journal_limit_amount=50)
for symbol in ("F", "QS"):
    list_chain(UNIVERSE[symbol], clock.now())
"""
NOTHING_SENT = "the client sends nothing: its method is empty"
OTHER_AREAS = re.compile(
    "announcement|subscription|unsubscribe|run|rebalancing|portfolios?_by_id|_portfolio$|_portfolios$"
)
Outcomes = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcomes]:
    """What came of every method of these areas, by client and name."""
    with temporary_installation() as installation:
        installation.patience = 300.0  # preparing the database takes its time where other tests run beside
        installation.start()
        installation.wait_until(installation.is_whole)
        partner = take_on(installation)
        installation.manage("shell", "--no-imports", "-c", PREPARED)
        broker = BrokerClient(partner.facts["api_key"], partner.facts["api_secret"], url_override=partner.url)
        accounts = Walk(broker, partner.facts["firm_account_id"], tmp_path_factory.mktemp("files"))
        found = walk(broker, accounts.steps())
        account_id = accounts.ids["account"]
        contract = open_the_market(partner, account_id)
        found |= walk(broker, PartnersTrading(broker, account_id, contract).steps())
        own = own_client(installation, partner.url, broker.get_account_by_id(account_id).account_number)
        own_found = walk(own, OwnTrading(own, contract).steps())
        return {"BrokerClient": found, "TradingClient": own_found, **data_outcomes(partner)}


def open_the_market(partner: RunningPartner, account_id: str) -> str:
    """Give the account a level and cash, which comes at a close, and go to a session; answer a contract to trade."""
    level = {"level": 2, "fixtures": {"status": "APPROVED"}}
    partner.call("POST", f"/v1/accounts/{account_id}/options/approval", level)
    own_cap = {"max_options_trading_level": 2}
    partner.call("PATCH", f"/v1/trading/accounts/{account_id}/account/configurations", own_cap)
    cash = {"entry_type": "JNLC", "from_account": partner.facts["firm_account_id"], "to_account": account_id}
    partner.call("POST", "/v1/journals", cash | {"amount": "5000"})
    next_open = partner.call("GET", "/v1/clock")["next_open"]
    after = partner.call("GET", f"/v1/calendar?start={next_open[:10]}")[1]
    partner.call("PUT", "/v1/sandbox/clock", {"now": f"{after['date']}T11:00:00-05:00"})
    wanted = f"underlying_symbols=F&type=call&expiration_date_gte={after['settlement_date']}"
    contract = partner.call("GET", f"/v1/options/contracts?{wanted}")["option_contracts"][0]["symbol"]
    quote = {"bid": "1.00", "ask": "1.05", "bid_size": 100, "ask_size": 100}
    partner.call("PUT", "/v1/sandbox/quotes", {contract: quote})
    return contract


def data_outcomes(partner: RunningPartner) -> dict[str, Outcomes]:
    """What came of every method of the data clients, at a moment that stands still and without pinned quotes."""
    partner.call("DELETE", "/v1/sandbox/quotes")
    now = partner.call("GET", "/v1/clock")["timestamp"]
    at = datetime.fromisoformat(partner.call("PUT", "/v1/sandbox/clock", {"now": now, "frozen": True})["now"])
    spot = partner.call("GET", "/v2/stocks/F/trades/latest")["trade"]["p"]
    chain = partner.call("GET", "/v1beta1/options/snapshots/F?type=call&limit=1000")["snapshots"]
    running = [symbol for symbol, one in chain.items() if "greeks" in one]
    contracts = sorted(running, key=lambda symbol: abs(int(symbol[-8:]) / 1000 - spot))[:2]
    key = (partner.facts["api_key"], partner.facts["api_secret"])
    options = OptionHistoricalDataClient(*key, url_override=partner.url, use_basic_auth=True)
    stocks = StockHistoricalDataClient(*key, url_override=partner.url)
    return {
        "OptionHistoricalDataClient": walk(options, OptionData(options, contracts, at).steps()),
        "StockHistoricalDataClient": walk(stocks, StockData(stocks, at).steps()),
    }


def own_client(installation: Installation, url: str, account_number: str) -> TradingClient:
    """Answer a trading client with a key of that account."""
    printed = installation.manage("create_api_key", "--account", account_number, "--name", "Own", "--json")
    key = json.loads(printed)
    return TradingClient(key["api_key"], key["api_secret"], url_override=url)


def walk(client: Any, steps: Iterable[tuple[str, Callable[[], None]]]) -> Outcomes:
    """Take every step once; answer, by its name, what it sent first and what came of it."""
    sent: list[str] = []
    client._session.hooks["response"].append(lambda response, **_: sent.append(_endpoint(response.request)))
    found = {}
    for name, call in steps:
        sent.clear()
        outcome = _outcome(call)
        found[name] = (sent[0] if sent else "", outcome if sent else NOTHING_SENT)
    client._session.hooks["response"].clear()
    return found


def tables_of(outcomes: dict[str, Outcomes]) -> str:
    """Answer the tables as the document has them."""
    lines = []
    for client, found in outcomes.items():
        lines += [f"## {client}", "", "| method | endpoint | outcome |", "|---|---|---|"]
        for name, (endpoint, outcome) in found.items():
            lines.append(f"| `{name}` | {f'`{endpoint}`' if endpoint else '–'} | {outcome} |")
        lines.append("")
    return "\n" + "\n".join(lines)


def _outcome(call: Any) -> str:
    try:
        call()
    except APIError as refusal:
        return f"refused: {refusal.message}"
    return "works"


def _endpoint(request: Any) -> str:
    path = CONTRACT.sub("{symbol}", ID.sub("{id}", request.path_url.partition("?")[0]))
    return f"{request.method} {path}"


@pytest.mark.parametrize(
    ("client", "walks"),
    [
        (BrokerClient, (Walk, PartnersTrading)),
        (TradingClient, (OwnTrading,)),
        (OptionHistoricalDataClient, (OptionData,)),
        (StockHistoricalDataClient, (StockData,)),
    ],
    ids=str,
)
def test_every_method_of_these_areas_is_called(client: type, walks: tuple[type, ...]) -> None:
    methods = {name for name, value in vars(client).items() if callable(value) and not name.startswith("_")}

    called = {name for kind in walks for name in vars(kind) if not name.startswith("_") and name != "steps"}

    assert called == {name for name in methods if not OTHER_AREAS.search(name)}


def test_the_tables_say_what_came_of_it(outcomes: dict[str, Outcomes]) -> None:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    tables, _, after = rest.partition(END)
    made = tables_of(outcomes)

    if os.environ.get("STRIKEBOOK_REWRITE"):
        DOCUMENT.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
    else:
        assert tables == made
