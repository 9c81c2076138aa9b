"""A refusal as people read it: the published sentence with the names of the wire said as the labels of the form."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm

from brokerage.errors import BrokerageError, InvalidInput
from brokerage.web import refusals_on
from trading.rules.remedies import remedy_for

# Whole sentences that say nothing to whoever has not read the reference of the API.
SENTENCES = {
    r"qty must be > 0": "the quantity must be more than 0",
    r"limit_price must be > 0 and <= (\d+)": r"the limit price must be more than 0, and at most \1",
    r"(?:options order )?qty must be <= (\d+)": r"the quantity must be at most \1",
    r"qty must be integer for options trading": "the quantity must be whole contracts",
    r"qty or notional is required": "the quantity is required",
    r"qty must be > filled_qty": "the quantity must be more than has been filled already",
    r"order_time_in_force provided not supported for options trading": "orders for options are good for the day only",
    r"symbol is required": "the symbol is required",
    r"client_order_id must be unique": "this client order ID was used before in this account",
    r"order parameters are not changed": "nothing is changed",
    r"account is not authorized to trade": "this account may not trade",
    r"potential wash trade detected\. use complex orders": "it could trade with an open order of this account",
    r"exercise requests are not accepted after market close until midnight": "the market is closed",
    r"you are attempting to exercise an out of the money.*": "it is out of the money: it has to be confirmed",
    r"no qty available to exercise": "open orders hold every contract",
    r"dne requests are only accepted on the expiration day.*": "instructions are taken on the day of expiration only",
    r"dne requests are not accepted after (.*)": r"instructions are taken until \1",
}
NAMES = {
    "limit_price": "limit price",
    "client_order_id": "client order ID",
    "qty": "quantity",
    "filled_qty": "filled quantity",
    "time_in_force": "time in force",
    "order_class": "order class",
    "position_intent": "intent",
    "buy_to_open": "buy to open",
    "buy_to_close": "buy to close",
    "sell_to_open": "sell to open",
    "sell_to_close": "sell to close",
}
NAMED = re.compile(rf"\b({'|'.join(NAMES)})\b")
LATER = re.compile(r"(?<=\. )[a-z]")
FIGURE = re.compile(r"(?<![\w.,\"-])\d{4,}(?![\w\"-])")


def plain_words(message: str) -> str:
    """Answer what the published message says, as a sentence of a page: capital at its start, no stop at its end."""
    said = message.strip().removesuffix(".")
    for pattern, sentence in SENTENCES.items():
        found = re.fullmatch(pattern, said)
        if found:
            said = found.expand(sentence)
            break
    said = NAMED.sub(lambda found: NAMES[found[1]], said)
    said = LATER.sub(lambda found: found[0].upper(), said)
    said = FIGURE.sub(lambda found: f"{int(found[0]):,}", said)
    return f"{said[:1].upper()}{said[1:]}"


@contextmanager
def plain_refusals_on(form: BaseForm) -> Iterator[list[str]]:
    """Put a refusal raised inside on the form in plain words: on its field, or above the form where it has none.

    The list that is given to the block holds the remedy afterwards, where there is one.
    """
    remedies: list[str] = []
    try:
        yield remedies
    except InvalidInput as refusal:
        with refusals_on(form):
            raise refusal
    except BrokerageError as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, f"{plain_words(str(refusal))}.")
        remedies.extend(plain_remedy(refusal))


def plain_remedy(refusal: BrokerageError) -> list[str]:
    """Answer what would help, as a page says it; nothing where nothing would."""
    remedy = remedy_for(refusal)
    return [f"{plain_words(remedy)}."] if remedy else []
