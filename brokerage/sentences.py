"""What is wrong with a value, in this API's words: Django REST framework's sentences, said as all others are."""

import re

# A code says it, whatever the field is.
BY_CODE = {"required": "is required", "null": "must not be null", "blank": "must not be empty"}
BY_SENTENCE = {
    "A valid number is required.": "must be a number",
    "A valid integer is required.": "must be a whole number",
    "A valid biginteger is required.": "must be a whole number",
    "Must be a valid boolean.": "must be true or false",
    "Must be a valid UUID.": "is not a valid UUID",
    "Not a valid string.": "must be text",
    "String value too large.": "is too long",
    "Null characters are not allowed.": "must not contain a null character",
    "Enter a valid email address.": "must be an e-mail address",
    "Enter a valid URL.": "must be a URL",
    "Enter a valid IPv4 or IPv6 address.": "must be an IP address",
    "Value must be valid JSON.": "must be JSON",
    "This value does not match the required pattern.": "has the wrong form",
    "This list may not be empty.": "must not be empty",
    "This selection may not be empty.": "must not be empty",
    "This dictionary may not be empty.": "must not be empty",
    "Expected a date but got a datetime.": "must be a date such as 2026-01-31",
    "Expected a datetime but got a date.": "must be a time such as 2026-01-31T15:30:00Z",
}
BY_PATTERN = tuple(
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r'"(.*)" is not a valid choice\.', r'must be a known value, found "\1"'),
        (r"Datetime has wrong format\..*", "must be a time such as 2026-01-31T15:30:00Z"),
        (r"Date has wrong format\..*", "must be a date such as 2026-01-31"),
        (r"Time has wrong format\..*", "must be a time of day such as 15:30"),
        (r"Ensure this field has no more than (\d+) characters\.", r"must have at most \1 characters"),
        (r"Ensure this field has at least (\d+) characters\.", r"must have at least \1 characters"),
        (r"Ensure this field has no more than (\d+) elements\.", r"must have at most \1 entries"),
        (r"Ensure this field has at least (\d+) elements\.", r"must have at least \1 entries"),
        (r"Ensure this value is less than or equal to (.+)\.", r"must be at most \1"),
        (r"Ensure this value is greater than or equal to (.+)\.", r"must be at least \1"),
        (r"Ensure that there are no more than (\d+) digits in total\.", r"must have at most \1 digits"),
        (r"Ensure that there are no more than (\d+) decimal places\.", r"must have at most \1 decimal places"),
        (
            r"Ensure that there are no more than (\d+) digits before the decimal point\.",
            r"must have at most \1 digits before the decimal point",
        ),
        (r'Expected a list of items but got type ".*"\.', "must be an array"),
        (r'Expected a dictionary of items but got type ".*"\.', "must be an object"),
        (r"Invalid data\. Expected a dictionary, but got .*\.", "must be an object"),
    )
)


def in_our_words(said: str, code: str = "") -> str:
    """Answer a sentence as this API says it; one that is our own already stays as it is."""
    if code in BY_CODE:
        return BY_CODE[code]
    if said in BY_SENTENCE:
        return BY_SENTENCE[said]
    for pattern, ours in BY_PATTERN:
        found = pattern.fullmatch(said)
        if found:
            return found.expand(ours)
    return said
