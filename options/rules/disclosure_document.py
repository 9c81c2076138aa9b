"""Which options agreement and which disclosure document an approval asks for (AA-9, DS-1, DS-2)."""

from accounts.choices import AgreementType
from accounts.rules.documents import ACTIVE_REVISIONS

AGREEMENT_IN_FORCE = ACTIVE_REVISIONS[AgreementType.OPTIONS]
# Characteristics and Risks of Standardized Options; an edition is named by its month.
EDITIONS = ("2022-03", "2023-04")
EDITION_IN_FORCE = "2023-04"
# The edition that the agreement encloses from a month on, its receipt acknowledged by the signature.
ENCLOSED_SINCE: dict[str, str] = {"2024.05": "2023-04"}


def month_of(revision: str) -> str:
    """Answer the month of a revision such as `01.2024.05`, by which an older one is told; empty without one."""
    return revision.partition(".")[2]


def newest_revision(signed: list[str]) -> str:
    """Answer the newest of the revisions that were signed; empty where there is none."""
    return max(signed, key=month_of, default="")


def enclosed_edition(revision: str) -> str:
    """Answer the edition of the disclosure document that came with an agreement; empty where none did."""
    since = [month for month in ENCLOSED_SINCE if revision and month <= month_of(revision)]
    return ENCLOSED_SINCE[max(since)] if since else ""
