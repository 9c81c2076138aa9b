"""The second barrier: what the database lets the role of the processes see and do (decision 0006)."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from psycopg_pool import ConnectionPool

from accounts import acting
from accounts.choices import Role
from accounts.locking import lock_account
from accounts.models import Account, ApiKey, AuditEntry, Contact, Identity, User
from accounts.runtime_role import apply_after_migrate
from accounts.services.users import system_user
from accounts.tenancy import INSERT_ONLY, SHARED, is_insert_only, is_shared, policies, tables
from brokerage.database import direct_parameters
from brokerage.database_session import ACTOR, ORIGIN, REASON, TENANT, clear_returned, everybody, put
from options.models import OptionsApplication
from tests.factories import make_account, make_staff
from tests.runtime import ask, runtime_role

POLICIES = """
    SELECT class.relname, class.relrowsecurity, array_agg(policy.polname ORDER BY policy.polname)
    FROM pg_class class JOIN pg_policy policy ON policy.polrelid = class.oid GROUP BY 1, 2
"""


def setting(name):
    return ask("SELECT current_setting(%s, true)", name) or ""


@pytest.fixture
def theirs(acme):
    """An account of Acme's, which Globex must not see."""
    return make_account(acme.correspondent)


# --- Coverage ----------------------------------------------------------------------------------


def test_every_table_is_one_tenants_or_listed_as_shared():
    neither = [model._meta.label for model in tables() if not policies(model) and not is_shared(model)]

    assert neither == []


def test_nothing_is_listed_that_is_a_tenants_or_is_not_there():
    labels = {model._meta.label: model for model in tables()}

    assert [label for label in SHARED if label not in labels or policies(labels[label])] == []
    assert [label for label in INSERT_ONLY if label not in labels] == []


def test_whatever_leads_to_an_account_or_a_correspondent_is_covered():
    tenants = {Account, Account._meta.get_field("correspondent").related_model}
    leading = [model for model in tables() if any(f.related_model in tenants for f in model._meta.concrete_fields)]

    assert [model._meta.label for model in leading if not policies(model)] == []
    assert len(leading) > 20


@pytest.mark.django_db
def test_the_database_has_the_policies_that_the_models_ask_for():
    with connection.cursor() as cursor:
        cursor.execute(POLICIES)
        found = {table: (is_enabled, names) for table, is_enabled, names in cursor.fetchall()}

    wanted = {model._meta.db_table: sorted(policy.name for policy in policies(model)) for model in tables()}
    assert found == {table: (True, names) for table, names in wanted.items() if names}


@pytest.mark.django_db
def test_migrating_again_puts_back_what_was_taken_away():
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY tenancy ON accounts_identity")
        cursor.execute("ALTER TABLE accounts_contact DISABLE ROW LEVEL SECURITY")
        cursor.execute(f"GRANT DELETE ON accounts_auditentry TO {settings.RUNTIME_ROLE}")
        cursor.execute(f"REVOKE SELECT ON accounts_account FROM {settings.RUNTIME_ROLE}")

    apply_after_migrate(_last_app(), using="default", plan=[])

    assert ask("SELECT count(*) FROM pg_policy WHERE polrelid = 'accounts_identity'::regclass") == 1
    assert ask("SELECT relrowsecurity FROM pg_class WHERE oid = 'accounts_contact'::regclass") is True
    assert ask("SELECT has_table_privilege(%s, 'accounts_auditentry', 'DELETE')", settings.RUNTIME_ROLE) is False
    assert ask("SELECT has_table_privilege(%s, 'accounts_account', 'SELECT')", settings.RUNTIME_ROLE) is True


@pytest.mark.django_db
def test_an_owner_who_may_make_no_role_is_told_what_an_administrator_must_run(settings):
    settings.RUNTIME_ROLE = "strikebook_not_there"
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE strikebook_humble NOLOGIN")
        cursor.execute("SET ROLE strikebook_humble")

    with pytest.raises(ImproperlyConfigured) as told:
        apply_after_migrate(_last_app(), using="default", plan=[])

    assert "CREATE ROLE strikebook_not_there NOLOGIN;" in str(told.value)
    assert "GRANT strikebook_not_there TO strikebook_humble;" in str(told.value)


def _last_app():
    from django.apps import apps

    return [config for config in apps.get_app_configs() if config.models_module is not None][-1]


# --- What is shown -----------------------------------------------------------------------------


def test_a_tenant_is_shown_its_own_rows_and_no_others(acme, globex, theirs):
    own = make_account(globex.correspondent)

    with runtime_role(globex.api_user):
        assert set(Account.objects.values_list("pk", flat=True)) == {own.pk, globex.firm_account.pk}
        assert set(Contact.objects.values_list("account_id", flat=True)) == {own.pk}
        assert not Identity.objects.filter(account=theirs).exists()
        assert not ApiKey.objects.filter(key_id=acme.key.key_id).exists()
        assert not User.objects.filter(pk=acme.ops.pk).exists()


def test_nobody_is_shown_nothing_that_an_account_leads_to(theirs):
    covered = [model for model in tables() if policies(model)]
    before_anybody_acts = {"accounts.User", "accounts.Correspondent", "accounts.ApiKey"}

    with runtime_role():
        seen = {model._meta.label for model in covered if model._base_manager.exists()}

    seen.discard("accounts.AuditEntry")  # this test's own transaction wrote it
    assert seen <= before_anybody_acts | {"mfa.Authenticator", "account.EmailAddress", "usersessions.UserSession"}


def test_the_broker_is_shown_everything(acme, globex, theirs):
    with runtime_role(make_staff(Role.OPERATIONS, None)):
        assert Account.objects.filter(pk=theirs.pk).exists()
        assert Contact.objects.filter(account=theirs).exists()


def test_who_decides_at_the_broker_is_known_by_name_and_not_to_be_changed(globex):
    boss = make_staff(Role.ROP, None)

    with runtime_role(globex.ops):
        assert User.objects.get(pk=boss.pk).name == boss.name
        assert User.objects.filter(pk=boss.pk).update(name="Somebody else") == 0


def test_a_tenant_adds_and_changes_nothing_of_anothers(globex, theirs):
    with runtime_role(globex.api_user):
        assert Account.objects.filter(pk=theirs.pk).update(name="Taken over") == 0
        assert Contact.objects.filter(account=theirs).update(city="Elsewhere") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            OptionsApplication.objects.create(
                account_id=theirs.pk,
                requested_level=2,
                status="PENDING",
                requester="customer",
                requested_by=globex.api_user,
                created_at=theirs.created_at,
                updated_at=theirs.created_at,
            )

    theirs.refresh_from_db()
    assert theirs.name != "Taken over"
    assert not OptionsApplication.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_trail_is_read_by_its_tenant_only(acme, globex):
    account = make_account(acme.correspondent)

    with runtime_role(acme.api_user):
        assert AuditEntry.objects.filter(account_id=account.pk).exists()
    with runtime_role(globex.api_user):
        assert not AuditEntry.objects.exclude(correspondent_id=globex.correspondent.pk).exists()
    with runtime_role():
        assert not AuditEntry.objects.exists()


def test_the_trail_takes_an_entry_before_anybody_acts(acme):
    with runtime_role():
        acme.ops.name = "Signed in"
        acme.ops.save(update_fields=["name"])
        entry = AuditEntry.objects.filter(subject="User", subject_id=str(acme.ops.pk)).order_by("-id").first()

    assert (entry.act, entry.after["name"]) == ("changed", "Signed in")


# --- What the role may do ----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in tables() if is_insert_only(model)], ids=lambda m: m._meta.label)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_what_is_kept_for_good_is_not_changed_by_the_role(model, statement):
    table, column = model._meta.db_table, model._meta.concrete_fields[-1].column
    everybody_acts = system_user()

    with (
        runtime_role(everybody_acts),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table, column=column))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
        "ALTER TABLE trading_posting DISABLE TRIGGER USER",
        "ALTER TABLE accounts_account DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenancy ON accounts_account",
        "ALTER POLICY tenancy ON accounts_account USING (true)",
        "CREATE POLICY mine ON accounts_account USING (true)",
        "DROP TABLE accounts_auditentry",
        "CREATE OR REPLACE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TABLE accounts_shadow AS SELECT 1 AS one",
        "SET session_replication_role = replica",
        "ALTER ROLE strikebook_app BYPASSRLS",
        "GRANT ALL ON accounts_auditentry TO strikebook_app",
        "UPDATE django_migrations SET name = 'none'",
    ],
)
def test_the_role_cannot_lower_the_barrier(statement):
    with runtime_role(system_user()), transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError:
            return
        if statement.startswith("GRANT"):  # PostgreSQL warns that nothing was granted, and raises nothing
            assert ask("SELECT has_table_privilege('strikebook_app', 'accounts_auditentry', 'UPDATE')") is False
            return
    pytest.fail(f"was allowed: {statement}")


@pytest.mark.django_db
def test_the_role_is_nobody_special():
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin"

    assert ask(f"SELECT {powers} FROM pg_roles WHERE rolname = %s", settings.RUNTIME_ROLE) is False
    assert ask("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", settings.RUNTIME_ROLE) == 0


# --- Who acts ----------------------------------------------------------------------------------


def test_a_key_says_who_acts_in_the_query_that_finds_it(acme, acme_api):
    acme_api.get("/v1/accounts", REMOTE_ADDR="203.0.113.7")

    assert setting(ACTOR) == str(acme.api_user.pk)
    assert setting(TENANT) == str(acme.correspondent.pk)
    assert setting(ORIGIN) == f"203.0.113.7 key {acme.key.key_id}"


def test_a_session_says_who_acts(acme, client):
    client.force_login(acme.ops)
    client.get("/accounts", REMOTE_ADDR="203.0.113.8")

    assert (setting(ACTOR), setting(TENANT)) == (str(acme.ops.pk), str(acme.correspondent.pk))
    assert setting(ORIGIN) == "203.0.113.8 browser"


def test_a_wrong_secret_leaves_nobody_acting(acme, client):
    with runtime_role():
        refused = client.get(
            "/v1/accounts", headers={"APCA-API-KEY-ID": acme.key.key_id, "APCA-API-SECRET-KEY": "wrong"}
        )

        assert refused.status_code == 401
        assert (setting(ACTOR), setting(TENANT)) == ("", "")


def test_a_lock_names_the_actor_for_its_transaction_and_never_shows_more(acme, theirs):
    put({TENANT: str(acme.correspondent.pk)}, is_local=False)

    with transaction.atomic():
        lock_account(system_user(), theirs.pk)
        assert (setting(ACTOR), setting(TENANT)) == (str(system_user().pk), str(acme.correspondent.pk))


def test_a_lock_shows_less_where_everything_was_shown(acme, globex, theirs):
    other = make_account(globex.correspondent)

    with runtime_role(system_user()), transaction.atomic():
        lock_account(acme.api_user, theirs.pk)

        assert (setting(ACTOR), setting(TENANT)) == (str(acme.api_user.pk), str(acme.correspondent.pk))
        assert not Account.objects.filter(pk=other.pk).exists()


def test_a_claim_does_the_same_in_one_statement(acme, django_assert_num_queries):
    put({TENANT: "all"}, is_local=False)

    with django_assert_num_queries(1):
        acting.claim(acme.ops)

    assert (setting(ACTOR), setting(TENANT)) == (str(acme.ops.pk), str(acme.correspondent.pk))
    put({TENANT: ""}, is_local=False)


def test_a_reason_is_known_until_the_transaction_ends(db):
    acting.give_reason("asked for by the holder")

    assert setting(REASON) == "asked for by the holder"


def test_the_clock_shows_everybody_and_then_no_more_than_before(acme):
    put({TENANT: str(acme.correspondent.pk)}, is_local=False)

    with everybody():
        assert setting(TENANT) == "all"

    assert setting(TENANT) == str(acme.correspondent.pk)


# --- Connections that are used again -----------------------------------------------------------


@pytest.fixture
def pool(transactional_db):
    """The web process's pool, with just one connection in it."""
    parameters = direct_parameters(options=f"-c {TENANT}= -c role={settings.RUNTIME_ROLE}")
    with ConnectionPool(kwargs=parameters | {"autocommit": True}, min_size=1, max_size=1, reset=clear_returned) as pool:
        yield pool


def seen(pooled):
    """Answer which connection it is, of which role, and how many accounts it is shown."""
    return pooled.execute("SELECT pg_backend_pid(), current_user, count(*) FROM accounts_account").fetchone()


def test_a_connection_carries_nothing_from_one_request_into_the_next(pool, acme):
    with pool.connection() as pooled:
        pooled.execute("SELECT set_config(%s, %s, false)", [TENANT, str(acme.correspondent.pk)])
        first, role, accounts = seen(pooled)

    with pool.connection() as pooled:
        second, _, nothing = seen(pooled)

    assert (role, accounts) == (settings.RUNTIME_ROLE, 1)
    assert (second, nothing) == (first, 0)


def test_a_connection_that_commits_by_hand_is_cleared_too(pool, acme):
    with pool.connection() as pooled:
        pooled.set_autocommit(False)
        pooled.execute("SELECT set_config(%s, 'all', false)", [TENANT])
        first, _, accounts = seen(pooled)

    with pool.connection() as pooled:
        second, _, nothing = seen(pooled)

    assert accounts == 1
    assert (second, nothing) == (first, 0)
