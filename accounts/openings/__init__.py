"""Opening an account in the browser: the steps, what was entered in them, and what it comes to."""
