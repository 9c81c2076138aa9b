"""Which role may do what. One table; what an actor may *see* is `visible_to`."""

from django.db.models import TextChoices

from accounts.choices import Role


class Permission(TextChoices):
    """An act, or a kind of record, that a role may be allowed."""

    VIEW_ACCOUNTS = "view_accounts"
    OPEN_ACCOUNTS = "open_accounts"
    EDIT_ACCOUNTS = "edit_accounts"
    CONFIGURE_ACCOUNTS = "configure_accounts"
    CLOSE_ACCOUNTS = "close_accounts"
    ADVANCE_OPENINGS = "advance_openings"
    DECIDE_OPENINGS = "decide_openings"
    RESTRICT_ACCOUNTS = "restrict_accounts"
    READ_DOCUMENTS = "read_documents"
    REVEAL_IDENTITY = "reveal_identity"
    WRITE_NOTES = "write_notes"
    ANSWER_SUITABILITY = "answer_suitability"
    SIGN_AGREEMENTS = "sign_agreements"
    REQUEST_OPTIONS = "request_options"
    DECIDE_OPTIONS = "decide_options"
    JOURNAL_FUNDS = "journal_funds"
    TRANSFER_FUNDS = "transfer_funds"
    SUBMIT_ORDERS = "submit_orders"
    CANCEL_ORDERS = "cancel_orders"
    EXERCISE_POSITIONS = "exercise_positions"
    POST_ASSIGNMENTS = "post_assignments"
    CONFIRM_INSTRUCTIONS = "confirm_instructions"
    CONTROL_SANDBOX = "control_sandbox"
    MANAGE_CORRESPONDENTS = "manage_correspondents"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_STAFF = "manage_staff"
    MANAGE_API_KEYS = "manage_api_keys"
    MANAGE_MARKET_DATA = "manage_market_data"
    VIEW_AUDIT = "view_audit"


_READ = frozenset({Permission.VIEW_ACCOUNTS})
# What every member of staff needs who works on accounts; each look is an audit entry.
_LOOK_CLOSER = frozenset({Permission.READ_DOCUMENTS, Permission.REVEAL_IDENTITY, Permission.WRITE_NOTES})
# Who judges a holder: never who entered the application (AA-21).
_SUPERVISE = frozenset({Permission.DECIDE_OPENINGS, Permission.RESTRICT_ACCOUNTS, Permission.VIEW_AUDIT})
# The second person of what came by message or late: never who entered it, whatever the role (EX-14, AA-21).
_SECOND = frozenset({Permission.CONFIRM_INSTRUCTIONS})
_OPERATE = _READ | {
    Permission.OPEN_ACCOUNTS,
    Permission.EDIT_ACCOUNTS,
    Permission.CLOSE_ACCOUNTS,
    Permission.CONFIGURE_ACCOUNTS,
    Permission.ANSWER_SUITABILITY,
    Permission.REQUEST_OPTIONS,
    Permission.JOURNAL_FUNDS,
    Permission.TRANSFER_FUNDS,
    Permission.SUBMIT_ORDERS,
    Permission.CANCEL_ORDERS,
    Permission.EXERCISE_POSITIONS,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _READ,
    # Assignment notices are the broker's own people's: a correspondent's never receive one (FD-6).
    Role.OPERATIONS: _OPERATE | _LOOK_CLOSER | _SECOND | {Permission.POST_ASSIGNMENTS},
    # Decides on options and may pull an order or cap a level, but asks for nothing: maker is
    # never checker (AA-21).
    Role.ROP: _READ
    | _LOOK_CLOSER
    | _SUPERVISE
    | _SECOND
    | {Permission.DECIDE_OPTIONS, Permission.CONFIGURE_ACCOUNTS, Permission.CANCEL_ORDERS},
    Role.COMPLIANCE: _READ | _LOOK_CLOSER | _SUPERVISE | _SECOND | {Permission.CONFIGURE_ACCOUNTS},
    # Runs the installation; neither approves for options nor decides for a customer.
    Role.ADMIN: _OPERATE
    | _LOOK_CLOSER
    | {
        Permission.POST_ASSIGNMENTS,
        Permission.MANAGE_SETTINGS,
        Permission.CONTROL_SANDBOX,
        Permission.MANAGE_CORRESPONDENTS,
        Permission.MANAGE_STAFF,
        Permission.MANAGE_API_KEYS,
        Permission.MANAGE_MARKET_DATA,
        Permission.VIEW_AUDIT,
    },
    # Sees its own accounts and papers, signs, answers and asks for options, and may lower them or switch them off;
    # all else goes through the partner. Nobody signs in a holder's place: an edit records what was signed elsewhere.
    Role.CUSTOMER: _READ
    | {
        Permission.CONFIGURE_ACCOUNTS,
        Permission.ANSWER_SUITABILITY,
        Permission.SIGN_AGREEMENTS,
        Permission.REQUEST_OPTIONS,
        Permission.READ_DOCUMENTS,
    },
    # A partner's system opens, funds and trades, and drives the sandbox that it tests in.
    Role.API: _OPERATE | {Permission.READ_DOCUMENTS, Permission.CONTROL_SANDBOX},
    Role.SYSTEM: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """Say whether `role` carries `permission`."""
    return permission in PERMISSIONS[role]
