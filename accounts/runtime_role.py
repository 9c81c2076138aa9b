"""The role that web, worker, beat and relay act as: it owns nothing, and policies hold for it.

`migrate` makes it and keeps its rights and policies as the models say, whatever was there before.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.db.utils import ProgrammingError

from accounts.tenancy import is_insert_only, mark, policies, tables

CREATE_ROLE = """
    DO $$ BEGIN
        CREATE ROLE {role} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""
PRESENT = """
    SELECT class.relname, policy.polname, obj_description(policy.oid, 'pg_policy'), class.relrowsecurity
    FROM pg_policy policy JOIN pg_class class ON class.oid = policy.polrelid
    WHERE class.relnamespace = current_schema()::regnamespace
"""
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
ASK_AN_ADMINISTRATOR = """\
The database role that the processes act as is missing, and {owner} may not make it.
An administrator of the server must run these two statements; then migrate again:

    CREATE ROLE {role} NOLOGIN;
    GRANT {role} TO {owner};
"""


def apply_after_migrate(app_config: AppConfig, using: str, **kwargs: Any) -> None:
    """Make role, rights and policies, once the last app has migrated; a flush changes none of them."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if app_config.name == last.name and "plan" in kwargs:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            _make_role(cursor)
            _grant(cursor)
            _make_policies(cursor)


def _make_role(cursor: CursorWrapper) -> None:
    """Make the role, and let the owner act as it. Raises `ImproperlyConfigured` where only an administrator can."""
    role = settings.RUNTIME_ROLE
    try:
        with transaction.atomic(using=cursor.db.alias):
            if not _answers(cursor, "SELECT FROM pg_roles WHERE rolname = %s", role):
                cursor.execute(CREATE_ROLE.format(role=role))
            if not _answers(cursor, "SELECT WHERE pg_has_role(current_user, %s, 'MEMBER')", role):
                cursor.execute(f"GRANT {role} TO CURRENT_USER")
    except ProgrammingError as refused:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        raise ImproperlyConfigured(ASK_AN_ADMINISTRATOR.format(role=role, owner=owner)) from refused


def _grant(cursor: CursorWrapper) -> None:
    role = settings.RUNTIME_ROLE
    cursor.execute("SELECT quote_ident(current_schema())")
    schema = cursor.fetchone()[0]
    cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
    cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}")
    kept = ", ".join(f'"{model._meta.db_table}"' for model in _migrated(cursor) if is_insert_only(model))
    if kept:
        cursor.execute(f"REVOKE UPDATE, DELETE ON {kept} FROM {role}")
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")


def _make_policies(cursor: CursorWrapper) -> None:
    """Make the policies that are missing or differ; a table whose policies stand is not locked."""
    cursor.execute(PRESENT)
    present: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, name, comment, is_enabled in cursor.fetchall():
        present.setdefault(table, {})[name] = (comment, is_enabled)
    for model in _migrated(cursor):
        table = model._meta.db_table
        wanted = {policy.name: (mark(model), True) for policy in policies(model)}
        if present.get(table, {}) != wanted:
            _replace_policies(cursor, model, list(present.get(table, {})))


def _replace_policies(cursor: CursorWrapper, model: type[Model], old: list[str]) -> None:
    table = model._meta.db_table
    for name in old:
        cursor.execute(f'DROP POLICY "{name}" ON "{table}"')
    wanted = policies(model)
    cursor.execute(f'ALTER TABLE "{table}" {"ENABLE" if wanted else "DISABLE"} ROW LEVEL SECURITY')
    for policy in wanted:
        cursor.execute(policy.create(table))
        cursor.execute(f"COMMENT ON POLICY {policy.name} ON \"{table}\" IS '{mark(model)}'")


def _migrated(cursor: CursorWrapper) -> list[type[Model]]:
    """Answer the models whose tables are as they say: some are not, where one migrates to an earlier state."""
    cursor.execute(COLUMNS)
    present = set(cursor.fetchall())
    return [
        model
        for model in tables()
        if {(model._meta.db_table, field.column) for field in model._meta.concrete_fields} <= present
    ]


def _answers(cursor: CursorWrapper, query: str, value: str) -> bool:
    cursor.execute(query, [value])
    return cursor.fetchone() is not None
