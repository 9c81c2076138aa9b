"""The pages of those who decide: the queue, one request, and the levels under review."""

from django.urls import path

from options import views_queue, views_request, views_reviews

urlpatterns = [
    path("options/queue", views_queue.queue, name="queue"),
    path("options/queue/count", views_queue.queue_count, name="queue_count"),
    path("options/queue/claim", views_queue.claim_many, name="claim_many"),
    path("options/queue/reject", views_queue.reject_many, name="reject_many"),
    path("options/requests/<id:application_id>", views_request.request_page, name="request"),
    path("options/requests/<id:application_id>/claim", views_request.claim, name="claim"),
    path("options/requests/<id:application_id>/release", views_request.release, name="release"),
    path("options/requests/<id:application_id>/assign", views_request.assign, name="assign"),
    path("options/requests/<id:application_id>/reopen", views_request.reopen, name="reopen"),
    path("options/reviews", views_reviews.reviews, name="reviews"),
    path("options/reviews/<id:review_id>", views_reviews.review, name="review"),
    path("accounts/<id:account_id>/options/review", views_reviews.open_review, name="open_review"),
]
