"""The system's Chromium: where it is, and how it is started."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_chromium() -> str | None:
    """Answer the path of a browser; None where none is found."""
    return next(filter(None, map(shutil.which, NAMES)), None)
