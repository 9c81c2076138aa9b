"""The forms of the market data pages. They check shape; the rules decide what can be agreed, the service who may."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from accounts.form_fields import AmountField, DayField
from accounts.forms_settings import ReasonForm
from options.choices import DataFeed
from options.data_access_selectors import Standing
from options.rules.data_access import LONGEST_NAME, PRICED, EntitlementTicket, PriceTicket, next_month

MONTHS_OFFERED = 13


class EntitlementForm(ReasonForm):
    """What a correspondent may see, from when on, and the newest record when the form was shown."""

    feed = forms.ChoiceField(label="Feed", choices=DataFeed.choices, widget=forms.RadioSelect)
    signed_by = forms.CharField(
        label="OPRA agreement signed by",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Who signed for the correspondent. Real time needs it.",
    )
    signed_on = DayField("Signed on")
    effective_on = DayField("From")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ("feed", "signed_by", "signed_on", "effective_on", "reason", "seen")

    def __init__(self, sent: Any, *, standing: Standing, newest: int | None) -> None:
        record = standing.record
        initial: dict[str, Any] = {"feed": standing.feed, "seen": newest}
        if record is not None:
            initial |= {"signed_by": record.signed_by, "signed_on": record.signed_on}
        super().__init__(sent, initial=initial)
        self.fields["effective_on"].help_text = "Empty: at once. Else from that day’s beginning in New York."

    def to_ticket(self) -> EntitlementTicket:
        """Answer what is to be agreed."""
        said = self.cleaned_data
        return EntitlementTicket(
            feed=said["feed"],
            signed_by=said["signed_by"].strip(),
            signed_on=said["signed_on"],
            effective_on=said["effective_on"],
            reason=said["reason"],
        )


class PriceForm(ReasonForm):
    """What a feed costs from a month on."""

    feed = forms.ChoiceField(label="Feed", choices=[(feed.value, feed.label) for feed in PRICED])
    month = forms.TypedChoiceField(label="From the month on", coerce=date.fromisoformat)
    monthly_amount = AmountField("A month, $")

    field_order = ("feed", "month", "monthly_amount", "reason")

    def __init__(self, sent: Any, *, this_month: date) -> None:
        super().__init__(sent)
        offered: list[tuple[str, str]] = []
        month = this_month
        while len(offered) < MONTHS_OFFERED:
            offered.append((month.isoformat(), f"{month:%B %Y}"))
            month = next_month(month)
        chosen: Any = self.fields["month"]
        chosen.choices = offered
        self.fields["monthly_amount"].required = True

    def to_ticket(self) -> PriceTicket:
        """Answer the price that is wanted."""
        said = self.cleaned_data
        amount: Decimal = said["monthly_amount"]
        return PriceTicket(feed=said["feed"], month=said["month"], monthly_amount=amount, reason=said["reason"])
