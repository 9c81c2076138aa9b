"""The forms of the API keys page. They check shape; what a key may have the rules decide."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms

from accounts.choices import KeyGrace, KeyLifetime, KeyScope, ScopeAccess
from accounts.form_fields import DayField, LinesField
from accounts.models import Correspondent
from accounts.rules.keys import FULL, LONGEST_NAME, READ_ONLY, KeyTicket, expiry_of
from brokerage import clock
from brokerage.market_calendar import NEW_YORK

PRESETS = (("full", "Full access"), ("read", "Read only"), ("custom", "Each part by itself"))
ABOUT = {
    KeyScope.ACCOUNTS: "Open, change and close accounts, documents, options approval",
    KeyScope.FUNDING: "Bank relationships and transfers",
    KeyScope.TRADING: "Orders, positions, configurations, assets and contracts",
    KeyScope.JOURNALING: "Journals between accounts",
    KeyScope.DATA: "Quotes and reference data",
    KeyScope.EVENTS: "Event streams",
    KeyScope.REPORTING: "Activities",
}


class KeyForm(forms.Form):
    """A new key: for whom, what it reaches, how long it works and from where."""

    correspondent = forms.ChoiceField(label="Correspondent")
    name = forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        help_text="What uses the key, such as “Order router, New York”.",
        error_messages={"required": "Say what the key is for."},
    )
    account_number = forms.CharField(
        label="Account number",
        required=False,
        max_length=20,
        help_text="Leave it empty for a key of the correspondent, which sees every account. A key of one account "
        "is for trading clients: it works on /v2/account, /v2/orders, /v2/positions and the like, and nowhere else.",
    )
    access = forms.ChoiceField(label="Access", choices=PRESETS, initial="full", widget=forms.RadioSelect)
    lifetime = forms.ChoiceField(label="Expires", choices=KeyLifetime.choices, initial=KeyLifetime.YEAR)
    expires_on = DayField("Last day it works")
    networks = LinesField(
        "Only from these networks",
        help_text="An address or a network a line, IPv4 or IPv6. Leave it empty to allow every address.",
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, correspondents: list[Correspondent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked: Any = self.fields["correspondent"]
        asked.choices = [(str(one.pk), f"{one.name} ({one.code})") for one in correspondents]
        if len(correspondents) == 1:
            asked.widget, asked.initial = forms.HiddenInput(), str(correspondents[0].pk)
        self.fields["once"].initial = uuid4().hex
        for scope in KeyScope:
            field = forms.ChoiceField(choices=ScopeAccess.choices, initial=ScopeAccess.NONE, widget=forms.RadioSelect)
            field.label, field.required = scope.label, False
            self.fields[f"scope_{scope}"] = field

    def clean(self) -> dict[str, Any]:
        """Ask for a day where the key is to expire on one."""
        said = super().clean() or {}
        is_custom = said.get("lifetime") == KeyLifetime.CUSTOM
        if is_custom and not said.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", "Choose the last day on which the key works.")
        return said

    def scope_fields(self) -> list[tuple[Any, str]]:
        """Answer each scope's field with what the scope is about."""
        return [(self[f"scope_{scope}"], ABOUT[scope]) for scope in KeyScope]

    def to_ticket(self) -> KeyTicket:
        """Answer the key that is asked for."""
        said = self.cleaned_data
        lifetime, day = KeyLifetime(said["lifetime"]), said["expires_on"]
        chosen = datetime.combine(day + timedelta(days=1), time.min, NEW_YORK) if day else None
        return KeyTicket(
            name=said["name"],
            scopes=self._scopes(),
            account_number=said["account_number"].strip(),
            expires_at=expiry_of(lifetime, clock.real_now(), chosen=chosen),
            networks=said["networks"],
        )

    def _scopes(self) -> dict[str, str]:
        match self.cleaned_data["access"]:
            case "full":
                return FULL
            case "read":
                return READ_ONLY
        return {scope.value: self.cleaned_data[f"scope_{scope}"] or ScopeAccess.NONE.value for scope in KeyScope}


class RenameKeyForm(forms.Form):
    """Another name for a key."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, error_messages={"required": "Say what the key is for."}
    )


class RotateKeyForm(forms.Form):
    """When a key that is replaced stops working."""

    grace = forms.ChoiceField(label="The old key stops", choices=KeyGrace.choices, initial=KeyGrace.DAY)


class RevokeKeyForm(forms.Form):
    """The confirmation that a key is revoked."""

    sure = forms.BooleanField(
        label="Whatever uses this key is to stop now",
        error_messages={"required": "Tick the box to confirm: calls with this key fail from then on."},
    )
