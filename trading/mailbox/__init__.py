"""How messages come in: a sandbox SMTP intake, a polled IMAP mailbox, a mail provider's webhook. Each ends in
`trading/services/messages.py: receive_message`."""
