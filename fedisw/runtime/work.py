"""Which part does which job, and what runs regularly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeGuard

from fedisw.crypto.seal import Sealer
from fedisw.federation import archive, importing
from fedisw.federation import jobs as federation
from fedisw.federation.context import Peer
from fedisw.jobs.kinds import Job, UnknownKind
from fedisw.jobs.own import MakeArchive, RunImport
from fedisw.jobs.running import JobRun
from fedisw.jobs.schedule import Periodic
from fedisw.media.films import Films
from fedisw.media.images import Images
from fedisw.media.links import ProxyLinks
from fedisw.media.store import MediaStore
from fedisw.tasks import cleanup, indexing
from fedisw.tasks import jobs as tasks
from fedisw.tasks.house import House

BETWEEN: Final[tuple[type[Job], ...]] = (MakeArchive, RunImport)  # what needs both the house and other servers
PLAN: Final[tuple[Periodic, ...]] = (*cleanup.PLAN, *indexing.PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What jobs work with; its database is the slow lane."""

    peer: Peer
    store: MediaStore
    images: Images
    films: Films
    sealer: Sealer
    links: ProxyLinks

    @property
    def house(self) -> House:
        """What is needed for work that is not federation."""
        peer = self.peer
        return House(
            db=peer.db,
            store=self.store,
            films=self.films,
            settings=peer.settings,
            sealer=self.sealer,
            client=peer.client,
            links=self.links,
            now=peer.now,
            new_id=peer.new_id,
        )


async def run_job(tools: Tools, run: JobRun) -> None:
    """Do one job; errors say whether another try helps (jobs/worker.py)."""
    job = run.job
    if tasks.is_task(job):
        await tasks.run(tools.house, job, run)
    elif isinstance(job, MakeArchive):
        await archive.make_archive(tools.peer, tools.store, job)
    elif isinstance(job, RunImport):
        await importing.run_import(tools.peer, job)
    elif _is_federation(job):
        await federation.run(tools.peer, job, run)
    else:
        raise UnknownKind(job.kind)


def _is_federation(job: Job) -> TypeGuard[federation.FederationJob]:
    return isinstance(job, federation.KINDS)
