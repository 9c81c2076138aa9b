"""How the suitability answers of an account changed: its revisions beside each other (AA-16)."""

from dataclasses import dataclass

from accounts.models import Account, Suitability
from accounts.profile import Fact, answer_facts
from brokerage.templatetags.formats import ABSENT

MOST_REVISIONS = 12


@dataclass(frozen=True)
class Answer:
    """One answer in one revision; `was` is the one before it where that was another."""

    value: str
    is_changed: bool = False
    was: str = ""


@dataclass(frozen=True)
class Question:
    """One question, and its answers by revision, the newest first."""

    label: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class History:
    """The newest revisions, and every question across them; `is_cut` where earlier ones are left out."""

    revisions: tuple[Suitability, ...]
    questions: tuple[Question, ...]
    is_cut: bool


def read_revisions(account: Account) -> History:
    """Answer the newest twelve revisions of an account's answers, with what each changed of the one before."""
    rows = account.suitability.select_related("recorded_by").order_by("-id")
    found = list(rows[: MOST_REVISIONS + 1])
    facts = [_answers(one) for one in found]
    shown = found[:MOST_REVISIONS]
    questions = tuple(
        Question(fact.label, tuple(_answer(facts, row, line) for row in range(len(shown))))
        for line, fact in enumerate(facts[0] if facts else [])
    )
    return History(tuple(shown), questions, is_cut=len(found) > len(shown))


def _answers(revision: Suitability) -> list[Fact]:
    """Answer the facts of a revision without the last, which says when it was answered."""
    return answer_facts(revision)[:-1]


def _answer(facts: list[list[Fact]], row: int, line: int) -> Answer:
    value = facts[row][line].value or ABSENT
    if row + 1 >= len(facts):
        return Answer(value)
    was = facts[row + 1][line].value or ABSENT
    return Answer(value, was != value, was if was != value else "")
