"""The pages of the account side."""

from django.urls import include, path
from django.views.generic import RedirectView

from accounts import (
    audit_views,
    team_views,
    views,
    views_acts,
    views_keys,
    views_list,
    views_profile,
    views_records,
    views_settings,
)
from accounts.documents.views import document
from accounts.saved_lists import routes_of

app_name = "accounts"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:list"), name="home"),
    path("openings", include("accounts.openings.urls")),
    path("accounts", views_list.account_list, name="list"),
    path("accounts/count", views_list.account_count, name="count"),
    *routes_of(views_list.ACCOUNTS),
    path("accounts/<id:account_id>", views.account, name="account"),
    path("accounts/<id:account_id>/header", views.account_header, name="header"),
    path("accounts/<id:account_id>/profile", views_profile.account_profile, name="profile"),
    path("accounts/<id:account_id>/profile/<str:section>", views_profile.profile_section, name="section"),
    path("accounts/<id:account_id>/suitability", views_profile.suitability_history, name="suitability"),
    path("accounts/<id:account_id>/documents", views_records.documents, name="documents"),
    path("accounts/<id:account_id>/documents/<id:document_id>", views_records.owner_document, name="document"),
    path("accounts/<id:account_id>/documents/<id:document_id>/preview", views_records.preview, name="preview"),
    path(
        "accounts/<id:account_id>/documents/made/<id:document_id>",
        views_records.made_document,
        name="made_document",
    ),
    path("accounts/<id:account_id>/notes", views_records.notes, name="notes"),
    path("accounts/<id:account_id>/decide", views_acts.decide, name="decide"),
    path("accounts/<id:account_id>/restrict", views_acts.restrict, name="restrict"),
    path("accounts/<id:account_id>/close", views_acts.close, name="close"),
    path("accounts/<id:account_id>/invite", team_views.invite, name="invite"),
    path("documents/<str:token>", document, name="linked_document"),
    path("audit", audit_views.audit_trail, name="audit_trail"),
    path("audit/export.csv", audit_views.export_audit_trail, name="export_audit"),
    path("accounts/<id:account_id>/audit", audit_views.account_audit, name="audit"),
    path("accounts/<id:account_id>/reveal/<slug:what>", audit_views.reveal, name="reveal"),
    path("team", team_views.team, name="team"),
    path("team/add", team_views.add, name="team_add"),
    path("team/<int:member_id>", team_views.member, name="team_member"),
    path("team/<int:member_id>/role", team_views.change_role, name="team_role"),
    path("team/<int:member_id>/second-factor", team_views.reset_second_factor, name="team_second_factor"),
    path("team/<int:member_id>/deactivate", team_views.deactivate, name="team_deactivate"),
    path("team/<int:member_id>/reactivate", team_views.reactivate, name="team_reactivate"),
    path("team/<int:member_id>/unlock", team_views.unlock, name="team_unlock"),
    path("team/<int:member_id>/invite", team_views.invite_again, name="team_invite"),
    path("api-keys", views_keys.api_keys, name="api_keys"),
    path("api-keys/new", views_keys.new_api_key, name="new_api_key"),
    path("api-keys/<str:key_id>", views_keys.api_key, name="api_key"),
    path("api-keys/<str:key_id>/rename", views_keys.rename_key, name="rename_api_key"),
    path("api-keys/<str:key_id>/rotate", views_keys.rotate_key, name="rotate_api_key"),
    path("api-keys/<str:key_id>/revoke", views_keys.revoke_key, name="revoke_api_key"),
    path("settings", views_settings.own_settings, name="settings"),
    path("settings/allocation", views_settings.allocation_method, name="allocation_method"),
    path("settings/proposals/<int:proposal_id>", views_settings.decide_proposal, name="settings_proposal"),
    path("settings/<str:code>", views_settings.correspondent_settings, name="correspondent_settings"),
]
