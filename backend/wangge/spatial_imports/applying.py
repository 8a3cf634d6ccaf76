"""Writing an import: points to their employers, areas as changes of grids. All of it or nothing."""

from uuid import UUID

from wangge.accounts.acting import Acting
from wangge.core.audit import audit
from wangge.core.errors import Language, NotFound, VersionStale
from wangge.core.ids import new_id
from wangge.spatial_imports import repository
from wangge.spatial_imports.errors import ImportClosed, ImportHasDefects, ImportNotReady
from wangge.spatial_imports.schemas import Apply, ImportDetail
from wangge.spatial_imports.service import RIGHT, blockers, import_detail, let_go
from wangge.spatial_imports.writing_grids import write_grids


async def apply_import(acting: Acting, import_id: UUID, data: Apply, language: Language) -> ImportDetail:
    """Write what was found, as it was looked at.

    First the import is marked as being written, so that nobody does it twice; then everything is written in one transaction;
    when that fails the import is as it was.

    Raises:
        NotFound, VersionStale: as they say.
        ImportClosed: written, withdrawn, or being written.
        ImportNotReady, ImportHasDefects: it has to be read, answered or mended first.
    """
    target = await _claim(acting, import_id, data)
    try:
        async with acting() as (db, actor):
            row = await repository.lock_import(db, import_id)
            if row is None or row["state"] != "applying":  # let go in the meantime
                raise ImportNotReady()
            if target == "grids":
                result = await write_grids(db, actor, row, data.basis)
            else:
                result = {"outcomes": await repository.set_positions(db, import_id)}
            await repository.mark_applied(db, import_id, actor.person_id, result)
            await audit(db, "import_applied", "spatial_import", import_id, result, row["grid_path"])
    except BaseException:
        async with acting() as (db, _):
            await repository.let_go_applying(db, import_id)
        raise
    async with acting() as (db, actor):
        return await import_detail(db, actor, import_id, language)


async def _claim(acting: Acting, import_id: UUID, data: Apply) -> str:
    async with acting() as (db, actor):
        actor.require(RIGHT)
        await let_go(db)
        row = await repository.lock_import(db, import_id)
        if row is None:
            raise NotFound()
        if row["state"] in ("applied", "withdrawn", "applying"):
            raise ImportClosed()
        if row["state"] != "ready":
            raise ImportNotReady()
        if row["version"] != data.version:
            raise VersionStale(version=row["version"])
        if found := blockers(row["target"], row["answers"], row["report"]):
            raise ImportHasDefects(features=sum(one["count"] for one in found))
        await repository.set_state(db, import_id, "applying", new_id())
    return str(row["target"])
