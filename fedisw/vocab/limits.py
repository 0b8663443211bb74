"""Ceilings of what is read from a remote document (security, section 10; federation, appendix B).

Counts unless a unit is named. Over a ceiling the rest is ignored, a text is cut, a URL or a poll is dropped.
"""

from __future__ import annotations

RECIPIENTS = 500  # looked at in each of `to`, `cc`, `audience`
TAGS = 200  # looked at
MENTIONS = 50  # acted on
HASHTAGS = 50
EMOJIS = 100  # an object
ATTACHMENTS = 32
POLL_OPTIONS = 20  # over it the poll is dropped
POLL_OPTION_TEXT = 500  # characters
SUMMARY = 5_000  # characters
DISPLAY_NAME = 500  # characters
BIO = 20_000  # characters
FIELDS = 50
FIELD_TEXT = 2_000  # characters
USERNAME = 2_048  # characters
KEYS = 10  # an actor
KEY_TEXT = 16_384  # characters; an 8192-bit key in PEM needs 1,500
ALIASES = 256
ATTRIBUTION_DOMAINS = 256
IMPLEMENTS = 50
POLICY_ENTRIES = 100
OBJECTS = 50  # in one activity
FLAG_COMMENT = 10_000  # characters
REASON = 5_000  # characters
REACTION = 200  # characters
LANGUAGES = 50
LINKS = 100  # in one `url`
ITEMS = 1_000  # in one collection document
SHORT_TEXT = 500  # characters; names of media, places, software and the like
SOURCE = 200_000  # characters
JRD_LINKS = 200
NESTED_ACTIVITIES = 3  # an activity in an activity in an activity; deeper ones count as their id
