"""The forms of the steps read the contract's fields, and say the rules' sentences to people."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.api import serializers
from accounts.choices import OpeningStep
from accounts.openings import forms, papers
from accounts.openings.application import Opening
from accounts.openings.sentences import as_sentence, in_words
from accounts.rules.applications import AccountApplication, SignedAgreement, SuitabilityAnswers
from accounts.rules.openings import doubts, fit_in_a_step, furthest
from tests.accounts.openings import STEPS

TODAY = date(2026, 1, 5)
# What the API takes and the pages do not ask a holder in the USA for.
API_ONLY = {"beneficiaries", "cash_interest", "fpsl", "primary_account_holder_id", "custodial_account_type"}
API_ONLY |= {"minor_identity", "currency", "additional_information", "allow_instant_ach", "trading_configurations"}


def opening(**changes):
    """Read the complete application, with other entries in place of some."""
    sections = {
        step: {
            name: value if isinstance(value, list) else [value]
            for name, value in (entries | {k: v for k, v in changes.items() if k in entries}).items()
        }
        for step, entries in STEPS.items()
    }
    return Opening(sections)


def names(*kinds):
    return {name for kind in kinds for name in kind.base_fields}


def asked(serializer):
    return set(serializer().fields)


def test_forms_and_serializers_read_the_same_fields():
    answers = asked(serializers.SuitabilitySection)

    assert names(forms.ContactForm) == asked(serializers.ContactSection)
    assert names(forms.TrustedContactForm) == asked(serializers.TrustedContactSection)
    assert names(forms.IdentityForm) == asked(serializers.IdentitySection) - answers
    assert names(forms.SuitabilityForm) == answers
    assert names(papers.DisclosuresForm) | {"context"} == asked(serializers.DisclosuresSection)
    assert names(papers.ContextForm) | {"context_type"} == asked(serializers.ContextSection)
    assert names(papers.AgreementForm) - {"is_signed"} | {"agreement"} == asked(serializers.AgreementSection)
    assert names(papers.DocumentForm) | {"mime_type", "content_data"} == asked(serializers.DocumentSection)
    sections = {"contact", "identity", "disclosures", "agreements", "documents", "trusted_contact"}
    top_level_answers = set(serializers.TOP_LEVEL_ANSWERS)
    assert names(papers.TermsForm) == asked(serializers.ApplicationSection) - sections - top_level_answers - API_ONLY


@pytest.mark.parametrize(
    "form", [forms.ContactForm, forms.TrustedContactForm, forms.IdentityForm, forms.SuitabilityForm]
)
def test_every_field_is_on_the_page_once(form):
    grouped = [name for group in form.groups for name in group.names]

    assert sorted(grouped) == sorted(form.base_fields)


def test_the_browser_and_the_api_come_to_the_same_ticket():
    body = {
        "contact": {
            "email_address": "ada@example.com",
            "phone_number": "555-666-7788",
            "street_address": ["20 N San Mateo Dr"],
            "unit": "Apt 1A",
            "city": "San Mateo",
            "state": "CA",
            "postal_code": "94401",
            "country": "USA",
        },
        "trusted_contact": {"given_name": "Jane", "family_name": "Doe", "email_address": "jane@example.com"},
        "identity": {
            "given_name": "Ada",
            "family_name": "Lovelace",
            "date_of_birth": "1985-12-10",
            "tax_id": "124-55-4321",
            "tax_id_type": "USA_SSN",
            "country_of_tax_residence": "USA",
            "country_of_citizenship": "USA",
            "funding_source": ["employment_income", "savings"],
            "annual_income_min": "85000",
            "annual_income_max": "120000",
            "total_net_worth_min": "200000",
            "total_net_worth_max": "400000",
            "liquid_net_worth_min": "50000",
            "liquid_net_worth_max": "90000",
            "liquidity_needs": "does_not_matter",
            "investment_experience_with_stocks": "over_5_years",
            "investment_experience_with_options": "1_to_5_years",
            "risk_tolerance": "moderate",
            "investment_objective": "growth",
            "investment_time_horizon": "more_than_10_years",
            "marital_status": "MARRIED",
            "number_of_dependents": 0,
        },
        "disclosures": {
            "employment_status": "employed",
            "employer_name": "Analytical Engines",
            "employment_position": "Engineer",
            "employment_sector": "computers_and_it",
            "is_control_person": False,
            "is_affiliated_exchange_or_finra": True,
            "is_politically_exposed": False,
            "immediate_family_exposed": False,
            "context": [
                {
                    "context_type": "AFFILIATE_FIRM",
                    "company_name": "Finra",
                    "company_compliance_email": "compliance@example.com",
                    "company_street_address": ["1735 K Street, NW"],
                    "company_city": "Washington",
                    "company_state": "DC",
                    "company_country": "USA",
                }
            ],
        },
        "enabled_assets": ["us_equity", "us_option"],
        "agreements": [
            {"agreement": "customer_agreement", "signed_at": "2020-09-11T18:09:00Z", "ip_address": "185.13.21.99"},
            {"agreement": "options_agreement", "signed_at": "2020-09-11T18:13:00Z", "ip_address": "185.13.21.99"},
        ],
    }

    assert opening().application() == serializers.read_application(body)
    assert opening().faults(today=TODAY) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12/10/1985", date(1985, 12, 10)), ("1985-12-10", date(1985, 12, 10)), ("1/2/1985", date(1985, 1, 2))],
)
def test_a_date_is_read_as_people_and_programs_write_it(typed, read):
    assert opening(**{"identity-date_of_birth": typed}).application().identity.date_of_birth == read


@pytest.mark.parametrize("typed", ["31/12/1985", "soon", "12/1985", "02/30/1985", "12/10/85"])
def test_a_date_that_is_none_is_said_once(typed):
    (fault,) = opening(**{"identity-date_of_birth": typed}).faults(today=TODAY)

    assert fault.said == "Date of birth must be a date, such as 01/31/1990."
    assert (fault.step, fault.anchor) == (OpeningStep.IDENTITY, "id_identity-date_of_birth")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("09/11/2020 14:09", datetime(2020, 9, 11, 18, 9, tzinfo=UTC)),
        ("01/05/2026 2:09 pm", datetime(2026, 1, 5, 19, 9, tzinfo=UTC)),
        ("2020-09-11T18:09:33Z", datetime(2020, 9, 11, 18, 9, 33, tzinfo=UTC)),
    ],
)
def test_a_signature_is_read_in_new_york_time_unless_it_says_another(typed, read):
    agreements = opening(**{"customer_agreement-signed_at": typed}).application().agreements

    assert agreements[0].signed_at == read


@pytest.mark.parametrize(
    ("typed", "read"), [("$85,000", Decimal(85000)), ("85000.50", Decimal("85000.50")), ("0", Decimal(0))]
)
def test_an_amount_is_read_however_it_is_written(typed, read):
    assert opening(**{"suitability-annual_income_min": typed}).application().suitability.annual_income_min == read


@pytest.mark.parametrize("typed", ["a lot", "85.000,00", "1.234", "1e5"])
def test_what_is_no_amount_is_said(typed):
    (fault,) = opening(**{"suitability-annual_income_min": typed}).faults(today=TODAY)

    assert fault.said == "Annual income, from must be an amount in dollars, such as 85,000."


@pytest.mark.parametrize(
    ("label", "said", "sentence"),
    [
        ("City", "is required", "City is required."),
        ("Street address", "street_address cannot be a P.O. Box", "Street address cannot be a P.O. Box."),
        (
            "E-mail",
            "is required unless phone_number or street_address is given",
            "E-mail is required unless phone number or street address is given.",
        ),
        (
            "Given name",
            "must be in printable ASCII characters; native script goes to local_given_name",
            "Given name must be written without accents, in the letters of English; "
            "the original goes under “own script”.",
        ),
        (
            "File",
            "is application/x-msdownload, but mime_type says application/pdf",
            "File is a program and not a document.",
        ),
    ],
)
def test_a_rule_is_said_to_people_without_names_of_fields(label, said, sentence):
    assert in_words(label, said) == sentence


def test_a_refusal_is_said_as_a_sentence():
    assert (
        as_sentence("an account with email_address a@b.c is taken") == "An account with email address a@b.c is taken."
    )


def test_what_is_doubtful_is_no_fault_and_is_asked_about():
    answers = SuitabilityAnswers(annual_income_min=Decimal(2), annual_income_max=Decimal(1))
    plain = AccountApplication(suitability=answers)
    options = AccountApplication(enabled_assets=("us_equity", "us_option"))
    signed = AccountApplication(
        enabled_assets=("us_option",), agreements=(SignedAgreement(agreement="options_agreement"),)
    )

    assert list(doubts(plain)) == [(OpeningStep.SUITABILITY, "The annual income begins above where it ends.")]
    assert [step for step, _ in doubts(options)] == [OpeningStep.SUITABILITY, OpeningStep.AGREEMENTS]
    assert [step for step, _ in doubts(signed)] == [OpeningStep.SUITABILITY]
    assert list(doubts(opening().application())) == []


def test_a_step_holds_texts_and_not_too_many():
    assert fit_in_a_step({"contact-city": ["San Mateo"]})
    assert fit_in_a_step({"c": ["x" * (32 * 1024 - 1)]})
    assert not fit_in_a_step({"c": ["x" * 32 * 1024]})
    assert not fit_in_a_step({"c": [1]})


def test_the_furthest_step_stays_reached():
    assert furthest("identity", "contact") == OpeningStep.IDENTITY
    assert furthest("identity", "review") == OpeningStep.REVIEW
