"""What a clerk types into the steps of a complete application."""

from typing import Any

STEPS: dict[str, dict[str, Any]] = {
    "contact": {
        "contact-email_address": "ada@example.com",
        "contact-phone_number": "555-666-7788",
        "contact-street_address": "20 N San Mateo Dr",
        "contact-unit": "Apt 1A",
        "contact-city": "San Mateo",
        "contact-state": "CA",
        "contact-postal_code": "94401",
        "contact-country": "USA",
        "trusted_contact-given_name": "Jane",
        "trusted_contact-family_name": "Doe",
        "trusted_contact-email_address": "jane@example.com",
    },
    "identity": {
        "identity-given_name": "Ada",
        "identity-family_name": "Lovelace",
        "identity-date_of_birth": "12/10/1985",
        "identity-tax_id_type": "USA_SSN",
        "identity-tax_id": "124-55-4321",
        "identity-country_of_tax_residence": "USA",
        "identity-country_of_citizenship": "USA",
        "identity-funding_source": ["employment_income", "savings"],
    },
    "suitability": {
        "suitability-annual_income_min": "$85,000",
        "suitability-annual_income_max": "120000",
        "suitability-total_net_worth_min": "200000",
        "suitability-total_net_worth_max": "400000",
        "suitability-liquid_net_worth_min": "50000",
        "suitability-liquid_net_worth_max": "90000",
        "suitability-liquidity_needs": "does_not_matter",
        "suitability-investment_experience_with_stocks": "over_5_years",
        "suitability-investment_experience_with_options": "1_to_5_years",
        "suitability-risk_tolerance": "moderate",
        "suitability-investment_objective": "growth",
        "suitability-investment_time_horizon": "more_than_10_years",
        "suitability-marital_status": "MARRIED",
        "suitability-number_of_dependents": "0",
    },
    "disclosures": {
        "disclosures-employment_status": "EMPLOYED",
        "disclosures-employer_name": "Analytical Engines",
        "disclosures-employment_position": "Engineer",
        "disclosures-employment_sector": "computers_and_it",
        "disclosures-is_control_person": "false",
        "disclosures-is_affiliated_exchange_or_finra": "true",
        "disclosures-is_politically_exposed": "false",
        "disclosures-immediate_family_exposed": "false",
        "affiliate_firm-company_name": "Finra",
        "affiliate_firm-company_compliance_email": "compliance@example.com",
        "affiliate_firm-company_street_address": "1735 K Street, NW",
        "affiliate_firm-company_city": "Washington",
        "affiliate_firm-company_state": "DC",
        "affiliate_firm-company_country": "USA",
    },
    "agreements": {
        "terms-account_type": "trading",
        "terms-enabled_assets": ["us_equity", "us_option"],
        "customer_agreement-is_signed": "on",
        "customer_agreement-signed_at": "09/11/2020 14:09",
        "customer_agreement-ip_address": "185.13.21.99",
        "options_agreement-is_signed": "on",
        "options_agreement-signed_at": "09/11/2020 14:13",
        "options_agreement-ip_address": "185.13.21.99",
    },
}


def revision_on(response: Any) -> str:
    """Answer the revision that a page shows."""
    return response.content.decode().split('name="revision" value="')[1].split('"')[0]
