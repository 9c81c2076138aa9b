"""What was refused, as pages say it."""

from django import template

from trading.refusal_words import plain_words

register = template.Library()
register.filter("plain_words", plain_words)
