"""What staff type to trade. Shapes only, as in `api/serializers.py`: whether it may be, the services decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from trading.choices import OrderSide, OrderType, PositionIntent, TimeInForce
from trading.rules.ticket_form import OrderRequest
from trading.services.replacing import Changes

OFF = {"autocomplete": "off", "spellcheck": "false"}
SIDES = [(OrderSide.BUY, "Buy"), (OrderSide.SELL, "Sell")]
TYPES = [(OrderType.LIMIT, "Limit"), (OrderType.MARKET, "Market")]
TIMES = [(TimeInForce.DAY, "Day"), (TimeInForce.GTC, "Good till canceled, shares only")]
INTENTS = [("", "As the position says"), *((one.value, str(one.label).capitalize()) for one in PositionIntent)]
WIDEST = 30


class NumberField(forms.DecimalField):
    """A number as people type it, its thousands grouped or not, exactly as it stands."""

    def __init__(self, label: str, inputmode: str) -> None:
        example = "3" if inputmode == "numeric" else "12.50"
        said = {"invalid": f"{label} must be a number, such as {example}."}
        super().__init__(label=label, required=False, error_messages=said)
        self.widget = forms.TextInput(OFF | {"inputmode": inputmode})

    def to_python(self, value: Any) -> Any:
        """Read the number; NaN, infinities, and what has more than thirty figures are none."""
        typed = value.replace(",", "").replace("$", "").strip() if isinstance(value, str) else value
        found = super().to_python(typed)
        if found and not (found.is_finite() and -WIDEST <= found.adjusted() <= WIDEST):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def _word(label: str, choices: list[tuple[Any, Any]]) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=32, widget=forms.RadioSelect(choices=choices, attrs={"class": "pill"})
    )


class OrderForm(forms.Form):
    """An order for an account: the fields of `OrderRequestSerializer` that can be anything but refused."""

    symbol = forms.CharField(label="Symbol", required=False, max_length=64, widget=forms.TextInput(OFF))
    side = _word("Side", SIDES)
    qty = NumberField("Quantity", "numeric")
    type = _word("Type", TYPES)
    limit_price = NumberField("Limit price", "decimal")
    time_in_force = _word("Time in force", TIMES)
    position_intent = forms.CharField(
        label="Opens or closes", required=False, max_length=32, widget=forms.Select(choices=INTENTS)
    )
    client_order_id = forms.CharField(
        label="Client order ID", required=False, max_length=1024, widget=forms.TextInput(OFF)
    )

    @property
    def suggested(self) -> str:
        """Answer which limit was suggested for which symbol, as the ticket carries it along."""
        return str(self.data.get("suggested", ""))

    def clean_symbol(self) -> str:
        """Write the symbol as it is stored, in capitals."""
        return str(self.cleaned_data["symbol"]).upper()

    @property
    def lacks(self) -> list[str]:
        """Answer what has not been typed yet, of what an order cannot do without."""
        wanted = ["symbol", "qty"] + (["limit_price"] if self.data.get("type") == OrderType.LIMIT else [])
        return [str(self.fields[name].label).lower() for name in wanted if not self.data.get(name, "").strip()]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Answer what a change of the contract leaves as it is, by name."""
        names = ("side", "qty", "type", "limit_price", "time_in_force", "suggested")
        return [(name, self.data[name]) for name in names if self.data.get(name)]

    def to_request(self) -> OrderRequest:
        """Answer the request as the services take it; call after `is_valid`."""
        return OrderRequest(**self.cleaned_data)


class ReplaceForm(forms.Form):
    """What is to be different in an open order: the fields of `ReplaceSerializer` that can be anything but refused."""

    qty = NumberField("Quantity", "numeric")
    limit_price = NumberField("Limit price", "decimal")
    time_in_force = _word("Time in force", TIMES)
    client_order_id = forms.CharField(required=False, max_length=1024, widget=forms.HiddenInput)

    def to_changes(self) -> Changes:
        """Answer what is to be different; call after `is_valid`."""
        return Changes(**self.cleaned_data)
