"""One description for each software: how its servers write what a person there does, and what they insist on.

    MASTODON = Dialect(name="Mastodon", host="mastodon.test", join=…, follow=…, …)

A function of a dialect takes who acts (an `Actor` of the scripted server) and gives the document that this software sends;
what it needs from us comes as a `Target`. None says that the software does not do such a thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fedisw.crypto.signed import Scheme
from tests.stories.strict import Insist, activity
from tests.support.peers import Actor, Document, PeerServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A post of ours, or of theirs, and its author, as a peer knows them from our documents."""

    uri: str
    author: str
    handle: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How the first post must look here.

    Args:
        content: the HTML that clients get; `text` is the same without markup, for long ones. One of the two is given;
            `{url}` in it is where the post is.
        media: kind and description of each attachment.
    """

    content: str = ""
    text: str = ""
    warning: str = ""
    media: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    visibility: str = "public"
    language: str | None = None


Relays: TypeAlias = Callable[[Actor, Actor, Document], list[tuple[Actor, Document]]]
"""What comes of an activity of somebody in a group, and who sends it: (group, who, activity)."""

Joins: TypeAlias = Callable[[PeerServer], Actor]
Follows: TypeAlias = Callable[[Actor, str], Document]
Answers: TypeAlias = Callable[[Actor, Document], Document]
Posts: TypeAlias = Callable[[Actor], Document]
Wraps: TypeAlias = Callable[[Actor, Document], Document]
Replies: TypeAlias = Callable[[Actor, Target], Document]
Acts: TypeAlias = Callable[[Actor, Target], Document]
Votes: TypeAlias = Callable[[Actor, Target, Sequence[str]], list[Document]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a software speaks, and what it takes.

    Args:
        join: makes the actor with keys, WebFinger and whatever else its server serves.
        follow: None where its people follow nobody elsewhere.
        group: the group in which its people post, which amy follows instead of them; `relay` is what it passes on.
        post, reply: serve the object and give it; `create` puts the activity around it.
        answers_too: the group passes on answers in its threads as well.
        by_group: the group is the author of its posts, whoever wrote them.
        edit: the object is changed; gives the Update, or whatever this software sends then.
        vote: one activity or several for the options.
        undo: takes an activity of its own back.
        shown, edited, answer: the first post here; parts of the texts of the edited post and of the reply.
        says: what a reaction of theirs shows on the page of the post.
        insists: beside what everybody insists on.
        shared_inbox: whether its actors have one, which we then use for what is for many.
        secure: unsigned GETs get 401, but for paths with the ending `open`.
        scheme: how it signs.
    """

    name: str
    host: str
    join: Joins
    accept: Answers
    post: Posts
    create: Wraps
    reply: Replies
    undo: Wraps
    delete: Wraps
    shown: Shown
    answer: str
    follow: Follows | None = None
    group: Joins | None = None
    relay: Relays | None = None
    answers_too: bool = False
    by_group: bool = False
    edit: Wraps | None = None
    edited: str = ""
    like: Acts | None = None
    says: str = ""
    boost: Acts | None = None
    vote: Votes | None = None
    insists: tuple[Insist, ...] = ()
    shared_inbox: bool = True
    secure: bool = False
    open: str = "\n"
    scheme: Scheme = Scheme.CAVAGE
    everybody: tuple[Insist, ...] = (activity,)
