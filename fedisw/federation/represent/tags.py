"""What stands in `tag`: people, topics, custom emoji."""

from __future__ import annotations

from fedisw.federation.represent.here import Here
from fedisw.model import accounts
from fedisw.model.views import TagView
from fedisw.vocab.tags import Emoji, Hashtag, Mention


def mention(account: accounts.Account, here: Here) -> Mention:
    """Somebody whom a text names."""
    return Mention(href=account.uri, name=here.handle(account))


def hashtag(tag: TagView, here: Here) -> Hashtag:
    """A topic, as it was first written."""
    return Hashtag(name=tag.display, href=here.tag(tag.name))


def emoji(item: accounts.Emoji) -> Emoji:
    """A custom emoji."""
    return Emoji(shortcode=item.shortcode, url=item.url)
