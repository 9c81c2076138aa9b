"""What a mail provider posts to us becomes a message to review; django-anymail reads each provider's form."""

from typing import Any

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, inbound

from accounts.services.users import system_user
from brokerage import clock
from brokerage.database_session import everybody
from trading.services.messages import receive_message


def connect() -> None:
    """Receive what any provider posts, from now on."""
    inbound.connect(keep_inbound, dispatch_uid="trading.mailbox.webhook")


def disconnect() -> None:
    """Receive nothing more by this door."""
    inbound.disconnect(dispatch_uid="trading.mailbox.webhook")


def keep_inbound(sender: Any, event: AnymailInboundEvent, **said: Any) -> None:
    """Keep a mail as the provider received it; when that was, where it says so, counts."""
    message: AnymailInboundMessage = event.message
    received_at = clock.now()
    if event.timestamp is not None:
        received_at = min(clock.setting().at(event.timestamp), received_at)
    with everybody():  # no one signed in: the provider's secret was checked
        receive_message(
            actor=system_user(),
            raw=message.as_bytes(),
            received_at=received_at,
            recipient=message.envelope_recipient or "",
        )
