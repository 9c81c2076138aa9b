"""The pages of the options side."""

from django.urls import include, path

from options import views_account, views_chain, views_levels, views_market_pages

app_name = "options"
urlpatterns = [
    path("", include("options.urls_review")),
    path("", include("options.urls_market_data")),
    path("options/chain", views_chain.underlyings, name="chains"),
    path("options/chain/<str:symbol>", views_chain.chain, name="chain"),
    path("options/chain/<str:symbol>/trade", views_chain.choose_account, name="chain_account"),
    path("options/chain/<str:symbol>/underlying", views_market_pages.underlying, name="underlying"),
    path("options/chain/contracts/<str:symbol>", views_market_pages.contract, name="contract"),
    path("accounts/<id:account_id>/options", views_account.account_options, name="account"),
    path("accounts/<id:account_id>/options/agreement", views_account.agreement, name="agreement"),
    path("accounts/<id:account_id>/options/answers", views_account.answers, name="answers"),
    path("accounts/<id:account_id>/options/apply", views_levels.apply, name="apply"),
    path("accounts/<id:account_id>/options/reply", views_account.reply, name="reply"),
    path("accounts/<id:account_id>/options/lower", views_levels.change_level, name="lower"),
]
