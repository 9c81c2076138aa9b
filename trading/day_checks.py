"""What must be true besides the arithmetic: of assignments, expirations, contracts and prices (RC-3 to RC-9)."""

ASSIGNMENTS_ADD_UP = """
    SELECT NULL::uuid, asset.symbol, coalesce(sum(fell.quantity), 0), notice.quantity
    FROM trading_assignmentnotice AS notice
    JOIN options_asset AS asset ON asset.id = notice.asset_id
    LEFT JOIN trading_assignment AS fell ON fell.notice_id = notice.id
    GROUP BY notice.id, asset.symbol
    HAVING coalesce(sum(fell.quantity), 0) <> notice.quantity
"""
# What was to be posted before the open and is not (domain rules AS-7, RC-3).
ASSIGNMENTS_ARE_POSTED = """
    SELECT fell.account_id, asset.symbol, 0, fell.quantity
    FROM trading_assignment AS fell
    JOIN trading_assignmentnotice AS notice ON notice.id = fell.notice_id
    JOIN options_asset AS asset ON asset.id = fell.asset_id
    WHERE fell.posted_at IS NULL AND notice.received_at < %(since)s
"""
# By the morning after: until the instruction cut-off, and where the clearing file decides, they may be held (RC-8).
EXPIRED_CONTRACTS_ARE_GONE = """
    SELECT held.account_id, asset.symbol, held.quantity, 0
    FROM options_optioncontract AS terms
    JOIN trading_position AS held ON held.asset_id = terms.asset_id AND held.quantity <> 0
    JOIN options_asset AS asset ON asset.id = held.asset_id
    WHERE terms.expiration_date < %(opened)s
"""
EXPIRED_CONTRACTS_ARE_INACTIVE = """
    SELECT NULL::uuid, asset.symbol, 1, 0
    FROM options_optioncontract AS terms
    JOIN options_asset AS asset ON asset.id = terms.asset_id
    WHERE terms.retired_at IS NULL AND asset.status = 'active' AND terms.expiration_date < %(today)s
"""
CLOSES_WERE_PRICED = """
    SELECT account_id, 'prices', unpriced_positions, 0
    FROM trading_closingbalance
    WHERE unpriced_positions > 0 AND date = (SELECT max(date) FROM trading_closingbalance)
"""
FEES_ARE_BOOKED = """
    SELECT account_id, kind, 0, exact_amount
    FROM trading_accruedfee
    WHERE booked_by_id IS NULL AND exact_amount <> 0 AND trade_date < %(today)s
"""
DAY_CHECKS = {
    "assignments add up to their notices": ASSIGNMENTS_ADD_UP,
    "assignments are posted": ASSIGNMENTS_ARE_POSTED,
    "expired contracts are held by nobody": EXPIRED_CONTRACTS_ARE_GONE,
    "expired contracts are inactive": EXPIRED_CONTRACTS_ARE_INACTIVE,
    "every position was priced at the last close": CLOSES_WERE_PRICED,
    "fees of earlier days are booked": FEES_ARE_BOOKED,
}
