"""Signing in and one's own security. The names are those by which the library finds its pages."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts import views_access

urlpatterns = [
    path("sign-in", views_access.sign_in, name="account_login"),
    path("sign-in/code", views_access.second_step, name="mfa_authenticate"),
    path("sign-in/inactive", RedirectView.as_view(pattern_name="account_login"), name="account_inactive"),
    path("sign-in/forgotten", views_access.forgotten, name="account_reset_password"),
    path("sign-in/forgotten/sent", views_access.forgotten_sent, name="account_reset_password_done"),
    path("sign-in/password/done", views_access.new_password_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        views_access.new_password,
        name="account_reset_password_from_key",
    ),
    path("sign-out", views_access.sign_out, name="account_logout"),
    path("security", views_access.security, name="mfa_index"),
    path("security", views_access.security, name="mfa_list_webauthn"),
    path("security/enroll", views_access.enroll, name="security_enroll"),
    path("security/password", views_access.change_password, name="account_change_password"),
    path("security/again", views_access.again, name="account_reauthenticate"),
    path("security/again/code", views_access.again_by_code, name="mfa_reauthenticate"),
    path("security/again/passkey", views_access.again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("security/app", views_access.add_app, name="mfa_activate_totp"),
    path("security/app/remove", views_access.remove_app, name="mfa_deactivate_totp"),
    path("security/recovery-codes", views_access.recovery_codes, name="mfa_view_recovery_codes"),
    path("security/recovery-codes/new", views_access.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/passkeys/add", views_access.add_passkey, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove", views_access.remove_passkey, name="mfa_remove_webauthn"),
    path("security/devices/sign-out", views_access.sign_out_everywhere, name="security_sign_out_everywhere"),
    path("security/devices/<int:device_id>/sign-out", views_access.sign_out_device, name="security_sign_out_device"),
]
