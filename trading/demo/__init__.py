"""The demo book: what a sandbox shows to somebody who has just started it."""
