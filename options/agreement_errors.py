"""What is refused of a signature in the browser."""

from brokerage.errors import Conflict, InvalidInput


class SignatureInvalid(InvalidInput):
    """A signature that does not bind: another name, no acknowledgment, or from nowhere (AA-9, RK-11)."""

    reason = "signature_invalid"


class AgreementTextChanged(Conflict):
    """The text in force is no longer the one that was read: nobody signs what they have not seen."""

    reason = "agreement_text_changed"
    message = "the text of the agreement has changed since you opened this page: read it as it is now, then sign"
