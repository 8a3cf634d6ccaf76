"""Done with an operation that was kept without being applied: by whoever captured it, or by a desk. Its text stays as it came."""

from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import Language, NotFound
from wangge.sync.errors import OperationNotOpen
from wangge.sync.journal_reading import operation
from wangge.sync.schemas import OperationRead

# Two texts under one id (operation_id_reused) are closed together: the reason is about both.
LINES = text("""
    select o.op_sha256, o.person_id, o.grid_path::text as grid_path, o.outcome <> 'applied' and c.how is null as is_open
    from sync_operations o left join operation_closings c using (person_id, op_id, op_sha256)
    where o.op_id = :op_id and (:everyone or o.person_id = app_person())
""")
CLOSE = text("""
    insert into operation_closings (person_id, op_id, op_sha256, how, reason, closed_by, grid_path)
    values (:person_id, :op_id, :op_sha256, :how, :reason, app_person(), cast(:grid_path as ltree))
    on conflict do nothing
""")


async def withdraw(db: AsyncSession, actor: Actor, op_id: UUID, reason: str, language: Language) -> OperationRead:
    """Take back one's own operation that could not be applied.

    Raises:
        RightMissing: the role does not capture.
        NotFound: no operation of the acting person has this id.
        OperationNotOpen: it was applied, or is closed already.
    """
    actor.require("field.capture")
    return await _close(db, op_id, "withdrawn", reason, language, everyone=False)


async def close(db: AsyncSession, actor: Actor, op_id: UUID, reason: str, language: Language) -> OperationRead:
    """Close an operation of one's area that could not be applied.

    Raises:
        RightMissing: the role may not close records.
        NotFound: none in the caller's scope has this id.
        OperationNotOpen: it was applied, or is closed already.
    """
    actor.require("records.close")
    return await _close(db, op_id, "closed", reason, language, everyone=True)


async def _close(
    db: AsyncSession, op_id: UUID, how: Literal["withdrawn", "closed"], reason: str, language: Language, *, everyone: bool
) -> OperationRead:
    lines = (await db.execute(LINES, {"op_id": op_id, "everyone": everyone})).mappings().all()
    if not lines:
        raise NotFound()
    still_open = [line for line in lines if line["is_open"]]
    if not still_open:
        raise OperationNotOpen()
    for line in still_open:
        values = {name: line[name] for name in ("person_id", "op_sha256", "grid_path")}
        await db.execute(CLOSE, {**values, "op_id": op_id, "how": how, "reason": reason.strip()})
    details = {"how": how, "reason": reason.strip()}
    await audit(db, "operation_closed", "operation", op_id, details, still_open[0]["grid_path"])
    return await operation(db, op_id, language)
