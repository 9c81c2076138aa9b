"""Who can sign in to the demo: staff of every role, and the holder of one account."""

from dataclasses import dataclass
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.choices import Role, UserKind
from accounts.models import Account, User
from accounts.rules.keys import FULL, KeyTicket
from accounts.second_factor import REQUIRED_OF
from accounts.services.keys import create_api_key
from accounts.services.users import create_staff, system_user

PASSWORD = "strikebook demo"  # noqa: S105 - the sandbox's, printed at its start
CUSTOMER = "customer@acme.example"
STAFF: dict[str | None, tuple[Role, ...]] = {
    "ACME": (Role.OPERATIONS, Role.ROP, Role.COMPLIANCE, Role.ADMIN, Role.VIEWER),
    "GLBX": (Role.OPERATIONS, Role.ROP),
    None: (Role.ROP, Role.ADMIN),
}


def hire() -> None:
    """Add the staff of the demo, those who need a second factor with an authenticator app."""
    for code, roles in STAFF.items():
        for role in roles:
            firm = code.lower() if code else "broker"
            member = create_staff(
                actor=system_user(),
                email=f"{role}@{firm}.example",
                role=role,
                password=PASSWORD,
                name=f"{firm.title()} {role.label.lower()}",
                correspondent_code=code,
            )
            if role in REQUIRED_OF:
                TOTP.activate(member, generate_totp_secret())


@dataclass(frozen=True)
class AccountKey:
    """A key of one account, with the secret that is shown once."""

    account: Account
    api_key: str
    api_secret: str


def make_account_key(account: Account) -> AccountKey:
    """Make a key with which a trading client sees and trades this account alone."""
    ticket = KeyTicket(name="Trading client", scopes=FULL, account_number=account.account_number)
    key, secret = create_api_key(
        actor=system_user(), correspondent_id=account.correspondent_id, ticket=ticket, once=uuid4().hex
    )
    return AccountKey(account, key.key_id, secret)


def let_in(account: Account) -> None:
    """Make the holder of an account a customer with the demo's password, as an invitation and its link would."""
    account.owner = User.objects.create_user(
        CUSTOMER,
        password=PASSWORD,
        name=account.name,
        kind=UserKind.CUSTOMER,
        role=Role.CUSTOMER,
        correspondent=account.correspondent,
    )
    account.save(update_fields=["owner"])
