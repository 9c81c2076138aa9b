"""What is on file of an account, as people read it: sections of named facts, and what stands in its way."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

from accounts.choices import AccountStatus, AgreementType, EnabledAsset, FundingSource, OptionsLevel
from accounts.models import Account, Agreement, Contact, Disclosures, Identity, Suitability, TrustedContact
from brokerage.templatetags.formats import email, money, sentence, when

# Statuses in which trading and funding are not allowed, and what each means for whoever looks (contract 2.6).
STATUS_SENTENCES = {
    AccountStatus.SUBMITTED: "The application is being checked. Trading starts when the account is active.",
    AccountStatus.APPROVED: "The application is approved. Trading starts when the account is active.",
    AccountStatus.ACTION_REQUIRED: "The applicant has to send something before the account can be opened.",
    AccountStatus.APPROVAL_PENDING: "The application waits for somebody to check it by hand.",
    AccountStatus.ACCOUNT_UPDATED: "Details of the holder changed and are under review. Orders are refused meanwhile.",
    AccountStatus.REJECTED: "The application was rejected. The account cannot trade.",
    AccountStatus.SUBMISSION_FAILED: "The application could not be submitted.",
    AccountStatus.DISABLED: "The account is disabled. It cannot trade.",
    AccountStatus.ACCOUNT_CLOSED: "The account is closed. It is kept as a record.",
}
FLAG_SENTENCES = {
    "account_blocked": "The account is blocked: nothing can be traded or moved.",
    "trading_blocked": "Trading is blocked: new orders are refused.",
    "transfers_blocked": "Transfers are blocked: money stays where it is.",
    "suspend_trade": "The holder suspended trading: new orders are refused.",
}
DISCLOSED = {
    "is_control_person": "Control person of a public company",
    "is_affiliated_exchange_or_finra": "Affiliated with an exchange or FINRA",
    "is_politically_exposed": "Politically exposed",
    "immediate_family_exposed": "Family politically exposed",
}
# What each flag of the configuration is called, and what it says when it is set and when it is not.
CONFIGURED = {
    "fractional_trading": ("Fractional trading", "Allowed", "Not allowed"),
    "no_shorting": ("Shorting", "Not allowed", "Allowed"),
    "suspend_trade": ("Trading", "Suspended by the holder", "Not suspended"),
    "ptp_no_exception_entry": ("Partnerships (PTP)", "No entries", "Entries allowed"),
    "disable_overnight_trading": ("Overnight trading", "Off", "On"),
}
MASK = "\N{BULLET}"

ABSENT = {
    "Contact": "Not on file: a firm account has no holder.",
    "Identity": "Not on file: a firm account has no holder.",
    "Suitability": "No answers are on file.",
    "Disclosures": "None are on file.",
    "Trusted contact": "Nobody was named.",
}


@dataclass(frozen=True)
class Fact:
    """One line: what it is, and what is on file; an empty value is shown as a dash.

    `masked` names what stands behind a value that is shown in part only (RK-10).
    """

    label: str
    value: str = ""
    masked: str = ""


@dataclass(frozen=True)
class Section:
    """Facts under a heading; without any, `absent` says why. `name` is that of its form."""

    heading: str
    anchor: str
    facts: tuple[Fact, ...]
    absent: str = ""
    name: str = ""
    can_edit: bool = False


def account_frame(account: Account, tab: str) -> dict[str, Any]:
    """Answer what the frame of every page about one account shows; `tab` is the part that is open."""
    return {"account": account, "tab": tab, "restrictions": restrictions(account)}


def restrictions(account: Account) -> list[str]:
    """Answer, in sentences, what keeps this account from trading or funding."""
    flags = [said for flag, said in FLAG_SENTENCES.items() if getattr(account, flag)]
    status = STATUS_SENTENCES.get(AccountStatus(account.status))
    return [status, *flags] if status else flags


def level_facts(account: Account) -> dict[str, Any]:
    """Answer what is said of the options levels of an account that was fetched with its agreements."""
    signed = {one.agreement for one in account.agreements.all()}
    return {
        "level_meaning": OptionsLevel(account.options_trading_level).label,
        "has_options_agreement": AgreementType.OPTIONS in signed,
    }


def profile_sections(account: Account, editable: Collection[str] = ()) -> list[Section]:
    """Answer what is on file of the holder, for an account from `get_account`; `editable` names sections."""
    found = {
        ("Contact", "contact"): _contact(getattr(account, "contact", None)),
        ("Identity", "identity"): _identity(getattr(account, "identity", None)),
        ("Suitability", "suitability"): answer_facts(newest_answers_of(account)),
        ("Disclosures", "disclosures"): _disclosures(getattr(account, "disclosures", None)),
        ("Trusted contact", "trusted_contact"): _trusted_contact(getattr(account, "trusted_contact", None)),
        ("Enabled assets", "enabled_assets"): _assets(account),
        ("Trading configuration", "configuration"): _configuration(account),
    }
    return [
        Section(heading, slugify(heading), tuple(facts), ABSENT.get(heading, ""), name, name in editable)
        for (heading, name), facts in found.items()
    ]


def newest_answers_of(account: Account) -> Suitability | None:
    """Answer the newest suitability answers of an account from `get_account`."""
    return next(iter(getattr(account, "newest_suitability", [])), None)


def agreement_rows(account: Account) -> list[Agreement]:
    """Answer what the holder signed, in order, with who recorded it."""
    return list(account.agreements.select_related("recorded_by"))


def _assets(account: Account) -> list[Fact]:
    return [
        Fact(sentence(EnabledAsset(one).label), "On" if one in account.enabled_assets else "Off")
        for one in EnabledAsset.values
    ]


def _configuration(account: Account) -> list[Fact]:
    return [
        Fact("Margin multiplier", account.max_margin_multiplier),
        Fact("Confirmations by e-mail", sentence(account.get_trade_confirm_email_display())),
        *(Fact(label, yes if getattr(account, name) else no) for name, (label, yes, no) in CONFIGURED.items()),
    ]


def _contact(contact: Contact | None) -> list[Fact]:
    if contact is None:
        return []
    facts = [
        Fact("E-mail", email(contact.email_address)),
        Fact("Phone", contact.phone_number),
        Fact("Address", _address(contact, contact.unit)),
    ]
    native = [contact.local_street_address, contact.local_unit, contact.local_city, contact.local_state]
    return [*facts, *_given("Address, native script", _lines(*native))]


def _identity(identity: Identity | None) -> list[Fact]:
    if identity is None:
        return []
    native = " ".join(filter(None, [identity.local_given_name, identity.local_middle_name, identity.local_family_name]))
    return [
        Fact("Given name", identity.given_name),
        *_given("Middle name", identity.middle_name),
        Fact("Family name", identity.family_name),
        *_given("Name, native script", native),
        Fact("Date of birth", f"{identity.date_of_birth:%b %-d}, {MASK * 4}", masked="date-of-birth"),
        Fact("Tax ID", _masked_tax_id(identity), masked="tax-id" if identity.tax_id_sealed else ""),
        Fact("Tax residence", identity.country_of_tax_residence),
        Fact("Citizenship", identity.country_of_citizenship),
        *_given("Country of birth", identity.country_of_birth),
        *_given("Visa", identity.visa_type),
        Fact("Source of funds", _lines(*(sentence(FundingSource(one).label) for one in identity.funding_source))),
    ]


def _masked_tax_id(identity: Identity) -> str:
    """Answer the last four of a tax id behind as many marks as its kind has characters."""
    scheme = identity.tax_id_type.replace("_", " ")
    if not identity.tax_id_sealed:
        return scheme
    hidden = f"{MASK * 3}-{MASK * 2}-" if identity.tax_id_type in ("USA_SSN", "USA_ITIN") else f"{MASK * 4} "
    return f"{hidden}{identity.tax_id_last_four or MASK * 4}, {scheme}"


def answer_facts(answers: Suitability | None) -> list[Fact]:
    """Answer the suitability answers of one revision; one and the same labels for each."""
    if answers is None:
        return []
    return [
        Fact("Annual income", _range(answers.annual_income_min, answers.annual_income_max)),
        Fact("Net worth", _range(answers.total_net_worth_min, answers.total_net_worth_max)),
        Fact("Liquid net worth", _range(answers.liquid_net_worth_min, answers.liquid_net_worth_max)),
        Fact("Liquidity needs", sentence(answers.get_liquidity_needs_display())),
        Fact("Experience with stocks", sentence(answers.get_investment_experience_with_stocks_display())),
        Fact("Experience with options", sentence(answers.get_investment_experience_with_options_display())),
        Fact("Risk tolerance", sentence(answers.get_risk_tolerance_display())),
        Fact("Objective", sentence(answers.get_investment_objective_display())),
        Fact("Time horizon", sentence(answers.get_investment_time_horizon_display())),
        Fact("Marital status", sentence(answers.get_marital_status_display())),
        Fact("Dependents", "" if answers.number_of_dependents is None else str(answers.number_of_dependents)),
        Fact("Answered", when(answers.recorded_at, "zone")),
    ]


def _disclosures(disclosures: Disclosures | None) -> list[Fact]:
    if disclosures is None:
        return []
    return [
        *(Fact(label, "Yes" if getattr(disclosures, name) else "No") for name, label in DISCLOSED.items()),
        *_given("Employment", sentence(disclosures.get_employment_status_display())),
        *_given("Employer", _lines(disclosures.employer_name, disclosures.employer_address)),
        *_given("Position", disclosures.employment_position),
        *_given("Sector", sentence(disclosures.get_employment_sector_display())),
        *(Fact(sentence(detail.get("context_type", "").lower()), _context(detail)) for detail in disclosures.context),
    ]


def _context(detail: dict[str, Any]) -> str:
    street = detail.get("company_street_address") or []
    place = [detail.get(f"company_{part}", "") for part in ("city", "state", "country")]
    return _lines(
        detail.get("company_name", ""),
        " ".join(filter(None, [detail.get("given_name", ""), detail.get("family_name", "")])),
        *([street] if isinstance(street, str) else street),
        ", ".join(filter(None, place)),
        detail.get("company_compliance_email", ""),
    )


def _trusted_contact(named: TrustedContact | None) -> list[Fact]:
    if named is None:
        return []
    return [
        Fact("Name", f"{named.given_name} {named.family_name}"),
        *_given("E-mail", email(named.email_address)),
        *_given("Phone", named.phone_number),
        *_given("Address", _address(named)),
    ]


def _address(place: Contact | TrustedContact, unit: str = "") -> str:
    town = " ".join(filter(None, [", ".join(filter(None, [place.city, place.state])), place.postal_code]))
    return _lines(*place.street_address, unit, town, place.country)


def _range(least: Decimal | None, most: Decimal | None) -> str:
    ends = dict.fromkeys(money(end, "$").removesuffix(".00") for end in (least, most) if end is not None)
    return " to ".join(ends)


def _lines(*lines: str) -> str:
    return "\n".join(filter(None, lines))


def _given(label: str, value: str) -> list[Fact]:
    return [Fact(label, value)] if value else []
