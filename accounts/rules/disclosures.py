"""What a holder must disclose, and with which details (contract/accounts.md 2.1.3)."""

from collections.abc import Iterator

from accounts.choices import ContextType
from accounts.rules.applications import DisclosureContext, DisclosureDetails
from accounts.rules.people import USA, country_faults
from accounts.rules.text import Fault, email_faults, required, short_text

FLAGS = (
    "is_control_person",
    "is_affiliated_exchange_or_finra",
    "is_politically_exposed",
    "immediate_family_exposed",
)
_COMPANY = (
    "company_name",
    "company_street_address",
    "company_city",
    "company_country",
    "company_compliance_email",
)
REQUIRED_IN_CONTEXT: dict[str, tuple[str, ...]] = {
    ContextType.CONTROLLED_FIRM: _COMPANY,
    ContextType.AFFILIATE_FIRM: _COMPANY,
    ContextType.IMMEDIATE_FAMILY_EXPOSED: ("given_name", "family_name"),
}


def disclosure_faults(disclosures: DisclosureDetails) -> Iterator[Fault]:
    """Yield what is wrong with the disclosures: all four answers, and details that are whole."""
    for flag in FLAGS:
        yield from required(flag, getattr(disclosures, flag))
    for name in ("employer_name", "employer_address", "employment_position"):
        yield from short_text(name, getattr(disclosures, name))
    for index, context in enumerate(disclosures.context):
        for name, said in context_faults(context):
            yield f"context.{index}.{name}", said


def context_faults(context: DisclosureContext) -> Iterator[Fault]:
    """Yield what is wrong with the details of one disclosure."""
    yield from required("context_type", context.context_type)
    for name in REQUIRED_IN_CONTEXT.get(context.context_type, ()):
        yield from required(name, getattr(context, name))
    if context.company_country == USA:
        yield from required("company_state", context.company_state)
    for name, value in vars(context).items():
        for line in (value,) if isinstance(value, str) else value:
            yield from short_text(name, line)
    yield from country_faults("company_country", context.company_country)
    yield from email_faults("company_compliance_email", context.company_compliance_email)
