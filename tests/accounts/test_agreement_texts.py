"""The texts that holders sign: one for what is in force, and none that was signed is ever edited."""

import pytest

from accounts.agreements import TEXTS, digest_of, find_text
from accounts.choices import AgreementType
from accounts.models import Agreement
from accounts.rules.documents import ACTIVE_REVISIONS
from tests.factories import application_body, make_account

# A text that changes needs a revision of its own: add it here, and leave the others.
DIGESTS = {
    ("options_agreement", "01.2024.05"): "7cee56be635fafe3d3eef1d51b26ddb9f5f21695119692dd6af74e4d8c284a54",
}


def test_no_text_was_edited_since_it_could_be_signed():
    assert {key: text.digest for key, text in TEXTS.items()} == DIGESTS


def test_the_options_agreement_in_force_has_a_text():
    text = find_text(AgreementType.OPTIONS, ACTIVE_REVISIONS[AgreementType.OPTIONS])

    assert text is not None
    assert text.text.startswith("# Options agreement\n\nThis is a model text.")


@pytest.mark.parametrize(
    "said",
    [
        "rules of The Options Clearing Corporation (OCC), of the exchange",
        "You have received “Characteristics and Risks of Standardized Options”",
        "You promise not to break these limits",
        "## 7. Special statement for writers of options",
        "## 8. How assignments are allocated",
        "has its own counsel replace it",
    ],
)
def test_the_options_agreement_says_what_it_has_to(said):
    assert said in TEXTS["options_agreement", "01.2024.05"].text


@pytest.mark.parametrize(("revision", "is_ours"), [(None, True), ("01.2024.05", True), ("24.2025.11", False)])
def test_a_signature_over_the_wire_keeps_the_digest_where_the_text_is_ours(acme, revision, is_ours):
    digest = DIGESTS["options_agreement", "01.2024.05"] if is_ours else ""
    signed = {"signed_at": "2026-01-05T15:00:00Z", "ip_address": "192.0.2.21", "revision": revision}
    others = [one for one in application_body()["agreements"] if one["agreement"] != "options_agreement"]
    account = make_account(
        acme.correspondent, changes={"agreements": [*others, {"agreement": "options_agreement", **signed}]}
    )

    kept = Agreement.objects.get(account=account, agreement=AgreementType.OPTIONS)
    assert kept.text_digest == digest == digest_of("options_agreement", kept.revision)
    assert set(Agreement.objects.filter(account=account).exclude(pk=kept.pk).values_list("text_digest", flat=True)) == {
        ""
    }
