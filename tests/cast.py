"""The cast: Acme is ours, Globex is the neighbor; ops, rop and reader are Acme's staff."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.choices import Role
from accounts.models import Account, ApiKey, Correspondent, User
from tests.factories import make_api_key, make_correspondent, make_staff


def basic_auth(key_id: str, secret: str) -> dict[str, str]:
    """Answer the header that signs a request with an API key."""
    return {"Authorization": "Basic " + b64encode(f"{key_id}:{secret}".encode()).decode()}


class ApiClient(Client):
    """A test client that speaks JSON, signed in with an API key by Basic auth."""

    def __init__(self, key_id: str, secret: str) -> None:
        super().__init__(headers=basic_auth(key_id, secret))

    def generic(self, method: str, path: str, data: Any = "", content_type: str = "", **extra: Any) -> HttpResponse:
        """Send whatever was given as JSON, text and bytes as they are."""
        body = data if isinstance(data, str | bytes) else json.dumps(data)
        return super().generic(method, path, body, "application/json", **extra)

    def post(self, path: str, data: Any = "", **extra: Any) -> HttpResponse:
        """POST a JSON body."""
        return self.generic("POST", path, data, **extra)

    def patch(self, path: str, data: Any = "", **extra: Any) -> HttpResponse:
        """PATCH with a JSON body."""
        return self.generic("PATCH", path, data, **extra)

    def put(self, path: str, data: Any = "", **extra: Any) -> HttpResponse:
        """PUT a JSON body."""
        return self.generic("PUT", path, data, **extra)


@dataclass(frozen=True)
class Partner:
    """A correspondent, its firm account, its staff, and its system."""

    correspondent: Correspondent
    key: ApiKey
    secret: str
    ops: User
    rop: User
    reader: User

    @property
    def firm_account(self) -> Account:
        """Answer the account that the correspondent's money moves through."""
        assert self.correspondent.firm_account is not None
        return self.correspondent.firm_account

    @property
    def api_user(self) -> User:
        """Answer who acts when the partner's system does."""
        return self.key.user

    def client(self) -> ApiClient:
        """Answer a client signed in with the partner's key."""
        return ApiClient(self.key.key_id, self.secret)


def make_partner(name: str, code: str) -> Partner:
    """Make a correspondent with everybody who works there."""
    correspondent = make_correspondent(name, code)
    key, secret = make_api_key(correspondent)
    staff = {
        name: make_staff(role, correspondent)
        for name, role in {"ops": Role.OPERATIONS, "rop": Role.ROP, "reader": Role.VIEWER}.items()
    }
    return Partner(correspondent, key, secret, **staff)


@pytest.fixture
def acme(db: None) -> Partner:
    """Our own correspondent."""
    return make_partner("Acme Securities", "ACME")


@pytest.fixture
def globex(db: None) -> Partner:
    """The neighbor, who must never see what is ours."""
    return make_partner("Globex Brokers", "GLBX")


@pytest.fixture
def acme_api(acme: Partner) -> ApiClient:
    """Acme's system."""
    return acme.client()


@pytest.fixture
def globex_api(globex: Partner) -> ApiClient:
    """Globex's system."""
    return globex.client()


@pytest.fixture
def ops(acme: Partner) -> User:
    """Acme's operations clerk."""
    return acme.ops


@pytest.fixture
def rop(acme: Partner) -> User:
    """Acme's registered options principal."""
    return acme.rop


@pytest.fixture
def reader(acme: Partner) -> User:
    """Somebody at Acme who may look and nothing else."""
    return acme.reader
