"""Files of market data: loaded whole, refused by line, their gaps told, and played by the sandbox clock."""

from decimal import Decimal
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from options.errors import BadMarketFile
from options.market.interface import Window
from options.market.stored import StoredMarket
from options.market_tasks import play_market
from options.models import Asset, BarToBuild, DailyBar, LatestValue, MarketStanding, MinuteBar, StoredQuote, StoredTrade
from options.rules.market_gaps import days_missing, minutes_missing
from options.rules.timeframes import parse_timeframe
from options.services.market_bars import build_bars
from options.services.market_loading import load_market_file
from options.services.market_player import play
from tests.options.contracts import list_contracts
from tests.options.market_data import contract, new_york, scanned, share

CALL = "AAPL240126C00050000"
QUOTES = "symbol,at,bid_price,bid_size,ask_price,ask_size,bid_exchange"
TRADES = "symbol,at,price,size,number"
BARS = "symbol,at,open,high,low,close,volume"


@pytest.fixture(autouse=True)
def _known_symbols(db):
    list_contracts(CALL)


@pytest.fixture
def load(tmp_path):
    """Load a file of these lines."""

    def write(*lines):
        file = tmp_path / "market.csv"
        file.write_text("\n".join(lines) + "\n")
        return load_market_file(file=file)

    return write


# --- What is loaded ------------------------------------------------------------------------------


def test_a_csv_of_quotes_is_loaded_and_zero_means_not_quoted(load):
    loaded = load(QUOTES, "AAPL,2024-01-24T10:00:00.5-05:00,190.01,3,190.0300,5,N", f"{CALL},2024-01-24 15:00Z,0,7,,,")

    share_row, option = StoredQuote.objects.order_by("symbol")
    assert (loaded.kind, loaded.rows, loaded.known) == ("quotes", 2, 0)
    assert (share_row.at, share_row.bid_price, share_row.ask_size) == (
        new_york("2024-01-24 10:00:00.5"),
        Decimal("190.01"),
        5,
    )
    assert (option.bid_price, option.bid_size, option.ask_price, option.ask_size) == (None, 0, None, 0)


def test_a_parquet_of_trades_is_loaded_from_floats_and_nanoseconds(tmp_path):
    at = pa.array([1_706_108_400_123_456_789], pa.timestamp("ns", "America/New_York"))
    columns = {"symbol": pa.array(["AAPL"]).dictionary_encode(), "at": at, "price": [190.1], "size": [5]}
    pq.write_table(pa.table(columns), tmp_path / "trades.parquet")

    load_market_file(file=tmp_path / "trades.parquet")

    made = StoredTrade.objects.get()
    assert (made.at, made.price, made.number) == (new_york("2024-01-24 10:00:00.123456"), Decimal("190.1"), 0)
    assert BarToBuild.objects.get().at == new_york("2024-01-24 10:00")


def test_bars_are_loaded_by_minute_and_by_day(load):
    load(BARS, "AAPL,2024-01-24T15:00Z,10,12,9,11,5")
    load(BARS.replace("at", "date"), "AAPL,2024-01-24,10,12,9,11.5,5")

    assert (MinuteBar.objects.get().vwap, DailyBar.objects.get().close) == (11, Decimal("11.5"))


def test_days_are_built_from_loaded_minutes_unless_the_day_was_loaded_too(load):
    daily = BARS.replace("at", "date")
    over = new_york("2024-01-30")
    load(BARS, "AAPL,2024-01-24T15:00Z,10,12,9,11,5", "AAPL,2024-01-25T15:00Z,20,22,19,21,5")
    load(daily, "AAPL,2024-01-25,1,1,1,1,7")
    while build_bars(at=over):
        pass
    load(BARS, "AAPL,2024-01-24T15:01Z,11,11,8,8,5", "AAPL,2024-01-25T15:01Z,20,22,19,21,5")
    load(TRADES, f"{CALL},2024-01-25T15:00Z,190,5,1")
    load(daily, f"{CALL},2024-01-25,1,1,1,1,7")
    while build_bars(at=over):
        pass

    made = DailyBar.objects.order_by("symbol", "date").values_list("symbol", "date__day", "open", "close", "volume")
    assert list(made) == [("AAPL", 24, 10, 8, 10), ("AAPL", 25, 1, 1, 7), (CALL, 25, 190, 190, 5)]
    market, days = StoredMarket(is_played=True), Window(new_york("2024-01-22"), new_york("2024-01-29"), 10)
    assert [bar.volume for _, bar in market.bars([share("AAPL")], parse_timeframe("1Day"), days)] == [10, 7]


def test_a_file_loaded_twice_changes_nothing(load):
    lines = TRADES, "AAPL,2024-01-24T15:00Z,190,5,1", "AAPL,2024-01-24T15:00Z,191,5,2"
    load(*lines)

    again = load(*lines, "AAPL,2024-01-24T15:01Z,192,5,3")

    assert (again.rows, again.known, StoredTrade.objects.count()) == (3, 2, 3)


def test_the_command_loads_builds_and_tells_gaps(tmp_path, capsys):
    file = tmp_path / "trades.csv"
    file.write_text(f"{TRADES}\nAAPL,2024-01-24T14:30Z,190,5,1\nAAPL,2024-01-26T20:59:59Z,191,5,1\n")

    call_command("load_market_data", str(file))

    said = capsys.readouterr().out
    assert "trades.csv: 2 trades (" in said
    assert "nothing was said on 2024-01-25, the whole session" in said
    assert "nothing was said on 2024-01-24 09:31 to 16:00 New York" in said
    assert "4 bars built" in said
    assert DailyBar.objects.count() == 2


# --- What is refused -----------------------------------------------------------------------------

QUOTE = "AAPL,2024-01-24T15:00:00Z,190,3,190.01,5,N"
REFUSED = {
    "a crossed quote": (QUOTES, [QUOTE, QUOTE.replace("190,3", "190.02,3")], "line 3: the quote is crossed"),
    "a quote of a Sunday": (
        QUOTES,
        [QUOTE, QUOTE.replace("01-24T15", "01-21T15")],
        "line 3: there is no session on that day",
    ),
    "a time without a zone": (
        QUOTES,
        [QUOTE.replace("Z", "")],
        "line 2: 2024-01-24T15:00:00 is no time with a zone (at)",
    ),
    "a time that is none": (TRADES, ["AAPL,yesterday,1,1,1"], "line 2: yesterday is no time with a zone (at)"),
    "a time of nowhen": (TRADES, ["AAPL,1970-01-01T00:00Z,1,1,1"], "line 2: the at is outside of the days"),
    "an unknown symbol": (QUOTES, [QUOTE, QUOTE.replace("AAPL", "NONE")], "line 3: the symbol NONE is unknown"),
    "no symbol": (QUOTES, [QUOTE[4:]], "line 2: the symbol is missing"),
    "an empty line": (QUOTES, [QUOTE, "", QUOTE], "line 3: the symbol is missing"),
    "the same twice": (TRADES, ["AAPL,2024-01-24T15:00Z,1,1,1"] * 2, "line 3: has the symbol, at and number of line 2"),
    "a price that is none": (TRADES, ["AAPL,2024-01-24T15:00Z,x,1,1"], "line 2: x is no number (price)"),
    "a price too fine": (TRADES, ["AAPL,2024-01-24T15:00Z,1.00001,1,1"], "line 2: 1.00001 is no number (price)"),
    "a price of nothing": (TRADES, ["AAPL,2024-01-24T15:00Z,0,1,1"], "line 2: the price is not above zero"),
    "a size of nothing": (TRADES, ["AAPL,2024-01-24T15:00Z,1,0,1"], "line 2: the size is not above zero"),
    "a line cut short": (TRADES, ["AAPL,2024-01-24T15:00Z,1,1,1", "AAPL,20"], "line 3: 2 cells where the header has 5"),
    "a bar upside down": (BARS, ["AAPL,2024-01-24T15:00Z,10,9,12,11,5"], "line 2: open and close do not lie"),
    "a bar of half a minute": (BARS, ["AAPL,2024-01-24T15:00:30Z,1,1,1,1,5"], "line 2: the time is not a full minute"),
    "a header of nothing known": (
        "symbol,at,cost",
        ["AAPL,2024-01-24T15:00Z,1"],
        "line 1: the columns symbol, at, cost",
    ),
    "a column twice": (
        "symbol,at,price,size,size",
        ["AAPL,2024-01-24T15:00Z,1,1,2"],
        "line 1: the columns symbol, at, price, size, size",
    ),
    "a header alone": (QUOTES, [], "the file has no rows"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_bad_file_is_refused_by_line_and_nothing_is_written(load, why):
    header, lines, said = REFUSED[why]

    with pytest.raises(BadMarketFile) as refused:
        load(header, *lines)

    assert str(refused.value).startswith(said)
    assert not any(model.objects.exists() for model in (StoredQuote, StoredTrade, MinuteBar, BarToBuild))


def test_faults_beyond_twenty_are_counted(load):
    with pytest.raises(BadMarketFile) as refused:
        load(QUOTES, *[QUOTE.replace("AAPL", "NONE")] * 25)

    said = str(refused.value).splitlines()
    assert (len(said), said[-1]) == (21, "and 5 more")


def test_the_command_names_the_file_and_what_is_wrong(tmp_path):
    (tmp_path / "empty.csv").write_text("")

    with pytest.raises(CommandError, match=r"empty.csv:\nEmpty CSV file\nNothing of it was loaded"):
        call_command("load_market_data", str(tmp_path / "empty.csv"))
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_market_data", str(tmp_path / "none.csv"))
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" + b"\x00" * 40 + b"PAR1")
    with pytest.raises(CommandError, match=r"cut\.parquet: Couldn't"):
        call_command("load_market_data", str(tmp_path / "cut.parquet"))


# --- Gaps ----------------------------------------------------------------------------------------


def test_five_silent_minutes_of_a_session_are_a_gap_and_four_are_none():
    said = [new_york(f"2024-07-03 {hour:02}:{minute:02}") for hour in range(9, 13) for minute in range(60)]
    kept = [at for at in said if (at.hour, at.minute // 5) not in {(10, 0), (11, 0)} or (at.hour, at.minute) == (11, 4)]

    assert [str(gap) for gap in minutes_missing(kept)] == ["2024-07-03 10:00 to 10:05 New York"]
    assert [str(gap) for gap in minutes_missing([])] == []


def test_a_weekend_is_no_gap():
    days = [new_york(f"2024-01-{day}").date() for day in (19, 22, 24)]

    assert [str(gap) for gap in days_missing(days)] == ["2024-01-23, the whole session"]


# --- The player ----------------------------------------------------------------------------------


def test_the_player_goes_forward_and_back_and_begins_anew_after_a_file(load, settings):
    load(QUOTES, *(f"AAPL,2024-01-24T15:0{minute}Z,{100 + minute},1,200,1,N" for minute in range(5)))
    load(TRADES, *(f"AAPL,2024-01-24T15:0{minute}Z,{150 + minute},1,0" for minute in range(5)))
    settings.MARKET_SOURCE = "replay"

    said = []
    for minute in ("01", "03", "03", "00"):
        play_market(new_york(f"2024-01-24 10:{minute}"))
        said.append(LatestValue.objects.values_list("bid_price", "trade_price").get())
    early = play(at=new_york("2024-01-24 09:59")), LatestValue.objects.count()
    load(QUOTES, "AAPL,2024-01-24T14:58Z,99,1,200,1,N")

    assert said == [(101, 151), (103, 153), (103, 153), (100, 150)]
    assert early == (0, 0)
    assert MarketStanding.objects.get().played_at is None
    quoted = StoredMarket(is_played=True).quotes([share("AAPL")], new_york("2024-01-24 09:59:30"))
    assert quoted["AAPL"].bid == 99


def test_a_tick_asks_once_what_came_up_whatever_is_listed(load):
    list_contracts(*(f"AAPL240126C0019{strike}000" for strike in range(4)))
    load(QUOTES, "AAPL,2024-01-24T15:00Z,100,1,200,1,N")
    load(TRADES, "AAPL,2024-01-24T15:00Z,150,1,0")
    play(at=new_york("2024-01-24 10:00"))

    for minute, table in enumerate(["options_storedquote", "options_storedtrade"], start=1):
        assert scanned(partial(play, at=new_york(f"2024-01-24 10:0{minute}")), table) == (1, 0)


@pytest.mark.parametrize("played_at", ["2024-01-26 15:58", "2024-01-24 10:00", "2024-01-29 10:00"])
def test_what_was_paid_last_for_a_contract_stands_though_it_is_over_when_the_player_comes(load, played_at):
    load(TRADES, f"{CALL},2024-01-26T15:57-05:00,1,1,0", f"{CALL},2024-01-26T15:59-05:00,2,1,0")
    play(at=new_york(played_at))
    Asset.objects.filter(symbol=CALL).update(status="inactive")
    at = new_york("2024-01-26 16:10")

    play(at=at)

    assert StoredMarket(is_played=True).latest_trades([contract(CALL)], at)[CALL].price == 2


def test_nobody_plays_in_production(load, settings):
    load(QUOTES, "AAPL,2024-01-24T15:00Z,100,1,200,1,N")
    settings.MARKET_SOURCE, settings.STRIKEBOOK_MODE = "replay", "production"

    play_market(new_york("2024-01-24 10:01"))

    assert (MarketStanding.objects.get().played_at, LatestValue.objects.count()) == (None, 0)
