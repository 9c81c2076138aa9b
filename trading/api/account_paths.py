"""What is about one account: below `/v1/trading/accounts/{id}/` for whoever names it, below `/v2/` for its own key.

The same views stand at both. Static segments stand before identifiers.
"""

from django.urls import URLPattern, path

from accounts.api.views import AccountConfigurations
from brokerage.scopes import Admits
from trading.api import do_not_exercise, estimation, exercise, history, holds, refusals, views, watchlists
from trading.api.views import AccountView

ACCOUNT_PATHS: tuple[tuple[str, type[AccountView]], ...] = (
    ("account", views.TradingAccount),
    ("account/holds", holds.HoldList),
    ("account/portfolio/history", history.PortfolioHistory),
    ("do-not-exercise", do_not_exercise.DoNotExerciseList),
    ("orders", views.OrderList),
    ("orders:by_client_order_id", views.OrderByClientId),
    ("orders/estimation", estimation.OrderEstimation),
    ("orders/<str:order_id>", views.OrderDetail),
    ("positions", views.PositionList),
    ("positions/<str:symbol_or_id>", views.PositionDetail),
    ("positions/<str:symbol_or_id>/exercise", exercise.PositionExercise),
    ("positions/<str:symbol_or_id>/do-not-exercise", do_not_exercise.PositionDoNotExercise),
    ("refusals", refusals.AccountRefusals),
    ("watchlists", watchlists.WatchlistList),
    ("watchlists/<id:watchlist_id>", watchlists.WatchlistDetail),
    ("watchlists/<id:watchlist_id>/<str:symbol>", watchlists.WatchlistMember),
)


def of_an_account() -> list[URLPattern]:
    """Answer the paths of the account that the path names."""
    return [path(f"trading/accounts/<id:account_id>/{route}", view.as_view()) for route, view in ACCOUNT_PATHS]


def of_the_keys_account() -> list[URLPattern]:
    """Answer the paths of the account that the key belongs to."""
    own = {"admits": Admits.ACCOUNTS}
    others = [
        path("account/configurations", AccountConfigurations.as_view(**own)),
        path("account/activities", views.ActivityList.as_view(**own)),
        path("account/activities/<str:activity_type>", views.ActivityList.as_view(**own)),
    ]
    return others + [path(route, view.as_view(**own)) for route, view in ACCOUNT_PATHS]
