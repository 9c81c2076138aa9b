"""The forms of the team page."""

from typing import Any
from uuid import UUID

from django import forms

from accounts.models import Correspondent, User
from accounts.team import roles

BROKER = "broker"


class MemberForm(forms.Form):
    """Somebody new: who, what they may do, and for whom."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Type the name of the person."})
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="They sign in with it. A link to choose a password goes there.",
        error_messages={"required": "Type an e-mail address.", "invalid": "This is not an e-mail address."},
    )
    role = forms.ChoiceField(label="Role", choices=roles)
    house = forms.ChoiceField(label="Works for")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        houses = self.fields["house"]
        assert isinstance(houses, forms.ChoiceField)
        if actor.sees_every_correspondent:
            firms = Correspondent.objects.order_by("code")
            houses.choices = [(BROKER, "The broker itself"), *((str(firm.pk), str(firm)) for firm in firms)]
        else:
            del self.fields["house"]
        self.own_house = actor.correspondent_id

    def to_command(self) -> dict[str, Any]:
        """Answer what `add_member` takes."""
        asked = dict(self.cleaned_data)
        house = asked.pop("house", None)
        if house is None:
            return asked | {"correspondent_id": self.own_house}
        return asked | {"correspondent_id": None if house == BROKER else UUID(house)}


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label="Role", choices=roles)


class ReasonForm(forms.Form):
    """Why a second factor is taken away."""

    reason = forms.CharField(
        label="Why",
        max_length=1000,
        help_text="It is kept in the audit trail, with your name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why."},
    )
