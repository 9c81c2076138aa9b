"""Open interest, session by session, as the contract master said it."""

from django.db import models

from options.models.contracts import OptionContract


class OpenInterest(models.Model):
    """How many contracts were open after the session of a date: kept as each file of the master says it."""

    contract = models.ForeignKey(OptionContract, models.CASCADE, related_name="interest_history", db_index=False)
    date = models.DateField()
    contracts = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "date"], name="a_contract_has_one_open_interest_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.contracts} on {self.date}"
