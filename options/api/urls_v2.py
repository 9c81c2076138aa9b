"""Paths of the options side that a trading client calls, below `/v2/` (and `/v1/`)."""

from django.urls import path

from options.api.views import AssetDetail, AssetList, ContractDetail, ContractList

urlpatterns = [
    path("options/contracts", ContractList.as_view()),
    path("options/contracts/<str:symbol_or_id>", ContractDetail.as_view()),
    path("assets", AssetList.as_view()),
    path("assets/<str:symbol_or_id>", AssetDetail.as_view()),
]
