from dataclasses import replace

import pytest

from accounts.choices import ContextType
from accounts.rules.applications import DisclosureContext, DisclosureDetails
from accounts.rules.disclosures import FLAGS, context_faults, disclosure_faults

NOTHING_TO_DISCLOSE = DisclosureDetails(**dict.fromkeys(FLAGS, False))
FIRM = DisclosureContext(
    context_type=ContextType.AFFILIATE_FIRM,
    company_name="Finra",
    company_street_address=("1735 K Street, NW",),
    company_city="Washington",
    company_state="DC",
    company_country="USA",
    company_compliance_email="compliance@example.com",
)


def test_no_is_an_answer_and_silence_is_not():
    assert list(disclosure_faults(NOTHING_TO_DISCLOSE)) == []
    assert list(disclosure_faults(DisclosureDetails())) == [(flag, "is required") for flag in FLAGS]


@pytest.mark.parametrize("context_type", [ContextType.AFFILIATE_FIRM, ContextType.CONTROLLED_FIRM])
def test_a_firm_is_described_in_full(context_type):
    assert list(context_faults(replace(FIRM, context_type=context_type))) == []
    assert [field for field, _ in context_faults(DisclosureContext(context_type=context_type))] == [
        "company_name",
        "company_street_address",
        "company_city",
        "company_country",
        "company_compliance_email",
    ]


def test_a_state_is_asked_of_a_firm_in_the_usa_only():
    assert list(context_faults(replace(FIRM, company_state=""))) == [("company_state", "is required")]
    assert list(context_faults(replace(FIRM, company_state="", company_country="GBR"))) == []


def test_an_exposed_relative_is_named():
    context = DisclosureContext(context_type=ContextType.IMMEDIATE_FAMILY_EXPOSED)

    assert list(context_faults(context)) == [("given_name", "is required"), ("family_name", "is required")]
    assert list(context_faults(replace(context, given_name="Jane", family_name="Doe"))) == []


def test_a_fault_of_the_details_says_which_of_them():
    disclosures = replace(NOTHING_TO_DISCLOSE, context=(FIRM, DisclosureContext()))

    assert list(disclosure_faults(disclosures)) == [("context.1.context_type", "is required")]
