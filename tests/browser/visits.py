"""Who visits which page: every page of the installation, visited by somebody who may see it.

A page that is in no list fails `tests/test_pages.py`, which knows the URLs. `{account_id}` and the like stand for
what `rows_of` made.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.choices import AccountKind, AllocationMethod, Role
from accounts.models import Account, ApiKey, Correspondent, User
from accounts.profile_forms import FORMS
from accounts.rules.applications import UploadedDocument
from accounts.rules.keys import LONGEST_NAME
from accounts.services.documents import upload_documents
from accounts.services.notes import add_note
from accounts.services.settings import change_settings, settings_of
from accounts.services.users import issue_api_key, system_user
from brokerage import clock
from brokerage.errors import BrokerageError
from options.choices import ReasonCode, ReviewAct
from options.models import Asset, DataUsage
from options.rules.data_access import EntitlementTicket, PriceTicket
from options.rules.review import Verdict
from options.services.data_access import change_entitlement, set_data_price
from options.services.level_reviews import open_level_review
from options.services.review import ask_applicant, decide_application
from tests.accounts.openings import STEPS
from tests.browser.drafts import PNG, start
from tests.factories import application_body, make_account, make_correspondent, make_customer, make_staff
from tests.options.applicants import SOUND_ANSWERS
from tests.options.contracts import list_contracts
from tests.options.requests import make_pending
from tests.trading.funding import ach_out, linked_ach, linked_bank, send, wire_out
from trading.approval_report import FINDINGS
from trading.choices import InstructionSource, NoticeSource, NoticeStatus
from trading.models import (
    Activity,
    ApprovalReport,
    Assignment,
    AssignmentNotice,
    InstructionMessage,
    Order,
    Position,
    ReconciliationBreak,
)
from trading.rules.allocation import Allocation, Candidate, Opened, write_work_paper
from trading.rules.outlook import expiring_sessions
from trading.rules.ticket_form import OrderRequest
from trading.services.instruction_steps import new_instruction
from trading.services.messages import receive_message
from trading.services.orders import submit_order
from trading.services.venue_reports import acknowledge_order

LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Maximiliane"


@dataclass(frozen=True)
class Visit:
    """One page to look at, and the status that it comes with."""

    path: str
    status: int = 200


def _ok(*paths: str) -> list[Visit]:
    return [Visit(path) for path in paths]


OWN = "/accounts/{account_id}"
TABS = ("", "/balances", "/positions", "/orders", "/activities", "/profile", "/suitability", "/documents", "/notes")
FUNDING = ("", "/transfers", "/journals", "/deposit", "/withdraw", "/link-ach", "/link-bank")
LINKS = ("/ach/{link_id}", "/banks/{bank_id}", "/transfers/{transfer_id}", "/transfers/{wire_id}")
OPTIONS = ("/options", "/options/agreement", "/options/answers", "/options/lower?level=0", "/options-impact?level=0")
ORDER = ("/orders/{resting_id}", "/orders/{resting_id}/cancel", "/orders/{working_id}/replace")
ASKING = (
    *("/accounts/{sound_id}/options", "/accounts/{sound_id}/options/apply?level=2"),
    *("/accounts/{unsigned_id}/options", "/accounts/{unsigned_id}/options/agreement"),
    *("/accounts/{unsigned_id}/options/apply?level=2", "/accounts/{unsigned_id}/options/answers"),
    *("/accounts/{asked_id}/options", "/accounts/{asked_id}/options/apply", "/accounts/{asked_id}/options/reply"),
)
OPENING = ("/{fresh_id}/contact", "/{draft_id}/suitability", "/{draft_id}/documents", "/{draft_id}/review")

VISITS: dict[str, list[Visit]] = {
    "operations": [
        *_ok("/accounts", "/accounts?query=nobody&level=2", "/accounts/count", "/accounts/filters"),
        *_ok(*(OWN + part for part in TABS), OWN + "/close", OWN + "/reveal/tax-id"),
        *_ok(*(f"{OWN}/profile/{section}?edit=1" for section in FORMS)),
        *_ok(OWN + "/options", OWN + "/options/apply", OWN + "/options/lower", *ASKING[-3:]),
        *_ok(*(f"{OWN}/funding{part}" for part in FUNDING + LINKS), OWN + "/documents/{document_id}/preview"),
        *_ok("/openings", *(f"/openings{part}" for part in OPENING), "/openings/{draft_id}/discard"),
        *_ok("/orders", "/orders?status=open&symbol=AAPL", "/orders?status=rejected", "/orders/filters"),
        *_ok("/orders/cancel?selected={resting_id}", "/orders/refusals", "/orders/refusals/filters", OWN + "/refusals"),
        *_ok(
            "/ledger",
            "/ledger?type=OPEXC",
            "/ledger/totals",
            "/ledger/filters",
            "/ledger/transactions/{transaction_id}",
        ),
        *_ok("/reconciliation", "/reconciliation/breaks/{break_id}"),
        *_ok("/instructions", "/instructions?status=in_force", "/instructions/filters", "/instructions/{asked_dne_id}"),
        *_ok("/instructions/messages", "/instructions/messages?status=matched", "/instructions/messages/{message_id}"),
        *_ok(OWN + "/positions/{call}/do-not-exercise"),
        *_ok("/assignments", "/assignments?state=person", "/assignments/filters", OWN + "/assignments"),
        *_ok("/expiring", "/expiring?move=AAPL:%2B2.5&outcome=exercised", "/expiring/board", "/expiring/filters"),
        *_ok("/expiring/range?move_of=AAPL", "/expiring/tell?selected={expiring_position_id}"),
        *_ok("/positions", "/positions?kind=put", "/positions/AAPL", "/positions/filters"),
        *_ok(OWN + "/lots", OWN + "/lots/realized", OWN + "/lots/realized?year=2026&symbol=AAPL"),
        *_ok("/search?q=john", "/search?q=aapl", "/search?q=zzzz"),
        *_ok(OWN + "/trade", OWN + "/trade?symbol={call}&side=sell&limit_price=250", *(OWN + part for part in ORDER)),
        *_ok(OWN + "/trade?symbol={call}&side=sell&qty=3&limit_price=250", OWN + "/positions/{call}/exercise"),
        *_ok("/security", "/security/password", "/security/passkeys/add", "/sign-out"),
        *_ok("/options/chain?all=1", "/options/chain/AAPL", "/options/chain/AAPL?expiration=all&strikes=all&greeks=1"),
        *_ok("/options/chain/AAPL/trade?contract={call}&side=sell", "/options/chain/AAPL?account={account_id}"),
        *_ok("/options/chain/AAPL/underlying", "/options/chain/AAPL/underlying?period=1Y"),
        *_ok("/options/chain/contracts/{call}", "/options/chain/contracts/{call}?period=1Y"),
        Visit("/nowhere", 404),
        Visit("/team", 403),
    ],
    "compliance": [
        *_ok("/options/queue", "/options/requests/{request_id}", "/options/reviews/{review_id}"),
        *_ok("/audit", "/audit?act=added&account=john", "/audit?actor=nobody", OWN + "/audit"),
        *_ok(OWN + "/decide", OWN + "/restrict", OWN, "/assignments/{assignment_id}"),
        *_ok("/compliance", "/compliance/{report_id}", "/compliance/{empty_report_id}"),
    ],
    "admin": [
        *_ok(
            "/team", "/team/add", "/team/{member_id}", "/team/{principal_id}", "/team/{shut_out_id}", "/team/{admin_id}"
        ),
        *_ok("/api-keys", "/api-keys?ended=1", "/api-keys/new", "/api-keys/{key_id}", "/api-keys/{revoked_key_id}"),
        *_ok("/settings", "/audit", "/market-data"),
        *_ok("/security", "/security/password", "/security/app/remove", "/security/recovery-codes"),
        *_ok("/security/recovery-codes/new", "/security/passkeys/{passkey_id}/remove"),
        *_ok("/security/again", "/security/again/code", "/security/again/passkey"),
    ],
    "broker": [
        *_ok("/orders", "/orders/refusals", "/positions", "/positions/AAPL", "/expiring"),
        *_ok("/accounts", "/openings", OWN, "/team", "/team?house=GLBX", "/team/add"),
        *_ok("/api-keys", "/api-keys?correspondent=GLBX", "/api-keys/new", "/settings", "/settings/ACME", "/audit"),
        *_ok("/assignments", "/assignments/notices", "/assignments/notices/{notice_id}?again=1", "/assignments/import"),
        *_ok("/compliance", "/expiring/2026-01-16/prices"),
        *_ok("/market-data", "/market-data/ACME", "/market-data/ACME?month=2024-05", "/market-data/GLBX"),
    ],
    "principal": [
        *_ok("/options/queue", "/options/queue?level=1&query=nobody", "/options/queue/count"),
        *_ok("/options/requests/{request_id}", "/options/requests/{request_id}?rules=all"),
        *_ok("/options/requests/{rejected_id}", "/options/reviews", "/options/reviews/{review_id}"),
        *_ok(OWN + "/options/review", "/accounts/{sound_id}/options/review"),
    ],
    "newcomer": _ok("/security/enroll", "/security/app"),
    "customer": [
        *_ok(OWN, OWN + "/profile", "/security"),
        *_ok(*(OWN + part for part in OPTIONS), *ASKING, "/options/chain/AAPL", OWN + ORDER[0]),
        *_ok("/options/chain/contracts/{call}"),
        *_ok("/assignments/how", OWN + "/assignments", "/assignments/{assignment_id}"),
        Visit(OWN + "/options/lower?level=3", 422),
        Visit(OWN + "/notes", 404),
    ],
    "between": _ok("/sign-in/code"),
    "nobody": [
        *_ok("/sign-in", "/sign-in/forgotten", "/sign-in/forgotten/sent", "/sign-in/password/1-gone"),
        *_ok("/sign-in/password/done"),
        Visit("/nowhere", 404),
    ],
}


def rows_of(account: Account, clerk: User) -> dict[str, Any]:
    """Make what the pages show, some of it with long names, and answer what their addresses need."""
    firm = account.correspondent
    admin = make_staff(Role.ADMIN, firm)
    passkey = add_passkey(admin, name=LONG)
    RecoveryCodes.activate(admin)
    member = make_staff(Role.VIEWER, firm)
    User.objects.filter(pk=member.pk).update(name=LONG, email=f"{'long' * 15}@acme.example")
    shut_out = make_staff(Role.OPERATIONS, firm, email="shut.out@acme.example")
    User.objects.filter(pk=shut_out.pk).update(is_active=False)
    return {
        "account_id": account.pk,
        "call": Asset.objects.filter(contract__underlying__symbol="AAPL").earliest("symbol").symbol,
        "member_id": member.pk,
        "principal_id": make_staff(Role.ROP, firm).pk,
        "shut_out_id": shut_out.pk,
        "admin_id": admin.pk,
        "passkey_id": passkey.pk,
        **_keys_of(firm),
        **_papers_of(account, clerk),
        **_funding_of(account),
        **_reports_of(account),
        **_requests_of(firm),
        **_queue_of(account),
        **_orders_of(account, clerk),
        **_expiring_of(account),
        **_instructions_of(account, clerk),
        **_assignments_of(account),
    }


def _instructions_of(account: Account, clerk: User) -> dict[str, Any]:
    """Make a message with long words, and an instruction from it that waits for a second person."""
    raw = f"From: {account.email_address}\nSubject: {LONG * 2}\nX-Odd: {'x' * 300}\n\n{LONG * 4}\n\nDo not exercise."
    message = receive_message(actor=system_user(), raw=raw.encode(), received_at=clock.now())
    InstructionMessage.objects.filter(pk=message.pk).update(correspondent=account.correspondent)
    proposal = new_instruction(
        account,
        Asset.objects.filter(contract__underlying__symbol="AAPL").earliest("symbol"),
        Decimal(2),
        actor=clerk,
        source=InstructionSource.EMAIL,
        received_at=message.received_at,
        at=clock.now(),
        reason=LONG,
        message=message,
    )
    proposal.save(force_insert=True)
    return {"message_id": message.pk, "asked_dne_id": proposal.pk}


def _orders_of(account: Account, clerk: User) -> dict[str, Any]:
    """Make an order that is refused, with all that such a line can say; some rest already."""
    unheard = OrderRequest(symbol="NOSUCHTHING", side="buy", type="limit", qty=Decimal(7), limit_price=Decimal("1.25"))
    with suppress(BrokerageError):
        submit_order(actor=clerk, account_id=account.pk, request=unheard)
    resting = Order.objects.open().filter(account=account).order_by("submitted_at")
    working = acknowledge_order(order_id=resting[1].pk, at=clock.now())
    booked = Activity.objects.filter(account=account).first()
    assert booked is not None
    found = ReconciliationBreak.objects.create(
        check_name="shorts are covered",
        account=account,
        correspondent=account.correspondent,
        asset="AAPL",
        found=Decimal(-100),
        expected=Decimal(12_500),
        first_seen_at=clock.now(),
        last_seen_at=clock.now(),
        note=LONG,
    )
    return {
        "resting_id": resting[0].pk,
        "working_id": working.pk,
        "transaction_id": booked.transaction_id,
        "break_id": found.pk,
    }


def _expiring_of(account: Account) -> dict[str, Any]:
    """Make positions that expire soon, long and short, and answer the id of one."""
    day = expiring_sessions(clock.today())[2].date
    symbols = [f"AAPL{day:%y%m%d}{side}" for side in ("C00185000", "C00190000", "P00195000", "P00150000")]
    list_contracts(*symbols)
    soon = Asset.objects.filter(symbol__in=symbols)
    held = [
        Position.objects.get_or_create(
            account=account,
            asset=asset,
            defaults={"correspondent": account.correspondent, "quantity": (-1) ** number, "cost_amount": 1},
        )[0]
        for number, asset in enumerate(soon.order_by("symbol"))
    ]
    return {"expiring_position_id": held[0].pk}


def _assignments_of(account: Account) -> dict[str, Any]:
    """Make a notice with its work paper, and an assignment of it that needs a person."""
    asset = Asset.objects.filter(contract__underlying__symbol="AAPL").earliest("symbol")
    opened = (Opened(clock.today() - timedelta(days=3), "1", 4), Opened(clock.today(), "2", 1))
    shorts, facts = [Candidate(account.pk, opened)], {"quantity": 3, "method": AllocationMethod.RANDOM, "seed": "5eed"}
    terms = {"asset": asset, "exercised_on": clock.today(), "quantity": 3}
    notice = AssignmentNotice.objects.create(
        reference="OCC-20260115-00017",
        **terms,
        source=NoticeSource.FILE,
        status=NoticeStatus.POSTED,
        method=facts["method"],
        seed=facts["seed"],
        work_paper=write_work_paper(shorts, [Allocation(account.pk, 3)], **facts),
        received_by=system_user(),
        received_at=clock.now(),
    )
    assignment = Assignment.objects.create(
        notice=notice,
        account=account,
        correspondent=account.correspondent,
        **terms,
        posted_at=clock.now(),
        needs_person=True,
        missing={"AAPL": "60", asset.symbol: "1"},
    )
    return {"notice_id": notice.pk, "assignment_id": assignment.pk}


def _keys_of(firm: Correspondent) -> dict[str, Any]:
    with transaction.atomic():
        key, _ = issue_api_key(correspondent=firm, name=LONG[:LONGEST_NAME], allowed_networks=["203.0.113.0/24"] * 3)
        revoked, _ = issue_api_key(correspondent=firm, name="Night batch")
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=clock.real_now())
    _take_data(key)
    return {"key_id": key.key_id, "revoked_key_id": revoked.key_id}


def _take_data(key: ApiKey) -> None:
    """Make what a key with a long name took of market data, and an agreement with long words about it."""
    firm, admin = key.user.correspondent, system_user()
    assert firm is not None
    for endpoint in ("v1beta1/options/snapshots/<str:underlying_symbol>", "v2/stocks/bars"):
        facts = {"day": clock.today(), "endpoint": endpoint, "requests": 1_234_567, "points": 9_876_543_210}
        DataUsage.objects.create(correspondent=firm, api_key=key, **facts)
    agreed = EntitlementTicket(feed="opra", signed_by=LONG, signed_on=clock.today(), reason=LONG * 3)
    change_entitlement(actor=admin, correspondent_id=firm.pk, ticket=agreed, seen=None)
    later = replace(agreed, feed="none", effective_on=clock.today() + timedelta(days=30))
    change_entitlement(actor=admin, correspondent_id=firm.pk, ticket=later, seen=firm.data_entitlements.latest("pk").pk)
    month = clock.today().replace(day=1)
    set_data_price(
        actor=admin, ticket=PriceTicket(feed="opra", month=month, monthly_amount=Decimal(9_876_543), reason=LONG)
    )


def _papers_of(account: Account, clerk: User) -> dict[str, Any]:
    document = UploadedDocument(document_type="identity_verification", content=PNG, mime_type="image/png")
    (kept,) = upload_documents(actor=clerk, account_id=account.pk, documents=[document])
    add_note(actor=clerk, account_id=account.pk, text="Called back: the address is right.")
    draft = start(clerk, steps=STEPS)
    picture = SimpleUploadedFile("passport.png", PNG, content_type="image/png")
    client = Client()
    client.force_login(clerk)
    client.post(f"/openings/{draft.pk}/documents", {"document_type": "identity_verification", "content": picture})
    return {"document_id": kept.pk, "draft_id": draft.pk, "fresh_id": start(clerk).pk}


def _funding_of(account: Account) -> dict[str, Any]:
    relationship, bank = linked_ach(account), linked_bank(account)
    transfer, wire = send(account, ach_out(relationship, "100")), send(account, wire_out(bank, "250"))
    return {"link_id": relationship.pk, "bank_id": bank.pk, "transfer_id": transfer.pk, "wire_id": wire.pk}


def _reports_of(account: Account) -> dict[str, Any]:
    since = clock.now().isoformat()
    facts = {"account_id": str(account.pk), "account_number": account.account_number}
    day, columns = clock.today(), {"correspondent": account.correspondent, "made_at": clock.now()}
    findings = [facts | {"finding": kind, "since": since if number else None} for number, kind in enumerate(FINDINGS)]
    report = ApprovalReport.objects.create(date=day, accounts_checked=1200, findings=findings, **columns)
    empty = ApprovalReport.objects.create(date=day - timedelta(days=1), accounts_checked=1199, **columns)
    return {"report_id": report.pk, "empty_report_id": empty.pk}


def _requests_of(firm: Correspondent) -> dict[str, Any]:
    """Make accounts that can ask for a level, that have to sign first, and that are asked about their request."""
    unsigned = [one for one in application_body()["agreements"] if one["agreement"] != "options_agreement"]
    asked = make_pending(firm)
    ask_applicant(
        actor=User.objects.filter(role=Role.ROP, correspondent=firm).earliest("id"),
        application_id=asked.pk,
        reason_code=ReasonCode.ANSWERS_CONTRADICT,
        question="How long have you traded options, and where? Your experience with stocks is none.",
    )
    return {
        "sound_id": make_account(firm, changes=SOUND_ANSWERS).pk,
        "unsigned_id": make_account(firm, changes=SOUND_ANSWERS | {"agreements": unsigned}).pk,
        "asked_id": asked.account_id,
    }


def _queue_of(account: Account) -> dict[str, Any]:
    """Make a request that waits, of a holder with a long name, one that was rejected, and a level under review."""
    firm = account.correspondent
    principal = User.objects.filter(role=Role.ROP, correspondent=firm).earliest("id")
    family, given = LONG.split(", ")
    waiting = make_pending(firm, changes={"identity.given_name": given, "identity.family_name": family})
    rejected = make_pending(firm)
    verdict = Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE, "The experience is not what was said")
    decide_application(actor=principal, application_id=rejected.pk, verdict=verdict)
    review = open_level_review(actor=principal, account_id=account.pk, reason="The holder retired last month")
    return {"request_id": waiting.pk, "rejected_id": rejected.pk, "review_id": review.pk}


def add_passkey(user: User, *, name: str) -> Authenticator:
    """Give the user a passkey whose other half nobody has."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    made = AttestedCredentialData.create(bytes(16), user.pk.to_bytes(16), ES256.from_cryptography_key(public))
    present = AuthenticatorData.FLAG.USER_PRESENT | AuthenticatorData.FLAG.ATTESTED
    about = AuthenticatorData.create(sha256(b"localhost"), present, 0, made)
    credential = {
        "id": websafe_encode(made.credential_id),
        "rawId": websafe_encode(made.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(b'{"type":"webauthn.create","challenge":"","origin":"http://localhost"}'),
            "attestationObject": websafe_encode(AttestationObject.create("none", about, {})),
        },
    }
    data = {"name": name, "credential": credential}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def visitor(who: str, account: Account, clerk: User) -> User | None:
    """Answer who visits, None for nobody, and what else only they need."""
    firm = account.correspondent
    match who:
        case "operations":
            return clerk
        case "admin":
            return User.objects.get(role=Role.ADMIN, correspondent=firm)
        case "principal":
            return make_staff(Role.ROP, firm, email="principal@acme.example")
        case "compliance":
            return make_staff(Role.COMPLIANCE, firm)
        case "broker":
            make_correspondent("Globex Clearing and Execution Services of Greater North America", "GLBX")
            _propose_a_change(firm)
            return make_staff(Role.ADMIN, None)
        case "newcomer":
            return make_staff(Role.ROP, firm, email="newcomer@acme.example", enrolled=False)
        case "customer":
            customer = make_customer(firm)
            Account.objects.filter(correspondent=firm, kind=AccountKind.CUSTOMER).update(owner=customer)
            return customer
    return None


def _propose_a_change(firm: Correspondent) -> None:
    now = settings_of(firm)
    tighter = replace(now, journal_limit_amount=Decimal("1000"))
    admin = User.objects.get(role=Role.ADMIN, correspondent=firm)
    change_settings(actor=admin, correspondent_id=firm.pk, wanted=tighter, seen=now, reason="A limit to begin with")
    firm.refresh_from_db()
    looser = replace(tighter, journal_limit_amount=Decimal("2000000"))
    change_settings(actor=admin, correspondent_id=firm.pk, wanted=looser, seen=tighter, reason="A large client joins")
