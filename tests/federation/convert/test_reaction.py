"""What a Like or EmojiReact says."""

from __future__ import annotations

import pytest

from fedisw.federation.convert.reaction import reaction_of
from fedisw.vocab.activities import Like
from fedisw.vocab.tags import Emoji

CAT = Emoji(shortcode="cat", url="https://beta.test/cat.png")


@pytest.mark.parametrize(
    ("content", "emoji", "said"),
    [
        ("", None, ("", "")),
        ("🌱", None, ("🌱", "")),
        (" ❤️ ", None, ("❤️", "")),
        ("👩‍👩‍👧", None, ("👩‍👩‍👧", "")),
        (":cat:", CAT, (":cat:", CAT.url)),
        (":cat@gamma.test:", None, (":cat:", "")),
        (":cat", CAT, ("", "")),
        ("🌱🌱", None, ("", "")),
        ("Nonsense", None, ("", "")),
        (":<script>:", None, ("", "")),
    ],
)
def test_a_reaction_is_one_emoji_and_anything_else_a_plain_like(content: str, emoji: Emoji | None, said: tuple[str, str]):
    like = Like(
        id=None, actor="https://beta.test/users/ben", object="https://home.test/ap/objects/1", content=content, emoji=emoji
    )
    assert reaction_of(like) == said
