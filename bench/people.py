"""Who sends the requests: a clerk, a compliance officer and a principal signed in to the pages, and a partner's key."""

import re

import requests

from bench.scenarios import COMPLIANCE, KEY, OPERATIONS, PRINCIPAL
from tests.installation import Installation, RunningPartner

PASSWORD = "strikebook bench"
HIRE = "from bench.people import hire; hire()"
HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PATIENCE = 300


def hire() -> None:
    """Add the staff, whose role asks for it with an authenticator app. Runs within `manage.py shell`."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from accounts.choices import Role
    from accounts.second_factor import REQUIRED_OF
    from accounts.services.users import create_staff, system_user

    for role in (Role.OPERATIONS, Role.COMPLIANCE, Role.ROP):
        member = create_staff(
            actor=system_user(), email=_email(role), role=role, password=PASSWORD, correspondent_code="ACME"
        )
        if role in REQUIRED_OF:
            TOTP.activate(member, generate_totp_secret())


def senders(installation: Installation, partner: RunningPartner) -> dict[str, requests.Session]:
    """Answer a session for each who sends requests; staff are signed in."""
    installation.manage("shell", "-c", HIRE)
    key = requests.Session()
    key.auth = (partner.facts["api_key"], partner.facts["api_secret"])
    found = {KEY: key} | {role: requests.Session() for role in (OPERATIONS, COMPLIANCE, PRINCIPAL)}
    for role in (OPERATIONS, COMPLIANCE, PRINCIPAL):
        _post(found[role], f"{partner.url}/sign-in", {"login": _email(role), "password": PASSWORD})
    for role in (COMPLIANCE, PRINCIPAL):
        code = installation.manage("sign_in_code", _email(role)).split()[0]
        _post(found[role], f"{partner.url}/sign-in/code", {"code": code})
    return found


def _email(role: str) -> str:
    return f"{role}@acme.example"


def _post(session: requests.Session, url: str, fields: dict[str, str]) -> None:
    """Fill a form in as a browser does, with the token that its page carries."""
    page = session.get(url, timeout=PATIENCE)
    token = HIDDEN.search(page.text)
    assert token is not None, f"{url} shows no form"
    answer = session.post(url, {**fields, "csrfmiddlewaretoken": token[1]}, headers={"Referer": url}, timeout=PATIENCE)
    answer.raise_for_status()
