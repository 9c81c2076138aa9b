"""Two callers at once, made to meet between the check and the write."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module

import pytest
from django.db import connection

from accounts.choices import AccountStatus
from accounts.errors import EmailTaken
from accounts.models import Account
from accounts.services.onboarding import advance_opening, open_account
from accounts.services.users import system_user
from brokerage.errors import BrokerageError
from brokerage.models import Event
from tests.factories import make_account, make_application

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 5


@pytest.fixture
def both_meet_after(monkeypatch):
    """Hold each caller of a function after its call until the other has called it too, or gives up waiting."""

    def hold(dotted, patience=PATIENCE):
        module, name = dotted.rsplit(".", 1)
        original = getattr(import_module(module), name)
        barrier = threading.Barrier(2)

        def held(*args, **kwargs):
            answer = original(*args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                barrier.wait(patience)
            return answer

        monkeypatch.setattr(dotted, held)

    return hold


def at_once(*acts):
    """Run the acts in threads of their own and answer what each returned or raised."""

    def run(act):
        try:
            return act()
        except BrokerageError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_openings_under_one_email_are_one_account_and_one_conflict(acme, both_meet_after):
    applications = [make_application({"contact.email_address": email}) for email in ("a@ex.com", "A@ex.com")]
    both_meet_after("accounts.services.steps.require_free_email")

    answers = at_once(*(lambda one=one: open_account(actor=acme.api_user, application=one) for one in applications))

    assert [type(answer) for answer in answers].count(Account) == 1
    assert [type(answer) for answer in answers].count(EmailTaken) == 1
    assert Account.objects.customers().count() == 1
    assert Event.objects.filter(type="account.opened").count() == 1


def test_two_workers_on_one_opening_take_each_step_once(acme, both_meet_after):
    account = make_account(acme.correspondent, status=AccountStatus.SUBMITTED)
    Account.objects.filter(pk=account.pk).update(status=AccountStatus.SUBMITTED)
    Event.objects.all().delete()
    both_meet_after("accounts.services.onboarding.sandbox_step", patience=0.5)
    actor = system_user()

    answers = at_once(*[lambda: advance_opening(actor=actor, account_id=account.pk)] * 2)

    assert sorted(answer.status for answer in answers) == ["ACTIVE", "APPROVED"]
    assert list(Event.objects.order_by("id").values_list("payload", flat=True)) == [
        {"status_from": "SUBMITTED", "status_to": "APPROVED"},
        {"status_from": "APPROVED", "status_to": "ACTIVE"},
    ]
