"""Reading the journal: what came from phones and needs a person."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound
from wangge.core.paging import Page
from wangge.sync.schemas import OperationClosingRead, OperationRead, OperationRetryRead, PersonName

OUTCOMES = ("applied", "conflict", "waiting_for_parent", "quarantined")
Sort = Literal["-received_at", "received_at", "-captured_at", "captured_at"]
ORDER: dict[Sort, str] = {
    "-received_at": "o.received_at desc",
    "received_at": "o.received_at",
    "-captured_at": "o.captured_at desc nulls last",
    "captured_at": "o.captured_at nulls last",
}
JOINS = """
    from sync_operations o
    left join operation_closings c using (person_id, op_id, op_sha256)
    left join people p on p.id = o.person_id
    left join people b on b.id = c.closed_by
    left join lateral (select t.outcome, t.retried_by, t.retried_at from operation_retries t
                       where (t.person_id, t.op_id, t.op_sha256) = (o.person_id, o.op_id, o.op_sha256)
                       order by t.retried_at desc limit 1) r on true
    left join people d on d.id = r.retried_by
    left join grids g on g.path = o.grid_path and g.valid_to is null
"""
COLUMNS = """
    select o.op_id, o.kind, o.v, o.entity_id, o.person_id, p.name, g.name as grid_name, o.captured_at, o.received_at, o.outcome,
           o.flags, o.problem, o.body, c.how, c.reason, c.closed_by, b.name as closer, c.closed_at,
           r.outcome as retry_outcome, r.retried_by, d.name as retrier, r.retried_at
"""
WANTED = """
    where o.outcome = any(:outcomes) and (:everyone or o.person_id = app_person()) and (c.how is not null) = :closed
      and (cast(:kind as text) is null or o.kind = :kind)
      and (cast(:q as text) is null or p.name like :q or o.body like :q)
"""
ONE = text(f"{COLUMNS} {JOINS} where o.op_id = :op_id order by o.received_at desc limit 1")


async def operations(
    db: AsyncSession,
    actor: Actor,
    language: Language,
    *,
    outcome: str | None = None,
    closed: bool = False,
    kind: str | None = None,
    q: str | None = None,
    sort: Sort = "-received_at",
    page: int = 1,
    page_size: int = 50,
) -> Page[OperationRead]:
    """A page of the journal; without ``outcome`` everything that is not applied, and with ``closed`` what is done with.

    A supervisor reads her own operations, a desk those of its subtree.

    Args:
        db: the request's unit of work.
        actor: who reads.
        language: of the problems' sentences.
        outcome: one of ``OUTCOMES``.
        closed: whether to show the withdrawn and closed ones instead of the open ones.
        kind: one kind of operation, such as ``visit.record``.
        q: part of the person's name or of the operation's text.
        sort: by when it came or was captured.
        page: from 1.
        page_size: rows a page.

    Raises:
        RightMissing: the role may not read records.
        InvalidInput: no such outcome.
    """
    actor.require("records.read")
    if outcome is not None and outcome not in OUTCOMES:
        names = ", ".join(OUTCOMES)
        raise InvalidInput([FieldProblem("outcome", "unknown_outcome", f"没有这种结果，可用：{names}", f"No such outcome; use: {names}")])
    outcomes = [outcome] if outcome else [o for o in OUTCOMES if o != "applied"]
    wanted: dict[str, Any] = {"outcomes": outcomes, "everyone": actor.role != "community", "closed": closed, "kind": kind,
                              "q": f"%{_literal(q)}%" if q else None}  # fmt: skip
    total = await db.scalar(text(f"select count(*) {JOINS} {WANTED}"), wanted)
    read = text(f"{COLUMNS} {JOINS} {WANTED} order by {ORDER[sort]}, o.op_id limit :limit offset :offset")
    rows = (await db.execute(read, {**wanted, "limit": page_size, "offset": (page - 1) * page_size})).mappings()
    return Page([_read(row, language) for row in rows], total or 0, page, page_size)


async def operation(db: AsyncSession, op_id: UUID, language: Language) -> OperationRead:
    """One operation as the journal has it.

    Raises:
        NotFound: none that the caller may see.
    """
    row = (await db.execute(ONE, {"op_id": op_id})).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return _read(row, language)


def _literal(q: str) -> str:
    """The text with ``like``'s own signs taken as they are."""
    return q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _read(r: RowMapping, language: Language) -> OperationRead:
    closing = OperationClosingRead(r["how"], r["reason"], PersonName(r["closed_by"], r["closer"]), r["closed_at"]) if r["how"] else None
    retry = OperationRetryRead(PersonName(r["retried_by"], r["retrier"]), r["retried_at"], r["retry_outcome"]) if r["retried_at"] else None
    return OperationRead(
        r["op_id"], r["kind"], r["v"], r["entity_id"], PersonName(r["person_id"], r["name"]), r["grid_name"],
        r["captured_at"], r["received_at"], r["outcome"], r["flags"],
        r["problem"] and r["problem"][language], r["body"], closing, retry,
    )  # fmt: skip
