"""Codes of languages: what the client API takes (mastodon-api.md, section 3.9) and what peers write (BCP 47)."""

from __future__ import annotations

import re
from typing import Final

TWO_LETTERS: Final = frozenset(  # ISO 639-1
    re.findall(
        "[a-z]{2}",
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es"
        " et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki"
        " kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no"
        " nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sn so sq sr ss st su sv sw ta te tg"
        " th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu",
    )
)
THREE_LETTERS: Final = frozenset(  # without a code of two letters, and in use
    re.findall(
        "[a-z]{3}",
        "ast ckb cnr csb fil gsw haw jbo kab kmr kok ldn lfn moh nan nds pdc rup sco sma smj smn szl tok tlh vai xal yue zba zgh",
    )
)

_TAG: Final = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2,3}|[0-9]{3}))?((?:-[a-z0-9]{2,8}){0,3})", re.IGNORECASE)


def normalise(code: str | None) -> str | None:
    """A known language in its usual spelling (`en`, `pt-BR`, `zh-Hant-TW`, `zh-YUE`); None for all else.

    `_` is taken for `-`. The caller falls back to the language of the person, then of the site.
    """
    found = _TAG.fullmatch((code or "").strip().replace("_", "-"))
    if found is None or found[1].lower() not in TWO_LETTERS | THREE_LETTERS:
        return None
    parts = (found[1].lower(), (found[2] or "").title(), (found[3] or "").upper())
    return "-".join(filter(None, parts)) + found[4].lower()


def base(code: str) -> str:
    """The language of a code without script and region: what public feeds are filtered by."""
    return code.partition("-")[0].lower()
