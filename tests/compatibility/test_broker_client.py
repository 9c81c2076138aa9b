"""The unmodified client library against a running server; docs/compatibility.md is what came of it.

`STRIKEBOOK_REWRITE=1 pytest tests/compatibility` writes the table anew.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from alpaca.broker.client import BrokerClient
from alpaca.common.exceptions import APIError

from tests.compatibility.walk import Walk
from tests.installation import RunningPartner, take_on, temporary_installation

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# With a limit a larger journal waits for the end of the day, and can be canceled until then.
FIFTY_DOLLARS = "from accounts.models import Correspondent as C; C.objects.update(journal_limit_amount=50)"
NOTHING_SENT = "the client sends nothing: its method is empty"
OTHER_AREAS = re.compile(
    "position|order|portfolio|clock|calendar|watchlist|asset|announcement|subscription|unsubscribe|run"
    "|get_trade_events|get_non_trading_activity_events"
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What came of every method of this area, by its name."""
    with temporary_installation() as installation:
        installation.start()
        installation.wait_until(installation.is_whole)
        partner = take_on(installation)
        installation.manage("shell", "--no-imports", "-c", FIFTY_DOLLARS)
        return walk(partner, tmp_path_factory.mktemp("files"))


def walk(partner: RunningPartner, directory: Path) -> dict[str, tuple[str, str]]:
    """Call every method once; answer, by its name, what it sent first and what came of it."""
    client = BrokerClient(partner.facts["api_key"], partner.facts["api_secret"], url_override=partner.url)
    sent: list[str] = []
    client._session.hooks["response"].append(lambda response, **_: sent.append(_endpoint(response.request)))
    found = {}
    for name, call in Walk(client, partner.facts["firm_account_id"], directory).steps():
        sent.clear()
        outcome = _outcome(call)
        found[name] = (sent[0] if sent else "", outcome if sent else NOTHING_SENT)
    return found


def table_of(outcomes: dict[str, tuple[str, str]]) -> str:
    """Answer the table as the document has it."""
    lines = ["| method | endpoint | outcome |", "|---|---|---|"]
    for name, (endpoint, outcome) in outcomes.items():
        lines.append(f"| `{name}` | {f'`{endpoint}`' if endpoint else '–'} | {outcome} |")
    return "\n" + "\n".join(lines) + "\n"


def _outcome(call: Any) -> str:
    try:
        call()
    except APIError as refusal:
        return f"refused: {refusal.message}"
    return "works"


def _endpoint(request: Any) -> str:
    path = ID.sub("{id}", request.path_url.partition("?")[0])
    return f"{request.method} {path}"


def test_every_method_of_this_area_is_called() -> None:
    methods = {name for name, value in vars(BrokerClient).items() if callable(value) and not name.startswith("_")}

    called = {name for name in vars(Walk) if not name.startswith("_") and name != "steps"}

    assert called == {name for name in methods if not OTHER_AREAS.search(name)}


def test_the_table_says_what_came_of_it(outcomes: dict[str, tuple[str, str]]) -> None:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    made = table_of(outcomes)

    if os.environ.get("STRIKEBOOK_REWRITE"):
        DOCUMENT.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
    else:
        assert table == made
