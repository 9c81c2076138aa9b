"""What comes after the trade: instructions, assignments, expirations, the ledger."""

from django.urls import path

from accounts.saved_lists import routes_of
from trading import (
    views_assignments,
    views_closing_prices,
    views_exercise,
    views_expiring,
    views_instructions,
    views_ledger,
    views_messages,
    views_notices,
    views_reconciliation,
)

urlpatterns = [
    path("accounts/<id:account_id>/positions/<str:symbol>/exercise", views_exercise.exercise, name="exercise"),
    *routes_of(views_expiring.LIST),
    path("expiring", views_expiring.expiring, name="expiring"),
    path("expiring/board", views_expiring.board, name="expiring_board"),
    path("expiring/range", views_expiring.price_range, name="expiring_range"),
    path("expiring/<str:expiration_date>/prices", views_closing_prices.closing_prices, name="closing_prices"),
    path("expiring/tell", views_expiring.tell, name="expiring_tell"),
    *routes_of(views_ledger.KEPT),
    path("ledger", views_ledger.ledger, name="ledger"),
    path("ledger/totals", views_ledger.ledger_totals, name="ledger_totals"),
    path("ledger/transactions/<id:transaction_id>", views_ledger.ledger_transaction, name="ledger_transaction"),
    path("reconciliation", views_reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/run", views_reconciliation.reconcile_now, name="reconcile_now"),
    path(
        "reconciliation/breaks/<int:break_id>", views_reconciliation.reconciliation_break, name="reconciliation_break"
    ),
    *routes_of(views_assignments.KEPT),
    path("assignments", views_assignments.assignments, name="assignments"),
    path("assignments/how", views_assignments.how_allocated, name="how_allocated"),
    path("assignments/import", views_notices.import_notices, name="import_notices"),
    path("assignments/notices", views_notices.notices, name="notices"),
    path("assignments/notices/<id:notice_id>", views_notices.notice, name="notice"),
    path("assignments/notices/<id:notice_id>/paper.json", views_notices.work_paper, name="work_paper"),
    path("assignments/<id:assignment_id>", views_assignments.assignment, name="assignment"),
    path(
        "accounts/<id:account_id>/assignments",
        views_assignments.account_assignments,
        name="account_assignments",
    ),
    path(
        "accounts/<id:account_id>/positions/<str:symbol>/do-not-exercise",
        views_instructions.do_not_exercise,
        name="do_not_exercise",
    ),
    *routes_of(views_instructions.KEPT),
    path("instructions", views_instructions.instructions, name="instructions"),
    path("instructions/messages", views_messages.message_list, name="messages"),
    path("instructions/messages/<id:message_id>", views_messages.message, name="message"),
    path("instructions/messages/<id:message_id>/raw", views_messages.message_raw, name="message_raw"),
    path("instructions/<id:instruction_id>", views_instructions.instruction, name="instruction"),
]
