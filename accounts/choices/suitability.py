"""The answers about money, experience and aims (FINRA 2360(b)(16)), in their wire spelling."""

from django.db.models import TextChoices


class LiquidityNeeds(TextChoices):
    """How soon the customer needs the money back."""

    VERY_IMPORTANT = "very_important"
    IMPORTANT = "important"
    SOMEWHAT_IMPORTANT = "somewhat_important"
    DOES_NOT_MATTER = "does_not_matter"


class Experience(TextChoices):
    """Years of investing in one kind of instrument."""

    NONE = "none"
    ONE_TO_FIVE_YEARS = "1_to_5_years", "1 to 5 years"
    OVER_FIVE_YEARS = "over_5_years", "Over 5 years"


class RiskTolerance(TextChoices):
    """How much the customer can bear to lose."""

    CONSERVATIVE = "conservative"
    MODERATE = "moderate"
    SIGNIFICANT_RISK = "significant_risk"


class Objective(TextChoices):
    """What the customer invests for."""

    GENERATE_INCOME = "generate_income"
    PRESERVE_WEALTH = "preserve_wealth"
    MARKET_SPECULATION = "market_speculation"
    GROWTH = "growth"
    BALANCE = "balance_preserve_wealth_with_growth", "Balance preserving wealth with growth"


class TimeHorizon(TextChoices):
    """When the customer means to use the money."""

    LESS_THAN_ONE_YEAR = "less_than_1_year", "Less than 1 year"
    ONE_TO_TWO_YEARS = "1_to_2_years", "1 to 2 years"
    THREE_TO_FIVE_YEARS = "3_to_5_years", "3 to 5 years"
    SIX_TO_TEN_YEARS = "6_to_10_years", "6 to 10 years"
    MORE_THAN_TEN_YEARS = "more_than_10_years", "More than 10 years"


class MaritalStatus(TextChoices):
    """The customer's marital status."""

    SINGLE = "SINGLE"
    MARRIED = "MARRIED"
    DIVORCED = "DIVORCED"
    WIDOWED = "WIDOWED"
