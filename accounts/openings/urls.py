"""The pages of opening an account, under `/openings` and in the namespace of the account side."""

from django.urls import path

from accounts.openings import closing_views, views

urlpatterns = [
    path("", views.drafts, name="drafts"),
    path("/<uuid:draft_id>", views.draft, name="draft"),
    path("/<uuid:draft_id>/documents", closing_views.documents, name="draft_documents"),
    path("/<uuid:draft_id>/documents/<uuid:document_id>", closing_views.document, name="draft_document"),
    path("/<uuid:draft_id>/review", closing_views.review, name="draft_review"),
    path("/<uuid:draft_id>/discard", views.discard, name="draft_discard"),
    path("/<uuid:draft_id>/<slug:step>", views.fill_in, name="draft_step"),
    path("/<uuid:draft_id>/<slug:step>/check", views.check, name="draft_check"),
]
