"""The forms around the account list."""

from django import forms


class SavedFilterForm(forms.Form):
    """A name to keep a filter of the account list under, and the filter itself as its query string."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Type a name."})
    is_shared = forms.BooleanField(label="Share with colleagues", required=False)
    filter = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
