from __future__ import annotations

import pytest

from fedisw.media.keys import Area, check_key, new_key, remote_key
from fedisw.media.probe import Kind
from fedisw.model.errors import NotFound

NAME = "abcdef0123456789abcdef0123456789"


def test_a_name_is_128_random_bits_and_our_extension() -> None:
    key = new_key(Kind.JPEG, random=lambda count: bytes(range(count)))

    assert key == "local/00/01/000102030405060708090a0b0c0d0e0f.jpg"
    assert check_key(key) == (Area.LOCAL, Kind.JPEG)
    assert new_key(Kind.JPEG) != new_key(Kind.JPEG)


def test_the_name_of_a_remote_copy_says_nothing_without_the_secret() -> None:
    url = "https://other.example/../../etc/passwd?x=<script>.svg"
    key = remote_key(url, Kind.WEBP, part="preview", secret=b"s" * 16)

    assert check_key(key) == (Area.REMOTE, Kind.WEBP)
    assert remote_key(url, Kind.WEBP, part="preview", secret=b"s" * 16) == key
    assert remote_key(url, Kind.WEBP, part="preview", secret=b"t" * 16) != key
    assert remote_key(url, Kind.WEBP, part="original", secret=b"s" * 16) != key
    assert remote_key(url + "2", Kind.WEBP, part="preview", secret=b"s" * 16) != key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../secrets.toml",
        f"local/ab/cd/../{NAME}.jpg",
        f"/local/ab/cd/{NAME}.jpg",
        f"local/ab/cd/{NAME}.jpg\n",
        f"local/ab/cd/{NAME}.jpg/",
        f"local/ab/cd/{NAME}.svg",
        f"local/ab/cd/{NAME}.html",
        f"local/ab/cd/{NAME}.JPG",
        f"local/ab/cd/{NAME.upper()}.jpg",
        f"local/xx/cd/{NAME}.jpg",
        f"local/ab/00/{NAME}.jpg",
        f"tmp/ab/cd/{NAME}.jpg",
        f"local/ab/cd/{NAME}",
        f"local/ab/cd/{NAME}\0.jpg",
        f"local\\ab\\cd\\{NAME}.jpg",
    ],
)
def test_what_is_not_one_of_our_names_is_not_found(key: str) -> None:
    with pytest.raises(NotFound):
        check_key(key)
