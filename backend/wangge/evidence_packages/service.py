"""Taking records out of the house with their proofs: by right, within the scope, for a stated reason, written down."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.accounts.acting import Acting
from wangge.core.audit import audit
from wangge.core.clock import utc_now
from wangge.evidence.files import EvidenceFiles
from wangge.evidence_packages.gathering import gather
from wangge.evidence_packages.schemas import PackageRequest
from wangge.evidence_packages.writing import write_package
from wangge.record_log.keeping import append_all
from wangge.record_log.server_key import ServerKey

RIGHT = "evidence.export"


async def make_package(
    engine: AsyncEngine, acting: Acting, files: EvidenceFiles, key: ServerKey, request: PackageRequest
) -> AsyncIterator[bytes]:
    """A package as a stream. What has been committed is entered into the log first, so that nothing in it lacks its proof.

    Raises:
        RightMissing: the role may not take evidence out.
        InvalidInput, NotFound, PackageEmpty, PackageTooLarge: see ``gathering``.
    """
    async with acting() as (_, actor):
        actor.require(RIGHT)
    await append_all(engine)
    async with acting() as (db, actor):
        actor.require(RIGHT)
        package = await gather(db, actor, files, key, request, utc_now())
        details = {
            "reason": request.reason,
            "operations": len(package.operations),
            "photos": sum(p.path is not None for p in package.photos),
            "visit_ids": package.visit_ids,
            "root": package.log.head.root_hash,
        }
        subject = ("employer", request.employer_id) if request.employer_id else ("visit", request.visit_ids[0])
        await audit(db, "evidence_package_made", *subject, details, actor.scope[0] if actor.scope else None)
    return write_package(package, files.store, key)
