"""Jobs that look at other servers because something may be missing here: all bounded, all idempotent."""

from __future__ import annotations

from typing import ClassVar

from fedisw.jobs.kinds import Job, Queue


class SynchroniseFollowers(Job, frozen=True, kw_only=True):
    """Compare who of ours follows an account with what its server believes (FEP-8fcf). Twice: both agree by then.

    Args:
        url: where its server lists them, on the account's own host.
        digest: of the list, as its server said with a delivery.
    """

    queue: ClassVar[Queue] = Queue.BULK

    account_id: int
    url: str
    digest: str
    at_host: str

    @property
    def key(self) -> str | None:
        return f"SynchroniseFollowers:{self.account_id}"

    @property
    def host(self) -> str | None:
        return self.at_host


class FetchPosts(Job, frozen=True, kw_only=True):
    """Fetch the newest posts of an account that somebody here began to follow. Twice: they are stored already.

    Args:
        follower_id: whose home timeline gets them, each where its date puts it.
    """

    queue: ClassVar[Queue] = Queue.BULK

    account_id: int
    follower_id: int
    at_host: str

    @property
    def key(self) -> str | None:
        return f"FetchPosts:{self.account_id}:{self.follower_id}"

    @property
    def host(self) -> str | None:
        return self.at_host


class FetchThread(Job, frozen=True, kw_only=True):
    """Fetch what is above and below a post that somebody looks at. Twice: what is stored is not stored again."""

    queue: ClassVar[Queue] = Queue.BULK

    status_id: int

    @property
    def key(self) -> str | None:
        return f"FetchThread:{self.status_id}"


class NoteReader(Job, frozen=True, kw_only=True):
    """Note which server fetched a post of ours, so that it hears of the end of it. Twice: it is noted.

    Args:
        target, headers: of the signed request, as received.
    """

    queue: ClassVar[Queue] = Queue.BULK

    status_id: int
    author_id: int
    key_id: str
    target: str
    headers: tuple[tuple[str, str], ...]
    at_host: str

    @property
    def key(self) -> str | None:
        return f"NoteReader:{self.status_id}:{self.key_id}"

    @property
    def host(self) -> str | None:
        return self.at_host
