#!/usr/bin/env python
"""Django's command line, with the embedded servers up for as long as the command needs them."""

import os
import sys

from brokerage.embedded import EmbeddedServerError, configured_servers


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")
    # Commands act as the owner of the tables, the relay as the processes do (decision 0006).
    os.environ["STRIKEBOOK_PROCESS"] = "relay" if sys.argv[1:2] == ["relay"] else "command"
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        with configured_servers(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (EmbeddedServerError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
