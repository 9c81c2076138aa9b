"""What happens to orders, positions and activities that is refused. Each reason is listed in `docs/errors.md`."""

from brokerage.errors import InvalidInput, InvalidParameter, NotFound, Refused, StateConflict


class OrderNotFound(NotFound):
    """No such order in this account."""

    reason = "order_not_found"
    message = "order not found for {order_id}"


class OrderAlreadyFinal(StateConflict):
    """The order has ended: it cannot be cancelled or filled any more."""

    reason = "order_already_final"
    message = 'order is already in "{status}" state'


class OrderMoveImpossible(StateConflict):
    """The table of order states has no such move."""

    reason = "order_move_impossible"
    message = 'order in "{status}" state cannot become "{to}"'


class OrderNotReplaceable(StateConflict):
    """Only an order that works at its venue can be replaced."""

    reason = "order_not_replaceable"
    message = "cannot replace order in {status} status"


class OrderAlreadyReplaced(StateConflict):
    """The order has been replaced: its successor can be."""

    reason = "order_already_replaced"
    message = "order already replaced"
    beside = ("replaced_by",)


class OrderUnchanged(StateConflict):
    """A replacement that would change nothing but the client's id."""

    reason = "order_unchanged"
    message = "order parameters are not changed"


class QuantityAlreadyFilled(StateConflict):
    """A replacement for no more than what has been filled."""

    reason = "quantity_already_filled"
    message = "qty must be > filled_qty"
    field = "qty"


class WashTrade(Refused):
    """An open order of the same account stands on the other side and could trade with this one."""

    reason = "wash_trade"
    message = "potential wash trade detected. use complex orders"
    beside = ("existing_order_id", "reject_reason")


class FillTooLarge(StateConflict):
    """An execution of more than is left of the order."""

    reason = "fill_too_large"
    message = "execution of {quantity} exceeds the {remaining} left to fill"


class ExecutionNotFound(NotFound):
    """A bust or correction of an execution that is not posted, or not here: after its fill it is told again."""

    reason = "execution_not_found"
    message = "execution not found for {execution_id}"


class ExecutionTakenBack(StateConflict):
    """A bust or correction of an execution that another report has taken back."""

    reason = "execution_taken_back"
    message = "execution {execution_id} was taken back before"


class FillBeyondMeans(Refused):
    """The price moved so far that the account cannot pay or secure the execution: the paper venue lets go of it."""

    reason = "fill_beyond_means"
    message = "execution needs {needed} beyond what the order holds, and {available} is free"


class PositionNotFound(NotFound):
    """The account holds nothing of it."""

    reason = "position_not_found"
    message = "position does not exist"


class PartInvalid(InvalidInput):
    """Which part of a position to close cannot be told."""

    reason = "part_invalid"


class InvalidActivityType(InvalidParameter):
    """An activity type that does not exist."""

    reason = "invalid_activity_type"
    message = "invalid activity type: {activity_type}"
    field = "activity_types"
