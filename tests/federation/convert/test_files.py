"""The files of films, sounds and pictures."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.federation.convert.files import media_of
from fedisw.vocab.objects import parse_note


def film(height: int, kind: str = "video/mp4") -> dict[str, Any]:
    return {"type": "Link", "mediaType": kind, "href": f"https://beta.test/{height}.{kind[-3:]}", "height": height}


def files(**members: Any) -> list[str]:
    base = {"id": "https://beta.test/videos/1", "type": "Video", "attributedTo": "https://beta.test/users/ben"}
    return [file.remote_url.removeprefix("https://beta.test/") for file in media_of(parse_note(base | members))]


@pytest.mark.parametrize(
    ("offered", "best"),
    [
        ([film(240), film(720), film(1080)], ["720.mp4"]),
        ([film(1440), film(1080)], ["1080.mp4"]),
        ([film(720, "video/ogg"), film(360)], ["360.mp4"]),
        ([film(720, "video/ogg")], ["720.ogg"]),
        (
            [{"type": "Link", "mediaType": "application/x-mpegURL", "href": "https://beta.test/all", "tag": [film(480)]}],
            ["480.mp4"],
        ),
        ([{"type": "Link", "mediaType": "text/html", "href": "https://beta.test/page"}], []),
    ],
)
def test_of_a_film_in_several_sizes_one_is_shown(offered: list[dict[str, Any]], best: list[str]):
    assert files(url=offered) == best


def test_a_film_has_a_still_picture():
    icons = [{"type": "Image", "url": "https://beta.test/still.jpg", "mediaType": "image/jpeg"}]
    base = {"id": "https://beta.test/videos/1", "type": "Video", "attributedTo": "https://beta.test/users/ben"}
    (file,) = media_of(parse_note(base | {"url": [film(480)], "icon": icons}))
    assert file.thumbnail == "https://beta.test/still.jpg"
