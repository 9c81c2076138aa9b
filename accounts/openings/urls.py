"""The pages of opening an account, under `/openings` and in the namespace of the account side."""

from django.urls import path

from accounts.openings import closing_views, views

urlpatterns = [
    path("", views.drafts, name="drafts"),
    path("/<id:draft_id>", views.draft, name="draft"),
    path("/<id:draft_id>/documents", closing_views.documents, name="draft_documents"),
    path("/<id:draft_id>/documents/<id:document_id>", closing_views.document, name="draft_document"),
    path("/<id:draft_id>/review", closing_views.review, name="draft_review"),
    path("/<id:draft_id>/discard", views.discard, name="draft_discard"),
    path("/<id:draft_id>/<slug:step>", views.fill_in, name="draft_step"),
    path("/<id:draft_id>/<slug:step>/check", views.check, name="draft_check"),
]
