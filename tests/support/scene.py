"""A small town of sample people and posts, for pictures of our pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.media.store import MediaStore
from fedisw.model.accounts import Account, Field, Picture, Role
from fedisw.model.media import Media, MediaKind
from fedisw.model.statuses import PollDraft, Status, Visibility
from fedisw.services import interactions
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import feeds, media, users
from tests.support import factories as make

Colour = tuple[int, int, int]
SUNSET: tuple[Colour, Colour] = ((244, 178, 122), (92, 61, 110))
GARDEN: tuple[Colour, Colour] = ((196, 222, 160), (28, 92, 74))
MORNING: tuple[Colour, Colour] = ((252, 226, 196), (84, 140, 160))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who and what there is to visit."""

    amara: Account
    remote: Account
    post: Status


async def furnish(db: Database, store: MediaStore, *, now: datetime) -> Scene:
    """Fill an empty database and store."""
    keys = {}
    for name, (sky, ground), size in (
        ("cover", SUNSET, (1500, 500)),
        ("face", MORNING, (400, 400)),
        ("garden", GARDEN, (1200, 800)),
        ("street", SUNSET, (900, 900)),
    ):
        keys[name] = new_key(Kind.JPEG)
        await store.put(keys[name], _picture(sky, ground, size))
    return await db.write(_people, keys=keys, now=now)


def _picture(sky: Colour, ground: Colour, size: tuple[int, int]) -> bytes:
    """Hills under a sky."""
    width, height = size
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for y in range(height):
        share = y / height
        draw.line([(0, y), (width, y)], fill=tuple(round(a + (b - a) * share * 0.5) for a, b in zip(sky, ground, strict=True)))
    draw.ellipse([width * 0.62, height * 0.16, width * 0.62 + height * 0.2, height * 0.36], fill=(255, 240, 214))
    for step, share in enumerate((0.0, 0.35, 0.7)):
        top = height * (0.55 + 0.13 * step)
        shade = tuple(round(a + (b - a) * (0.55 + share * 0.5)) for a, b in zip(sky, ground, strict=True))
        draw.ellipse([width * (-0.3 + 0.35 * step), top, width * (0.75 + 0.35 * step), top + height * 1.2], fill=shade)
    out = BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _people(tx: Tx, *, keys: dict[str, str], now: datetime) -> Scene:
    website = Field(
        name="Website", value='<a href="https://amara.example" rel="me nofollow noopener noreferrer">amara.example</a>',
        verified_at=now - timedelta(days=9),
    )  # fmt: skip
    amara = make.put_account(
        tx,
        "amara",
        display_name="Amara Okafor",
        note="<p>School social worker in the north of the city. Field educator, runner, maker of too much soup.</p>"
        "<p>Here to talk about practice and to keep learning.</p>",
        fields=(
            website,
            Field(name="Practice areas", value="Schools, families, loss"),
            Field(name="Languages", value="English, Igbo"),
        ),
        header=Picture(key=keys["cover"], description="Hills in the evening"),
        avatar=Picture(key=keys["face"]),
        approves_followers=True,
        indexable=True,
        created_at=now - timedelta(days=412),
    )
    users.replace(tx, replace(users.get(tx, amara.id), role=Role.OWNER))
    ben = make.put_account(tx, "ben", display_name="Ben Ortiz", indexable=True)
    chidi = make.put_account(tx, "chidi_r", display_name="Chidi R., LCSW", indexable=True)
    circulo = make.put_account(tx, "supervision", display_name="Círculo de supervisión", indexable=True)
    dana = make.put_account(tx, "dana", "school-social-workers.example", display_name="Dana Nguyen")
    for follower in (ben, chidi, circulo, dana):
        make.put_follow(tx, follower, amara)
        make.put_follow(tx, amara, follower)
    posts = _posts(tx, amara, ben, chidi, circulo, dana, keys=keys, now=now)
    for status in posts:
        feeds.add_own(tx, account_id=amara.id, status_id=status.id)
    return Scene(amara=amara, remote=dana, post=posts[-2])


def _posts(
    tx: Tx, amara: Account, ben: Account, chidi: Account, circulo: Account, dana: Account, *, keys: dict[str, str], now: datetime
) -> list[Status]:
    def at(hours: float) -> datetime:
        return now - timedelta(hours=hours)

    garden = _attach(tx, amara, [(keys["garden"], "Raised beds behind the school, full of beans", (1200, 800))])
    street = _attach(tx, ben, [(keys["street"], "A street at dusk", (900, 900)), (keys["garden"], "A garden", (1200, 800))])
    posts = [
        make.post(tx, amara, "The garden behind the school has beans, and the children have opinions on beans.",
                  media_ids=garden, now=at(75)),
        make.post(tx, circulo, "Próxima sesión de intervisión: martes a las 18:00. Traed preguntas, y ningún dato que permita "
                  "reconocer a nadie.", language="es", visibility=Visibility.UNLISTED, now=at(52)),
        make.receive(tx, dana, "Our district counts caseloads openly now. It took four years and one patient union.", now=at(30)),
        make.post(tx, ben, "Outreach walk, before and after the rain.", media_ids=street, now=at(27)),
        make.post(tx, chidi, "Training on trauma-informed schools: free, online, 4 December. The recording stays for a month.",
                  spoiler_text="Trauma, violence (no details)", sensitive=True, now=at(9)),
        make.post(tx, ben, "How is supervision organised where you work?", now=at(6),
                  poll=PollDraft(options=("Weekly, one to one", "In a group", "When there is time (so: never)"),
                                 expires_at=now + timedelta(days=2))),
        make.post(tx, ben, "Who has the key of the meeting room?", local_only=True, now=at(3)),
    ]  # fmt: skip
    question = make.post(
        tx, amara, "First week with a student in field placement. What are the <em>three</em> things you wish somebody had told "
        'you about supervising?</p><p>I start: silence is a tool, and so is coffee. <a href="/tags/fieldeducation" '
        'class="mention hashtag" rel="tag">#<span>FieldEducation</span></a>', tags=("FieldEducation",), now=at(0.4),
    )  # fmt: skip
    first = make.post(tx, ben, "Ask <em>them</em> what they want to learn. Every week.", in_reply_to_id=question.id, now=at(0.3))
    second = make.post(tx, amara, "That is the fourth thing!", in_reply_to_id=first.id, now=at(0.25))
    make.post(tx, chidi, "And write the agenda together, then throw it away.", in_reply_to_id=second.id, now=at(0.2))
    make.post(tx, chidi, "Coffee, yes. Also: say what you do not know.", in_reply_to_id=question.id, now=at(0.1))
    for number, who in enumerate((ben, chidi, circulo)):
        for status in [*posts[number:], question]:
            if not status.local_only and status.account_id != who.id:
                interactions.favourite(
                    tx, account=who, status_id=status.id, uri=f"{who.uri}#{status.id}", favourite_id=make.new_id(), now=now
                )
    return [*posts, question, first]


def _attach(tx: Tx, author: Account, files: list[tuple[str, str, tuple[int, int]]]) -> tuple[int, ...]:
    ids = []
    for key, description, (width, height) in files:
        item = Media(
            id=make.new_id(), account_id=author.id, kind=MediaKind.IMAGE, media_type="image/jpeg", key=key, preview_key=key,
            description=description, width=width, height=height, preview_width=width, preview_height=height, created_at=make.NOW,
        )  # fmt: skip
        media.add(tx, item)
        ids.append(item.id)
    return tuple(ids)


def _like(tx: Tx, who: Account, status: Status) -> None:
    number = make.new_id()
    uri = f"{who.uri}#likes/{number}"
    interactions.favourite(tx, account=who, status_id=status.id, uri=uri, favourite_id=number, now=make.NOW)
