"""Reading the journal: what came from phones and needs a person."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput, Language
from wangge.core.paging import Page
from wangge.sync.schemas import OperationRead, PersonName

OUTCOMES = ("applied", "conflict", "waiting_for_parent", "quarantined")
READ = text("""
    select o.op_id, o.kind, o.v, o.entity_id, o.person_id, p.name, g.name as grid_name, o.captured_at, o.received_at, o.outcome,
           o.flags, o.problem, o.body
    from sync_operations o
    left join people p on p.id = o.person_id
    left join grids g on g.path = o.grid_path and g.valid_to is null
    where o.outcome = any(:outcomes) and (:everyone or o.person_id = app_person())
    order by o.received_at desc, o.op_id limit :limit offset :offset
""")
COUNT = text("select count(*) from sync_operations where outcome = any(:outcomes) and (:everyone or person_id = app_person())")


async def operations(
    db: AsyncSession, actor: Actor, outcome: str | None, page: int, page_size: int, language: Language
) -> Page[OperationRead]:
    """A page of the journal, newest first; without ``outcome`` everything that is not applied.

    A supervisor reads her own operations, a desk those of its subtree.

    Raises:
        RightMissing: the role may not read records.
        InvalidInput: no such outcome.
    """
    actor.require("records.read")
    if outcome is not None and outcome not in OUTCOMES:
        names = ", ".join(OUTCOMES)
        raise InvalidInput([FieldProblem("outcome", "unknown_outcome", f"没有这种结果，可用：{names}", f"No such outcome; use: {names}")])
    outcomes = [outcome] if outcome else [o for o in OUTCOMES if o != "applied"]
    wanted = {"outcomes": outcomes, "everyone": actor.role != "community"}
    total = await db.scalar(COUNT, wanted)
    rows = (await db.execute(READ, {**wanted, "limit": page_size, "offset": (page - 1) * page_size})).mappings()
    items = [
        OperationRead(
            r["op_id"], r["kind"], r["v"], r["entity_id"], PersonName(r["person_id"], r["name"]), r["grid_name"],
            r["captured_at"], r["received_at"], r["outcome"], r["flags"],
            r["problem"] and r["problem"][language], r["body"],
        )
        for r in rows
    ]  # fmt: skip
    return Page(items, total or 0, page, page_size)
