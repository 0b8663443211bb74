"""The style sheet: nothing from elsewhere, contrast of WCAG 2.2 AA in light and dark."""

from __future__ import annotations

import re

import pytest

from fedisw.web.assets import assets

CSS = assets().by_name["site.css"].body.decode()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in CSS.split("@media (prefers-color-scheme: dark)", 1)
)
SCHEMES = {"light": LIGHT, "dark": LIGHT | DARK}
TEXT = 4.5
GRAPHICS = 3.0  # edges of fields, focus rings
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-soft") for ground in ("paper", "card", "sunk", "pine-wash", "clay-wash")],
    *[(ink, ground, TEXT) for ink in ("pine", "pine-deep") for ground in ("paper", "card", "pine-wash")],
    *[("clay", ground, TEXT) for ground in ("paper", "card", "clay-wash")],
    ("on-pine", "pine", TEXT),
    ("on-pine", "pine-deep", TEXT),
    ("plum", "card", TEXT),
    *[("focus", ground, GRAPHICS) for ground in ("paper", "card")],
    *[("line-strong", ground, GRAPHICS) for ground in ("paper", "card")],
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_words_stand_out_from_their_ground(scheme: str, ink: str, ground: str, least: float) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[ink], colours[ground]) >= least


def test_letters_in_place_of_a_face_can_be_read() -> None:
    tints = re.findall(r"\.tint-\d \{\s+background: (#\w{6});\s+color: (#\w{6});", CSS)
    assert len(tints) == 5
    assert all(contrast(ground, ink) >= TEXT for ground, ink in tints)


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert "@import" not in CSS
    assert "url(" not in CSS
    assert "http" not in CSS


def test_motion_is_only_for_those_who_did_not_ask_for_rest() -> None:
    before, after = CSS.split("@media (prefers-reduced-motion: no-preference)")
    assert "transition" not in before
    assert "animation" not in before
    assert "transition" in after


def test_addresses_change_with_the_content_and_only_then() -> None:
    for name, asset in assets().by_name.items():
        stem, _, ending = name.rpartition(".")
        assert re.fullmatch(rf"/static/{stem}\.[0-9a-f]{{12}}\.{ending}", asset.path)
    assert len(assets().by_address) == len(assets().by_name)
