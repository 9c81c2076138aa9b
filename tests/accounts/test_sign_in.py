"""Signing in and out: password, second factor, lock-out, devices; and what is kept of it."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.choices import AuditAct, Role
from accounts.models import AuditEntry
from brokerage import clock
from tests.factories import PASSWORD, enroll, make_account, make_customer, make_staff

HTMX = {"HX-Request": "true"}
WRONG = "This e-mail address and this password do not belong together."


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Forget guesses of other tests: limits live in the cache, which no transaction takes back."""
    cache.clear()


def sign_in(client, user, *, password=PASSWORD, **extra):
    return client.post("/sign-in", {"login": user.email, "password": password, **extra})


def present_code(secret):
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def wrong_code(secret):
    good = {format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)


def kept(act):
    return list(
        AuditEntry.objects.filter(subject="sign_in", act=act).order_by("id").values_list("subject_id", "reason")
    )


# --- The password ------------------------------------------------------------------------------------


def test_the_right_password_lets_in_and_leads_where_one_was_going(client, ops):
    response = client.post("/sign-in", {"login": ops.email.upper(), "password": PASSWORD, "next": "/accounts?level=2"})

    assert (response.status_code, response["Location"]) == (302, "/accounts?level=2")
    assert get_user(client) == ops
    assert kept(AuditAct.SIGNED_IN) == [(str(ops.pk), "")]
    entry = AuditEntry.objects.get(subject="sign_in")
    assert (entry.actor_id, entry.correspondent_id, entry.origin) == (ops.pk, ops.correspondent_id, "127.0.0.1")
    assert re.fullmatch(r"[0-9a-f]{32}", entry.request_id)


def test_who_is_signed_in_already_goes_where_they_were_going(client, ops):
    client.force_login(ops)

    assert client.get("/sign-in?next=/accounts?level=2")["Location"] == "/accounts?level=2"


@pytest.mark.parametrize("next_url", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client, ops, next_url):
    assert sign_in(client, ops, next=next_url)["Location"] == "/accounts"


@pytest.mark.parametrize("email", ["operations@acme.example", "nobody@acme.example", "left@acme.example"])
def test_a_refused_sign_in_never_says_which_part_is_wrong(client, acme, email):
    make_staff(Role.VIEWER, acme.correspondent, email="left@acme.example")
    type(acme.ops).objects.filter(email="left@acme.example").update(is_active=False)
    password = PASSWORD if email.startswith("left") else "not the password"

    response = client.post("/sign-in", {"login": email, "password": password})

    assert response.status_code == 422
    assert WRONG in response.content.decode()
    assert not get_user(client).is_authenticated
    assert [reason for _, reason in kept(AuditAct.REFUSED)] == ["wrong password"]
    assert kept(AuditAct.SIGNED_IN) == []


def test_an_api_key_cannot_sign_in_as_a_person(client, acme):
    acme.api_user.set_password(PASSWORD)
    acme.api_user.save()

    assert sign_in(client, acme.api_user).status_code == 422
    assert not get_user(client).is_authenticated


def test_an_empty_form_says_what_is_missing(client, db):
    said = client.post("/sign-in", {}).content.decode()

    assert "Type your e-mail address." in said
    assert "Type your password." in said


def test_nobody_signs_up(client, db):
    for path in ("/sign-up", "/signup", "/accounts/signup/", "/accounts/login/"):
        assert client.get(path).status_code == 404


def test_signing_out_asks_first_and_ends_the_session(client, ops):
    sign_in(client, ops)

    asked = client.get("/sign-out")
    assert (asked.status_code, get_user(client)) == (200, ops)
    assert "Sign out?" in asked.content.decode()

    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert not get_user(client).is_authenticated
    assert kept(AuditAct.SIGNED_OUT) == [(str(ops.pk), "")]


# --- Forgotten and changed passwords -----------------------------------------------------------------


def link_in(message):
    return re.search(r"http://\S+?(/sign-in/password/\S+)", message.body).group(1)


def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail_once(client, ops):
    other = Client()
    sign_in(other, ops)

    assert client.post("/sign-in/forgotten", {"email": ops.email}).status_code == 302
    link = link_in(mail.outbox[0])
    form = client.get(link, follow=True)
    action = form.redirect_chain[-1][0]
    weak = client.post(action, {"password1": "short", "password2": "short"})
    done = client.post(action, {"password1": "a better battery staple", "password2": "a better battery staple"})

    assert weak.status_code == 422
    assert done["Location"] == "/sign-in/password/done"
    assert not get_user(other).is_authenticated
    assert "does not work any more" in Client().get(link).content.decode()
    assert sign_in(Client(), ops).status_code == 422
    assert sign_in(Client(), ops, password="a better battery staple").status_code == 302


@pytest.mark.parametrize("who", ["nobody@acme.example", "system@strikebook.invalid", "{key}"])
def test_no_mail_goes_to_who_cannot_sign_in_and_the_answer_is_the_same(client, acme, who):
    response = client.post("/sign-in/forgotten", {"email": who.format(key=acme.api_user.email)})

    assert response["Location"] == "/sign-in/forgotten/sent"
    assert mail.outbox == []


def test_changing_the_password_needs_the_present_one_and_signs_out_elsewhere(client, ops):
    other = Client()
    sign_in(other, ops)
    sign_in(client, ops)
    new = {"password1": "a better battery staple", "password2": "a better battery staple"}

    assert client.post("/security/password", new | {"oldpassword": "not it"}).status_code == 422
    assert client.post("/security/password", new | {"oldpassword": PASSWORD})["Location"] == "/security"

    assert get_user(client) == ops
    assert not get_user(other).is_authenticated


# --- The second factor -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ROP, Role.COMPLIANCE, Role.ADMIN])
@pytest.mark.parametrize(
    "path",
    [
        "/accounts",
        "/accounts/{account}",
        "/accounts/{account}/orders",
        "/search?q=x",
        "/team",
        "/security",
        "/market-clock",
    ],
)
def test_until_enrolled_every_page_leads_to_enrolment(client, acme, role, path):
    account = make_account(acme.correspondent)
    client.force_login(make_staff(role, acme.correspondent, email="new@acme.example", enrolled=False))
    path = path.format(account=account.pk)

    assert client.get(path)["Location"] == "/security/enroll"
    assert client.get(path, headers=HTMX)["HX-Redirect"] == "/security/enroll"
    assert account.name not in client.get(path, follow=True).content.decode()


def test_until_enrolled_the_way_out_is_open(client, acme):
    client.force_login(make_staff(Role.ROP, acme.correspondent, email="new@acme.example", enrolled=False))

    assert client.get("/security/enroll").status_code == 200
    assert client.get("/healthz").status_code in (200, 503)
    assert client.post("/theme", {"theme": "dark"}).status_code == 302
    assert client.post("/sign-out")["Location"] == "/sign-in"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATIONS])
def test_who_needs_no_second_factor_works_without(client, acme, role):
    client.force_login(make_staff(role, acme.correspondent, email="new@acme.example"))

    assert client.get("/accounts").status_code == 200


def test_who_becomes_a_principal_enrolls_at_the_next_click(client, ops):
    client.force_login(ops)
    type(ops).objects.filter(pk=ops.pk).update(role=Role.ROP)

    assert client.get("/accounts")["Location"] == "/security/enroll"


def test_an_app_is_enrolled_by_its_first_code_and_ends_other_sessions(client, acme):
    user = make_staff(Role.ROP, acme.correspondent, email="new@acme.example", enrolled=False)
    other = Client()
    sign_in(other, user)
    sign_in(client, user)
    secret = client.get("/security/app").context["form"].secret

    assert client.post("/security/app", {"code": wrong_code(secret)}).status_code == 422
    assert not Authenticator.objects.filter(user=user).exists()
    done = client.post("/security/app", {"code": present_code(secret)})

    assert done["Location"] == "/security/recovery-codes"
    codes = re.findall(r"<li><code>(\w+)</code>", client.get("/security/recovery-codes").content.decode())
    assert len(codes) == 10
    assert codes[0] not in client.get("/security/recovery-codes").content.decode()
    assert client.get("/accounts").status_code == 200
    assert not get_user(other).is_authenticated
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    added = AuditEntry.objects.filter(subject="Authenticator", act=AuditAct.ADDED, after__user_id=user.pk)
    assert {(entry.actor_id, entry.after["type"]) for entry in added} == {
        (user.pk, "totp"),
        (user.pk, "recovery_codes"),
    }

    client.post("/sign-out")
    assert sign_in(client, user)["Location"] == "/sign-in/code"
    assert client.post("/sign-in/code", {"code": codes[0]})["Location"] == "/accounts"
    client.post("/sign-out")
    sign_in(client, user)
    assert client.post("/sign-in/code", {"code": codes[0]}).status_code == 422


def test_the_code_lets_in_and_leads_where_one_was_going(client, acme):
    user = make_staff(Role.ROP, acme.correspondent, email="new@acme.example", enrolled=False)
    secret = enroll(user)

    assert sign_in(client, user, next="/search?q=x")["Location"].startswith("/sign-in/code")
    assert not get_user(client).is_authenticated
    assert client.get("/accounts").status_code == 302
    assert client.get("/sign-in/code").status_code == 200
    code = present_code(secret)

    assert client.post("/sign-in/code", {"code": code})["Location"] == "/search?q=x"
    assert get_user(client) == user
    assert kept(AuditAct.SIGNED_IN) == [(str(user.pk), "")]

    again = Client()
    sign_in(again, user)
    assert again.post("/sign-in/code", {"code": code}).status_code == 422


def test_the_second_step_can_be_left(client, acme):
    sign_in(client, acme.rop)

    assert client.get("/sign-in")["Location"] == "/sign-in/code"
    client.post("/sign-out")

    assert client.get("/sign-in").status_code == 200


def test_factors_change_only_after_asking_again(client, acme):
    client.force_login(acme.rop)

    for path in ("/security/app/remove", "/security/passkeys/add", "/security/recovery-codes/new"):
        assert client.get(path)["Location"].startswith("/security/again?next=")
        assert client.post(path)["Location"].startswith("/security/again?next=")
    assert Authenticator.objects.filter(user=acme.rop).count() == 1

    assert client.post("/security/again", {"password": "not it"}).status_code == 422
    assert client.post("/security/again", {"password": PASSWORD, "next": "/security/app/remove"}).status_code == 302
    assert client.get("/security/app/remove").status_code == 200


def test_the_last_factor_of_who_needs_one_stays(client, acme):
    client.force_login(acme.rop)
    client.post("/security/again", {"password": PASSWORD})

    refused = client.post("/security/app/remove")

    assert "Your role needs a second factor" in refused.content.decode()
    assert Authenticator.objects.filter(user=acme.rop).count() == 1


def test_who_needs_no_factor_may_remove_theirs(client, ops):
    enroll(ops)
    client.force_login(ops)
    client.post("/security/again", {"password": PASSWORD})

    assert client.post("/security/app/remove")["Location"] == "/security"
    assert not Authenticator.objects.filter(user=ops).exists()
    gone = AuditEntry.objects.get(subject="Authenticator", act=AuditAct.DELETED)
    assert (gone.actor_id, gone.before["type"]) == (ops.pk, "totp")


def test_a_passkey_is_not_offered_at_an_address_of_digits(client, ops):
    client.force_login(ops)

    assert (
        "Passkeys belong to a name"
        in client.get("/security/passkeys/add", headers={"host": "127.0.0.1:8000"}).content.decode()
    )


# --- Guessing ----------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_the_address_out_from_there(client, ops, acme):
    for _ in range(4):
        assert sign_in(client, ops, password="not it").status_code == 422
    locked = sign_in(client, ops, password="not it")

    assert locked.status_code == 429
    assert re.search(r"locked until <strong>.*\d\d:\d\d.*New York", locked.content.decode(), re.DOTALL)
    assert sign_in(client, ops).status_code == 429
    assert not get_user(client).is_authenticated
    assert [reason for _, reason in kept(AuditAct.REFUSED)] == ["wrong password"] * 5 + ["locked out"]
    assert sign_in(client, acme.reader).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), ops).status_code == 302


def test_the_lock_ends_by_itself_and_trying_does_not_lengthen_it(client, ops):
    for _ in range(5):
        sign_in(client, ops, password="not it")
    last = AccessAttempt.objects.get().attempt_time
    sign_in(client, ops)
    assert AccessAttempt.objects.get().attempt_time == last

    AccessAttempt.objects.update(attempt_time=clock.real_now() - timedelta(minutes=16))

    assert sign_in(client, ops).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a_place_that_guesses_at_many_addresses_is_locked_out(client, ops):
    for number in range(50):
        client.post("/sign-in", {"login": f"guess{number}@acme.example", "password": "not it"})

    assert sign_in(client, ops).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), ops).status_code == 302


def test_signing_in_oneself_does_not_clear_the_guesses_of_the_place(client, ops, acme):
    for number in range(49):
        client.post("/sign-in", {"login": f"guess{number}@acme.example", "password": "not it"})
    sign_in(client, ops)
    client.post("/sign-out")

    client.post("/sign-in", {"login": "guess50@acme.example", "password": "not it"})

    assert sign_in(client, acme.reader).status_code == 429


def test_who_writes_the_header_themselves_cannot_come_from_elsewhere(client, ops):
    for number in range(5):
        sign_in(Client(headers={"X-Forwarded-For": f"192.0.2.{number}"}), ops, password="not it")

    assert sign_in(Client(headers={"X-Forwarded-For": "192.0.2.99"}), ops).status_code == 429


def test_guesses_at_one_address_from_many_places_come_to_an_end(ops):
    answers = [
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), ops, password="not it").content.decode()
        for number in range(11)
    ]

    assert "Too many attempts" not in answers[9]
    assert "Too many attempts" in answers[10]


def test_wrong_codes_lock_out_like_wrong_passwords(client, acme):
    user = make_staff(Role.ROP, acme.correspondent, email="new@acme.example", enrolled=False)
    secret = enroll(user)
    sign_in(client, user)

    answers = [client.post("/sign-in/code", {"code": wrong_code(secret)}).status_code for _ in range(5)]

    assert answers == [422, 422, 422, 422, 429]
    assert client.post("/sign-in/code", {"code": present_code(secret)}).status_code == 429
    assert not get_user(client).is_authenticated
    assert [reason for _, reason in kept(AuditAct.REFUSED)] == ["wrong code"] * 5


# --- Devices -----------------------------------------------------------------------------------------


def test_devices_are_listed_and_one_can_be_signed_out(client, ops):
    firefox = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko/20100101 Firefox/130.0"
    other = Client(HTTP_USER_AGENT=firefox, REMOTE_ADDR="192.0.2.7")
    sign_in(other, ops)
    sign_in(client, ops)

    said = client.get("/security").content.decode()
    assert "Firefox on macOS" in said
    assert "192.0.2.7" in said
    assert said.count("this one") == 1

    theirs = UserSession.objects.get(ip="192.0.2.7")
    assert client.post(f"/security/devices/{theirs.pk}/sign-out")["Location"] == "/security"

    assert get_user(client) == ops
    assert not get_user(other).is_authenticated


def test_nobody_ends_the_session_of_somebody_else(client, ops, rop):
    other = Client()
    sign_in(other, ops)
    client.force_login(rop)

    client.post(f"/security/devices/{UserSession.objects.get().pk}/sign-out")

    assert get_user(other) == ops


def test_signing_out_everywhere_ends_every_session(client, ops):
    other = Client()
    sign_in(other, ops)
    sign_in(client, ops)

    assert client.post("/security/devices/sign-out")["Location"] == "/sign-in"

    assert not get_user(client).is_authenticated
    assert not get_user(other).is_authenticated
    assert not UserSession.objects.exists()


def test_when_a_device_was_last_seen_is_kept_to_the_minute(client, ops):
    sign_in(client, ops)
    long_ago = clock.real_now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)

    client.get("/accounts")
    assert UserSession.objects.get().last_seen_at == long_ago

    session = client.session
    session["seen_at"] -= 61
    session.save()
    client.get("/accounts")
    assert UserSession.objects.get().last_seen_at > long_ago


# --- Customers ---------------------------------------------------------------------------------------


def test_a_customer_signs_in_and_sees_nothing_of_the_desk(client, acme):
    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    theirs = make_account(acme.correspondent)
    assert sign_in(client, mine.owner)["Location"] == f"/accounts/{mine.pk}"

    said = client.get(f"/accounts/{mine.pk}").content.decode()

    assert "Needs attention" not in said
    assert "/team" not in said
    for path in ("/team", "/team/add", f"/team/{acme.ops.pk}", f"/accounts/{theirs.pk}"):
        assert client.get(path).status_code in (403, 404)
    assert client.post(f"/accounts/{mine.pk}/invite").status_code == 403
