"""SQL of the accounts, sessions and devices that an administrator looks after."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.sessions import IS_OPEN, JOINS, SELECT
from wangge.core.ids import new_id
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

# One's own unit's and one's own are looked after by the unit above; the city has none above it.
MAY_MANAGE = """
    (a.id <> app_account() and (select bool_or(a.grid_path <@ path and (a.grid_path <> path or nlevel(path) = 1))
                                from unnest(app_scope()) as path))
"""
ACCOUNT = f"""
    a.id, a.login, a.person_id, p.name as person_name, u.name as unit_name, r.role, a.is_active, a.disabled_reason,
    a.must_change_password, a.password_set_at, a.totp_confirmed_at, a.created_at,
    (select max(s.last_used_at) from sessions s where s.account_id = a.id) as last_used_at,
    (select count(*) from sessions s where s.account_id = a.id and {IS_OPEN}) as open_sessions,
    (select count(*) from devices d where d.account_id = a.id) as devices,
    coalesce({MAY_MANAGE}, false) as may_manage
"""
ACCOUNT_JOINS = " from accounts a join people p on p.id = a.person_id left join units u on u.id = p.unit_id "
# Roles for the accounts of this page alone.
ROLE = " left join current_roles(array(select x.person_id from chosen x)) r on r.person_id = a.person_id "
CANDIDATES = """
    from people p left join units u on u.id = p.unit_id
    where p.grid_path <@ (select app_scope()) and not exists (select from accounts a where a.person_id = p.id) and {where}
"""
STATE = """
    case when d.wiped_at is not null then 'wiped' when d.wipe_ordered_at is not null then 'wipe_ordered'
         when d.revoked_at is not null then 'revoked' when d.bound_at is not null then 'enrolled' else 'in_use' end
"""
DEVICE = f"""
    d.id || '.' || d.account_id as key, d.id as device_id, d.account_id, a.login, p.name as person_name, u.name as unit_name, d.name,
    d.model, d.app_version, {STATE} as state, d.enrolled_at, d.bound_at, d.last_seen_at, d.unsent_operations, d.unsent_photos,
    d.unsent_reported_at, d.wipe_reason, d.wipe_ordered_at, d.wiped_at, d.revoked_at,
    (select count(*) from sessions s where s.device_id = d.id and s.account_id = d.account_id and {IS_OPEN}) as open_sessions
"""
DEVICE_JOINS = """
    from devices d join accounts a on a.id = d.account_id join people p on p.id = a.person_id left join units u on u.id = p.unit_id
"""


async def accounts_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of accounts: first which they are, then what the list says of them."""
    total = await db.scalar(text(f"select count(*) {ACCOUNT_JOINS} where {where}"), where.values)
    sql = f"""
        with chosen as (select a.id, a.person_id, row_number() over (order by {order}, a.id) as nth {ACCOUNT_JOINS} where {where}
                        order by nth limit :limit offset :offset)
        select {ACCOUNT} from chosen c join accounts a on a.id = c.id join people p on p.id = a.person_id
        left join units u on u.id = p.unit_id {ROLE} order by c.nth
    """
    rows = await db.execute(text(sql), {**where.values, "limit": page_size, "offset": (page - 1) * page_size})
    return Page([dict(r) for r in rows.mappings()], total or 0, page, page_size)


async def account_or_none(db: AsyncSession, account_id: UUID) -> dict[str, Any] | None:
    """One account of the acting scope."""
    found = await accounts_page(db, Where("a.id = :id", "a.grid_path <@ (select app_scope())", id=account_id), "a.login", 1, 1)
    return found.items[0] if found.items else None


async def account_path(db: AsyncSession, account_id: UUID) -> str | None:
    """The path of an account's unit."""
    path: str | None = await db.scalar(text("select grid_path::text from accounts where id = :id"), {"id": account_id})
    return path


async def candidates_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of people without an account, by name."""
    select = f"""
        with chosen as (select p.id, p.id as person_id, p.name, p.kind, u.name as unit_name {CANDIDATES}
                        order by p.name, p.id limit :limit offset :offset)
        select c.id, c.name, c.kind, c.unit_name, r.role from chosen c
        left join current_roles(array(select x.person_id from chosen x)) r on r.person_id = c.id order by c.name, c.id
    """
    total = await db.scalar(text(f"select count(*) {CANDIDATES}".format(where=where)), where.values)
    values = {**where.values, "limit": page_size, "offset": (page - 1) * page_size}
    rows = await db.execute(text(select.format(where=where)), values)
    return Page([dict(r) for r in rows.mappings()], total or 0, page, page_size)


async def person_in_scope(db: AsyncSession, person_id: UUID) -> str | None:
    """The name of a person of the acting scope."""
    sql = "select name from people where id = :id and grid_path <@ (select app_scope())"
    name: str | None = await db.scalar(text(sql), {"id": person_id})
    return name


async def insert_account(db: AsyncSession, person_id: UUID, login: str, password_hash: str, created_by: UUID) -> UUID:
    """Store an account with a temporary password."""
    account_id = new_id()
    await db.execute(
        text("""insert into accounts (id, person_id, login, password_hash, is_active, must_change_password, created_by)
                values (:id, :person_id, :login, :hash, true, true, :created_by)"""),
        {"id": account_id, "person_id": person_id, "login": login, "hash": password_hash, "created_by": created_by},
    )
    return account_id


async def set_active(db: AsyncSession, account_id: UUID, is_active: bool, reason: str) -> bool:
    """Open or close an account; False where it is so already."""
    sql = """
        update accounts set is_active = :is_active, disabled_reason = :reason, disabled_at = case when :is_active then null else now() end
        where id = :id and is_active <> :is_active returning id
    """
    return await db.scalar(text(sql), {"id": account_id, "is_active": is_active, "reason": reason}) is not None


async def insert_code(
    db: AsyncSession, kind: str, account_id: UUID, code_sha256: bytes, issued_by: UUID, minutes: int, clears_totp: bool = False
) -> Any:
    """Store a one-time code; returns when it expires."""
    sql = """
        insert into one_time_codes (id, kind, account_id, code_sha256, issued_by, expires_at, clears_totp)
        values (:id, :kind, :account_id, :code, :issued_by, now() + make_interval(mins => :minutes), :clears_totp) returning expires_at
    """
    values = {"id": new_id(), "kind": kind, "account_id": account_id, "code": code_sha256, "issued_by": issued_by, "minutes": minutes,
              "clears_totp": clears_totp}  # fmt: skip
    return await db.scalar(text(sql), values)


async def end_sessions(db: AsyncSession, condition: str, **values: Any) -> int:
    """End the open sessions under a condition."""
    sql = f"update sessions set revoked_at = now() where revoked_at is null and {condition} returning id"
    return len((await db.scalars(text(sql), values)).all())


async def sessions_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of open sessions (``:this`` is bound in ``where``)."""
    where.add(IS_OPEN)
    select = f"select {SELECT} {JOINS} where {{where}} order by {order}, s.id"
    count = "select count(*) from sessions s join accounts a on a.id = s.account_id left join people p on p.id = a.person_id where {where}"
    return await fetch_page(db, select, count, where, page, page_size)


async def devices_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of phones."""
    select = f"select {DEVICE} {DEVICE_JOINS} where {{where}} order by {order}, d.id, d.account_id"
    return await fetch_page(db, select, f"select count(*) {DEVICE_JOINS} where {{where}}", where, page, page_size)


async def order_device(db: AsyncSession, device_id: UUID, account_id: UUID, wipe: bool, reason: str, by: UUID) -> bool:
    """Stop a phone, or order it erased too; False where that has happened already."""
    what = "wipe_ordered_at = now(), wipe_ordered_by = :by, wipe_reason = :reason, " if wipe else ""
    still = "wipe_ordered_at is null" if wipe else "revoked_at is null"
    sql = f"""
        update devices set {what} revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, :by)
        where id = :id and account_id = :account_id and {still} returning id
    """
    return await db.scalar(text(sql), {"id": device_id, "account_id": account_id, "by": by, "reason": reason}) is not None
