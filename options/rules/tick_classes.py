"""Which underlyings are priced in which steps: data, revised yearly with the penny program.

The classes below are the well-known ones. A row of `import_contracts` may say `ppind` (is in
the penny program) of any other; what nobody has named is not in the program: `standard`.
"""

from options.choices import TickClass

PENNY_THROUGHOUT = frozenset({"SPY", "QQQ", "IWM"})

_PENNY_PROGRAM = """
    AAL AAPL ABBV ABNB ADBE AFRM AMC AMD AMZN ARKK AVGO BA BABA BAC BIDU BMY BYND C CCL CHPT CMCSA COIN COST
    CRM CRWD CSCO CVNA CVX DAL DIA DIS DKNG DOCU EBAY EEM EFA ENPH F FCX FSLR FXI GDX GE GLD GM GME GOOG GOOGL
    GS HD HOOD HYG IBIT IBM INTC JD JNJ JPM KO LCID LLY LQD LULU LYFT MA MARA MCD META MRK MRNA MS MSFT MSTR MU
    NCLH NFLX NIO NKE NVDA ORCL OXY PBR PFE PG PINS PLTR PLUG PTON PYPL QCOM QS RBLX RCL RIOT RIVN ROKU SBUX
    SHOP SLV SMCI SMH SNAP SNOW SOFI SQQQ T TGT TLT TQQQ TSLA TSM TXN U UAL UBER UNH UPS UVXY V VALE VXX VZ WBA
    WFC WMT X XBI XLE XLF XLK XLU XLV XOM XOP XRT ZM
"""
PENNY = frozenset(_PENNY_PROGRAM.split())


def tick_class_of(underlying_symbol: str) -> TickClass:
    """Answer the class of the options on that underlying, as far as it is known here."""
    if underlying_symbol in PENNY_THROUGHOUT:
        return TickClass.PENNY_THROUGHOUT
    return TickClass.PENNY if underlying_symbol in PENNY else TickClass.STANDARD


def in_penny_program(tick_class: TickClass) -> bool:
    """Say whether a class is in the penny program (`ppind`)."""
    return tick_class is not TickClass.STANDARD


def tick_class_for(underlying_symbol: str, ppind: bool | None) -> TickClass:
    """Answer the class, given what a contract file says of the program (None: nothing)."""
    known = tick_class_of(underlying_symbol)
    if ppind is None or in_penny_program(known) == ppind:
        return known
    return TickClass.PENNY if ppind else TickClass.STANDARD
