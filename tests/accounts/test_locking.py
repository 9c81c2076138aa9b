import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.errors import AccountNotAuthorized, AccountNotFound
from accounts.locking import lock_account, lock_accounts
from brokerage import clock
from brokerage.models import SandboxClock
from tests.factories import make_account, nowhere


def test_a_lock_takes_one_query_and_brings_correspondent_and_clock(acme, django_assert_num_queries):
    account = make_account(acme.correspondent)
    SandboxClock.objects.create(offset=timedelta(days=-900))

    with clock.reading(), django_assert_num_queries(1):
        locked = lock_account(acme.ops, account.pk)
        code, now = locked.correspondent.code, clock.now()

    assert code == "ACME"
    assert timedelta(days=899) < clock.real_now() - now < timedelta(days=901)


def test_what_does_not_exist_and_what_is_foreign_are_the_same(acme, globex):
    foreign = make_account(globex.correspondent)

    for account_id in (foreign.pk, nowhere()):
        with pytest.raises(AccountNotFound):
            lock_account(acme.ops, account_id)
        with pytest.raises(AccountNotAuthorized):
            lock_account(acme.ops, account_id, missing=AccountNotAuthorized)


def test_several_accounts_are_locked_in_id_order_whatever_was_asked(acme, globex):
    accounts = [make_account(acme.correspondent) for _ in range(3)]
    foreign = make_account(globex.correspondent)

    for asked in (accounts, accounts[::-1]):
        locked = lock_accounts(acme.ops, [account.pk for account in [*asked, foreign]])
        assert list(locked) == sorted(account.pk for account in accounts)


@pytest.mark.django_db(transaction=True)
def test_a_second_act_waits_for_the_first_and_another_account_does_not(acme):
    account, other = make_account(acme.correspondent), make_account(acme.correspondent)
    done = threading.Event()

    def act():
        try:
            with transaction.atomic():
                lock_account(acme.ops, account.pk)
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        lock_account(acme.ops, account.pk)
        second = threading.Thread(target=act)
        second.start()
        assert not done.wait(0.3)
        with transaction.atomic():
            lock_account(acme.ops, other.pk)
    second.join(5)

    assert done.is_set()
