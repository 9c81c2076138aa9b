"""Enrolling a second factor in a browser, and signing in with it: an authenticator app, and a passkey."""

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.choices import Role
from tests.factories import PASSWORD, make_staff


def sign_in(page, user):
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def code_of(secret):
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def a_passkey_is_kept_by(page):
    """Give the browser a device that keeps passkeys and confirms each by itself."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_principal_enrolls_an_app_by_keyboard_and_signs_in_with_its_code(open_page, acme):
    principal = make_staff(Role.ROP, acme, enrolled=False)
    page = open_page(signed_in=False)
    sign_in(page, principal)

    expect(page.get_by_role("heading", level=1)).to_have_text("Add a second factor")
    page.get_by_role("link", name="Authenticator app").click()
    secret = page.get_by_label("Or type this key into the app").input_value()
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.locator(".codes code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")

    cache.clear()
    other = open_page(signed_in=False)
    sign_in(other, principal)
    other.get_by_label("Code").fill(code_of(secret))
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Accounts")


def test_a_principal_enrolls_a_passkey_and_signs_in_with_it(open_page, acme, live_server):
    principal = make_staff(Role.ROP, acme, enrolled=False)
    page = open_page(signed_in=False, base_url=live_server.url.replace("127.0.0.1", "localhost"))
    a_passkey_is_kept_by(page)
    sign_in(page, principal)

    page.get_by_role("link", name="Passkey").click()
    page.get_by_label("Name").fill("Desk")
    page.wait_for_load_state()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator(".codes code")).to_have_count(10)
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Desk"

    page.goto("/sign-out")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, principal)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    page.wait_for_load_state()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")

    page.goto("/security")
    expect(page.get_by_text("Desk")).to_be_visible()
    expect(page.locator(".protects")).to_contain_text(re.compile("last used"))
