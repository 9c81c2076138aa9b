"""The form that asks why somebody wants to see what is masked."""

from django import forms


class RevealForm(forms.Form):
    """A reason, in a sentence; the service says whether it is one."""

    reason = forms.CharField(
        label="Why do you need it?",
        max_length=1000,
        strip=True,
        error_messages={"required": "Say why you need it. The reason is kept with your name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
