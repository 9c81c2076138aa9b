"""The pages of the account side."""

from django.urls import path
from django.views.generic import RedirectView

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:list"), name="home"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("accounts", views.account_list, name="list"),
    path("accounts/<uuid:account_id>", views.account, name="account"),
    path("accounts/<uuid:account_id>/header", views.account_header, name="header"),
    path("accounts/<uuid:account_id>/profile", views.account_profile, name="profile"),
]
