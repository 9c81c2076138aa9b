"""Django REST framework's sentences never reach the wire."""

import re
from datetime import UTC, date, datetime
from itertools import chain

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brokerage.api import field_errors
from brokerage.sentences import in_our_words


class Everything(serializers.Serializer):
    number = serializers.DecimalField(max_digits=6, decimal_places=2, required=False, min_value=1, max_value=500)
    tall = serializers.DecimalField(max_digits=6, decimal_places=2, required=False)
    whole = serializers.IntegerField(required=False, min_value=1, max_value=9)
    yes = serializers.BooleanField(required=False)
    id = serializers.UUIDField(required=False)
    text = serializers.CharField(required=False, min_length=2, max_length=4)
    choice = serializers.ChoiceField(["a", "b"], required=False)
    choices = serializers.MultipleChoiceField(choices=["a", "b"], required=False, allow_empty=False)
    day = serializers.DateField(required=False)
    at = serializers.DateTimeField(required=False)
    time = serializers.TimeField(required=False)
    texts = serializers.ListField(required=False, allow_empty=False, min_length=2, max_length=3)
    facts = serializers.DictField(required=False, allow_empty=False)
    email = serializers.EmailField(required=False)
    url = serializers.URLField(required=False)
    address = serializers.IPAddressField(required=False)


SAID = [
    ({"number": "a lot"}, "must be a number"),
    ({"number": "1" * 1_001}, "is too long"),
    ({"number": "0"}, "must be at least 1"),
    ({"number": "501"}, "must be at most 500"),
    ({"number": "1.234"}, "must have at most 2 decimal places"),
    ({"tall": "12345"}, "must have at most 4 digits before the decimal point"),
    ({"tall": "12345.67"}, "must have at most 6 digits"),
    ({"whole": "x"}, "must be a whole number"),
    ({"whole": 0}, "must be at least 1"),
    ({"whole": 10}, "must be at most 9"),
    ({"yes": "perhaps"}, "must be true or false"),
    ({"id": "x"}, "is not a valid UUID"),
    ({"text": []}, "must be text"),
    ({"text": "a"}, "must have at least 2 characters"),
    ({"text": "abcde"}, "must have at most 4 characters"),
    ({"text": "ab\0"}, "must not contain a null character"),
    ({"text": ""}, "must not be empty"),
    ({"text": None}, "must not be null"),
    ({"choice": "c"}, 'must be a known value, found "c"'),
    ({"choices": ["c"]}, 'must be a known value, found "c"'),
    ({"choices": []}, "must not be empty"),
    ({"choices": "a"}, "must be an array"),
    ({"day": "tomorrow"}, "must be a date such as 2026-01-31"),
    ({"day": datetime(2026, 1, 31, tzinfo=UTC)}, "must be a date such as 2026-01-31"),
    ({"at": "noon"}, "must be a time such as 2026-01-31T15:30:00Z"),
    ({"at": date(2026, 1, 31)}, "must be a time such as 2026-01-31T15:30:00Z"),
    ({"time": "noon"}, "must be a time of day such as 15:30"),
    ({"texts": []}, "must not be empty"),
    ({"texts": ["a"]}, "must have at least 2 entries"),
    ({"texts": ["a"] * 4}, "must have at most 3 entries"),
    ({"texts": "a"}, "must be an array"),
    ({"facts": {}}, "must not be empty"),
    ({"facts": []}, "must be an object"),
    ({"email": "x"}, "must be an e-mail address"),
    ({"url": "x"}, "must be a URL"),
    ({"address": "x"}, "must be an IP address"),
]


@pytest.mark.parametrize(("given", "said"), SAID, ids=str)
def test_what_is_wrong_is_said_in_our_words(given, said):
    with pytest.raises(ValidationError) as refused:
        Everything(data=given).is_valid(raise_exception=True)

    assert next(chain.from_iterable(field_errors(refused.value.detail).values())) == said


def test_a_sentence_of_our_own_stays_as_it_is():
    for own in ("must be in dollars and whole cents", "is not one of ours.", 'a "choice" of words'):
        assert in_our_words(own, "invalid") == own


def test_no_sentence_of_ours_begins_as_theirs_do():
    theirs = re.compile(r"[A-Z].*\.$")

    assert not [said for _, said in SAID if theirs.match(said)]
