"""The forms around assignments: a clearing file, and what a person did."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from trading.services.assignment_posting import LONGEST_NOTE

LARGEST_FILE = 10 * 1024 * 1024


class AssignmentFileForm(forms.Form):
    """A clearing file to check, or to import."""

    file = forms.FileField(
        label="Clearing file",
        help_text="CSV: reference, symbol, quantity, exercise_date; the last line is TRAILER, notices, contracts.",
        error_messages={"required": "Choose the file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> str:
        """Answer the text of the file."""
        sent: UploadedFile = self.cleaned_data["file"]
        if sent.size is None or sent.size > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 10 MB.")
        try:
            return sent.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is not UTF-8 text.") from None


class DealingForm(forms.Form):
    """What a person did about an assignment whose cover was missing."""

    note = forms.CharField(
        label="What was done",
        max_length=LONGEST_NOTE,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what was done."},
    )
