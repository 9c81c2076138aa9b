import io
import json

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from accounts.models import User
from tests.factories import PASSWORD


@pytest.fixture
def create_staff(monkeypatch):
    """Run the command with a password on its standard input; answer what it printed."""

    def run(*arguments, password=PASSWORD):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        printed = io.StringIO()
        call_command("create_staff", *arguments, stdout=printed)
        return printed.getvalue()

    return run


def test_staff_are_added_and_can_sign_in(acme, create_staff):
    printed = create_staff(
        "jane@acme.example", "--role", "rop", "--correspondent", "ACME", "--name", "Jane", "--password-stdin"
    )

    user = authenticate(RequestFactory().post("/sign-in"), username="jane@acme.example", password=PASSWORD)
    assert (user.role, user.correspondent, user.name) == ("rop", acme.correspondent, "Jane")
    assert printed == "jane@acme.example may now sign in as rop.\n"


def test_a_program_reads_json(db, create_staff):
    printed = json.loads(create_staff("jane@broker.example", "--role", "admin", "--password-stdin", "--json"))

    assert printed == {
        "user_id": User.objects.get(email="jane@broker.example").pk,
        "email": "jane@broker.example",
        "role": "admin",
        "correspondent": None,
    }


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (["jane@acme.example", "--role", "boss", "--password-stdin"], PASSWORD),
        (["jane@acme.example", "--role", "api", "--password-stdin"], PASSWORD),
        (["jane@acme.example", "--password-stdin"], PASSWORD),
        (["jane", "--role", "rop", "--password-stdin"], PASSWORD),
        (["OPERATIONS@acme.example", "--role", "rop", "--password-stdin"], PASSWORD),
        (["jane@acme.example", "--role", "rop", "--correspondent", "NONE", "--password-stdin"], PASSWORD),
        (["jane@acme.example", "--role", "rop", "--correspondent", "", "--password-stdin"], PASSWORD),
        (["jane@acme.example", "--role", "rop", "--password-stdin"], ""),
        (["jane@acme.example", "--role", "rop", "--password-stdin"], "short"),
        (["jane@acme.example", "--role", "rop"], PASSWORD),
    ],
)
def test_what_cannot_be_added_fails_and_writes_nothing(acme, create_staff, arguments, password):
    before = User.objects.count()

    with pytest.raises(CommandError):
        create_staff(*arguments, password=password)

    assert User.objects.count() == before
