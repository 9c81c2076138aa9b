"""manage.py report_approvals: prints what RC-11 forbids, and ends with 1 where there is any."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.choices import AgreementType
from accounts.models import Agreement
from tests.market import LONG_CALL, make_trader, trade

pytestmark = pytest.mark.usefixtures("overview_market")


def run(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command("report_approvals", *arguments, stdout=out, stderr=err)
    except CommandError as ended:
        return out.getvalue(), err.getvalue(), str(ended)
    return out.getvalue(), err.getvalue(), ""


@pytest.fixture
def trader(acme):
    account = make_trader(acme.correspondent, cash="10000")
    trade(account, LONG_CALL, "buy")
    return account


def test_a_sound_book_has_no_findings(trader):
    out, err, ended = run()

    assert (out, ended) == ("no findings: 1 accounts that trade options have what their approval asks\n", "")
    assert "checking 1 accounts" in err


def test_findings_are_printed_and_end_with_an_error(trader):
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).delete()

    out, _, ended = run()

    assert out.startswith(f"ACME {trader.account_number} {trader.pk}: Trades options without an agreement")
    assert ended == "2 findings"


def test_a_program_reads_json(trader):
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).delete()

    out, _, ended = run("--json")

    found = json.loads(out)
    assert (found["accounts_checked"], ended) == (1, "2 findings")
    assert [(one["correspondent"], one["finding"]) for one in found["findings"]] == [
        ("ACME", "no_agreement"),
        ("ACME", "no_disclosure"),
    ]
