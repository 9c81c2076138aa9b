"""The holders of the demo accounts: made-up names, addresses and answers, the same each time."""

from typing import Any

GIVEN_NAMES = [
    "Ada", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas", "Keiko", "Luca",
    "Maya", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wei", "Ximena",
    "Yusuf", "Zoe", "Alexandria-Josephine", "Ben", "Chloe", "Daan", "Emeka", "Fiona", "Gustav", "Hana",
    "Ivan", "Jo",
]  # fmt: skip
FAMILY_NAMES = [
    "Abbott", "Brandt", "Castillo", "Dorsey", "Eriksen", "Fontaine", "Gupta", "Hartley", "Ibarra", "Jansen",
    "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quigley", "Rossi", "Sandoval",
    "Tanaka", "Ueda", "Vasquez", "Whitfield", "Xu", "Yilmaz", "Zimmermann", "Featherstonehaugh-Montgomery",
    "Bell", "Cruz", "Dunn", "Ellis", "Frost", "Gray", "Holt", "Irwin", "Lee",
]  # fmt: skip
CITIES = (
    ("San Mateo", "CA", "94401"),
    ("Austin", "TX", "78701"),
    ("Chicago", "IL", "60606"),
    ("Boston", "MA", "02110"),
    ("Denver", "CO", "80202"),
)
AGREEMENTS = ("customer_agreement", "account_agreement", "margin_agreement", "options_agreement")
SIGNED = {"signed_at": "2026-01-05T15:00:00Z", "ip_address": "192.0.2.21", "revision": "24.2025.11"}
FIRST_SERIAL = 4_017


def application_body(number: int) -> dict[str, Any]:
    """Answer the request body that opens demo account `number`, from 0."""
    given, family = GIVEN_NAMES[number % len(GIVEN_NAMES)], FAMILY_NAMES[number * 7 % len(FAMILY_NAMES)]
    return {
        "enabled_assets": ["us_equity", "us_option"],
        "contact": _contact(number, f"{given}.{family}.{number}@example.com".lower()),
        "identity": {"given_name": given, "family_name": family, **_identity(number), **_answers(number)},
        "disclosures": {
            "is_control_person": False,
            "is_affiliated_exchange_or_finra": number % 9 == 4,
            "is_politically_exposed": False,
            "immediate_family_exposed": False,
            "employment_status": "employed",
            "employer_name": "Example Works",
        },
        "agreements": [{"agreement": name, **SIGNED} for name in AGREEMENTS],
        "trusted_contact": {
            "given_name": "Sam",
            "family_name": family,
            "email_address": f"sam.{family}@example.com".lower(),
        },
    }


def _contact(number: int, email_address: str) -> dict[str, Any]:
    city, state, postal_code = CITIES[number % len(CITIES)]
    return {
        "email_address": email_address,
        "phone_number": f"+1555{2_000_000 + number * 137}",
        "street_address": [f"{100 + number * 3} Market Street"],
        "city": city,
        "state": state,
        "postal_code": postal_code,
        "country": "USA",
    }


def _identity(number: int) -> dict[str, Any]:
    return {
        "date_of_birth": f"{1958 + number}-0{1 + number % 9}-1{number % 9}",
        "tax_id": f"{231 + number}-5{number % 9}-{FIRST_SERIAL + number * 31}",
        "tax_id_type": "USA_SSN",
        "country_of_citizenship": "USA",
        "country_of_birth": "USA",
        "country_of_tax_residence": "USA",
        "funding_source": ["employment_income"],
    }


def _answers(number: int) -> dict[str, Any]:
    income, worth = 45_000 + number * 4_500, 120_000 + number * 35_000
    return {
        "annual_income_min": str(income),
        "annual_income_max": str(income + 25_000),
        "total_net_worth_min": str(worth),
        "total_net_worth_max": str(worth * 2),
        "liquid_net_worth_min": str(worth // 3),
        "liquid_net_worth_max": str(worth // 2),
        "liquidity_needs": "somewhat_important",
        "investment_experience_with_stocks": "over_5_years" if number % 3 else "1_to_5_years",
        "investment_experience_with_options": "1_to_5_years" if number % 4 else "none",
        "risk_tolerance": "significant_risk" if number % 2 else "moderate",
        "investment_objective": "growth" if number % 5 else "market_speculation",
        "investment_time_horizon": "6_to_10_years",
        "marital_status": "MARRIED" if number % 2 else "SINGLE",
        "number_of_dependents": number % 4,
    }
