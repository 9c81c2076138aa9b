"""The family of refusals: reasons are unique, documented with their code, and never empty."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from brokerage.errors import BrokerageError

ROOT = Path(__file__).parent.parent
APPS = ("brokerage", "accounts", "options", "trading")
NOT_IMPORTED = ("migrations", "settings", "asgi", "wsgi")


def kinds(base=BrokerageError):
    """Answer every class of refusal, after importing every module."""
    if base is BrokerageError:
        for app in APPS:
            for module in pkgutil.walk_packages([str(ROOT / app)], prefix=f"{app}."):
                if not any(part in NOT_IMPORTED for part in module.name.split(".")):
                    importlib.import_module(module.name)
    for kind in base.__subclasses__():
        if kind.__module__.split(".")[0] in APPS:
            yield kind
            yield from kinds(kind)


@pytest.fixture(scope="module")
def with_reason():
    """The classes that say a reason of their own."""
    return {kind for kind in kinds() if "reason" in vars(kind)}


def documented():
    """Answer {reason: (http status, code)} as docs/errors.md has it."""
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \|", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE)
    return {reason: (int(status), int(code)) for reason, status, code in rows}


def test_no_reason_is_used_twice(with_reason):
    reasons = [kind.reason for kind in with_reason]

    assert sorted(reasons) == sorted(set(reasons))


def test_the_document_lists_every_reason_with_its_code_and_no_other(with_reason):
    assert documented() == {kind.reason: (kind.http_status, kind.code) for kind in with_reason}


def test_a_code_begins_with_a_status(with_reason):
    for kind in with_reason:
        assert 400 <= int(str(kind.code)[:3]) < 600
