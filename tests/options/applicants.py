"""Answers that no rule objects to, by their paths in the account application."""

SOUND_ANSWERS = {
    "identity.annual_income_min": "50000",
    "identity.annual_income_max": "100000",
    "identity.total_net_worth_min": "200000",
    "identity.total_net_worth_max": "250000",
    "identity.liquid_net_worth_min": "60000",
    "identity.liquid_net_worth_max": "80000",
    "identity.liquidity_needs": "somewhat_important",
    "identity.investment_experience_with_stocks": "over_5_years",
    "identity.investment_experience_with_options": "1_to_5_years",
    "identity.risk_tolerance": "significant_risk",
    "identity.investment_objective": "growth",
    "identity.investment_time_horizon": "6_to_10_years",
    "identity.number_of_dependents": 1,
    "disclosures.is_affiliated_exchange_or_finra": False,
    "disclosures.context": [],
}
