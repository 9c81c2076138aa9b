"""Paths of market data: of options below `/v1beta1/`, of shares below `/v2/`."""

from django.urls import path

from options.api import data_views, stock_views

option_paths = [
    path("options/quotes/latest", data_views.LatestQuotes.as_view()),
    path("options/trades/latest", data_views.LatestTrades.as_view()),
    path("options/trades", data_views.Trades.as_view()),
    path("options/bars", data_views.Bars.as_view()),
    path("options/snapshots", data_views.Snapshots.as_view()),
    path("options/snapshots/<str:underlying_symbol>", data_views.Chain.as_view()),
    path("options/meta/exchanges", data_views.Exchanges.as_view()),
    path("options/meta/conditions/<str:ticktype>", data_views.Conditions.as_view()),
]
stock_paths = [
    path("stocks/quotes/latest", stock_views.LatestQuotes.as_view()),
    path("stocks/trades/latest", stock_views.LatestTrades.as_view()),
    path("stocks/bars/latest", stock_views.LatestBars.as_view()),
    path("stocks/snapshots", stock_views.Snapshots.as_view()),
    path("stocks/trades", stock_views.Trades.as_view()),
    path("stocks/quotes", stock_views.Quotes.as_view()),
    path("stocks/bars", stock_views.Bars.as_view()),
    path("stocks/<str:symbol>/quotes/latest", stock_views.LatestQuotes.as_view()),
    path("stocks/<str:symbol>/trades/latest", stock_views.LatestTrades.as_view()),
    path("stocks/<str:symbol>/bars/latest", stock_views.LatestBars.as_view()),
]
