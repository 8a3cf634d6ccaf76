"""Opening, closing and recovering the accounts of one's subtree, and ending their sessions."""

import asyncio
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts import repository
from wangge.accounts.actor import Actor
from wangge.accounts.errors import OwnAccount
from wangge.accounts.managed_schemas import (
    AccountCreate,
    AccountCreated,
    AccountItem,
    Candidate,
    OneTimeCodeRead,
    ResetRequest,
)
from wangge.accounts.passwords import hash_password
from wangge.accounts.schemas import Revoked, SessionRead
from wangge.accounts.second_factor import code_hash, new_code
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.policies.service import policies_in_force

SORTS = {"login": "a.login", "person": "p.name", "unit": "u.name", "created_at": "a.created_at", "password_set_at": "a.password_set_at"}
SESSION_SORTS = {"last_used_at": "s.last_used_at", "created_at": "s.created_at", "person": "p.name"}
STATES = {"active": "a.is_active", "disabled": "not a.is_active", "temporary": "a.must_change_password",
          "two_step": "a.totp_confirmed_at is not null"}  # fmt: skip
ROLES = ("city", "county", "street", "community", "auditor")


async def list_accounts(
    db: AsyncSession, actor: Actor, q: str, role: str | None, state: str | None, sort: str | None, page: int, page_size: int
) -> Page[AccountItem]:
    """Accounts of one's subtree by login or name, role and state."""
    actor.require("account.manage")
    where = Where("a.grid_path <@ (select app_scope())")
    if q.strip():
        where.add("(a.login ilike :q or p.name ilike :q)", q=search_pattern(q))
    if one_of("role", role, ROLES):
        where.add("a.person_id in (select people_with_role(:role))", role=role)
    if one_of("status", state, tuple(STATES)):
        where.add(STATES[str(state)])
    found = await repository.accounts_page(db, where, order_by(sort, SORTS, "login"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[AccountItem])


async def account_detail(db: AsyncSession, actor: Actor, account_id: UUID) -> AccountItem:
    """One account of one's subtree.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("account.manage")
    row = await repository.account_or_none(db, account_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, AccountItem)


async def managed(db: AsyncSession, actor: Actor, account_id: UUID) -> AccountItem:
    """An account that the acting person may change.

    Raises:
        NotFound: not in one's scope.
        OwnAccount: one's own, or one of one's own unit.
    """
    account = await account_detail(db, actor, account_id)
    if not account.may_manage:
        raise OwnAccount()
    return account


async def list_candidates(db: AsyncSession, actor: Actor, q: str, page: int, page_size: int) -> Page[Candidate]:
    """People of one's subtree who have no account yet."""
    actor.require("account.manage")
    where = Where("true")
    if q.strip():
        where.add("p.name ilike :q", q=search_pattern(q))
    found = await repository.candidates_page(db, where, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[Candidate])


async def create_account(db: AsyncSession, actor: Actor, data: AccountCreate) -> AccountCreated:
    """Open an account with a temporary password, which the first sign-in has to change.

    Raises:
        NotFound: no such person in one's scope.
        AccountExists, LoginTaken: as they say.
    """
    actor.require("account.manage")
    if await repository.person_in_scope(db, data.person_id) is None:
        raise NotFound()
    password = new_code()
    password_hash = await asyncio.to_thread(hash_password, password)
    account_id = await repository.insert_account(db, data.person_id, data.login, password_hash, actor.person_id)
    path = await repository.account_path(db, account_id)
    details = {"after": {"login": data.login, "person_id": str(data.person_id)}}
    await audit(db, "account_created", "account", account_id, details, path)
    return AccountCreated(account_id, data.login, password)


async def disable_account(db: AsyncSession, actor: Actor, account_id: UUID, reason: str) -> AccountItem:
    """Close an account; its sessions end at once.

    Raises:
        NotFound, OwnAccount: as they say.
        InvalidInput: no reason.
    """
    await managed(db, actor, account_id)
    if not reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "停用时请写明原因。", "Say why you close it.")])
    if await repository.set_active(db, account_id, False, reason.strip()):
        ended = await repository.end_sessions(db, "account_id = :account", account=account_id)
        details = {"before": {"is_active": True}, "after": {"is_active": False}, "reason": reason.strip(), "sessions_ended": ended}
        await audit(db, "account_disabled", "account", account_id, details, await repository.account_path(db, account_id))
    return await account_detail(db, actor, account_id)


async def enable_account(db: AsyncSession, actor: Actor, account_id: UUID) -> AccountItem:
    """Open a closed account again.

    Raises:
        NotFound, OwnAccount: as they say.
    """
    await managed(db, actor, account_id)
    if await repository.set_active(db, account_id, True, ""):
        details = {"before": {"is_active": False}, "after": {"is_active": True}}
        await audit(db, "account_enabled", "account", account_id, details, await repository.account_path(db, account_id))
    return await account_detail(db, actor, account_id)


async def issue_reset(db: AsyncSession, actor: Actor, account_id: UUID, data: ResetRequest) -> OneTimeCodeRead:
    """A one-time code with which its person chooses a new password; shown this once, stored as a hash.

    Raises:
        NotFound, OwnAccount: as they say.
    """
    account = await managed(db, actor, account_id)
    code = new_code()
    minutes = int((await policies_in_force(db))["reset_code_minutes"])
    expires_at = await repository.insert_code(db, "reset", account_id, code_hash(code), actor.person_id, minutes, data.clears_totp)
    details = {"clears_totp": data.clears_totp, "expires_at": expires_at.isoformat()}
    await audit(db, "reset_code_issued", "account", account_id, details, await repository.account_path(db, account_id))
    return OneTimeCodeRead(code, expires_at, account.login)


async def end_account_sessions(db: AsyncSession, actor: Actor, account_id: UUID) -> Revoked:
    """End all sessions of an account.

    Raises:
        NotFound, OwnAccount: as they say.
    """
    await managed(db, actor, account_id)
    ended = await repository.end_sessions(db, "account_id = :account", account=account_id)
    path = await repository.account_path(db, account_id)
    await audit(db, "sessions_revoked", "account", account_id, {"ended": ended}, path)
    return Revoked(ended)


async def list_sessions(
    db: AsyncSession, actor: Actor, q: str, kind: str | None, account_id: UUID | None, sort: str | None, page: int, page_size: int
) -> Page[SessionRead]:
    """Open sessions of one's subtree."""
    actor.require("account.manage")
    where = Where("s.grid_path <@ (select app_scope())", this=actor.session_id)
    if q.strip():
        where.add("(a.login ilike :q or p.name ilike :q)", q=search_pattern(q))
    if account_id:
        where.add("s.account_id = :account_id", account_id=account_id)
    if one_of("kind", kind, ("desk", "phone")):
        where.add("s.kind = :kind", kind=kind)
    found = await repository.sessions_page(db, where, order_by(sort, SESSION_SORTS, "-last_used_at"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[SessionRead])


async def revoke_session(db: AsyncSession, actor: Actor, session_id: UUID) -> Revoked:
    """End a session of one's subtree; its next request is refused.

    Raises:
        NotFound: not in one's scope, or it has ended.
    """
    actor.require("account.manage")
    condition = "id = :id and grid_path <@ (select app_scope())"
    if not await repository.end_sessions(db, condition, id=session_id):
        raise NotFound()
    await audit(db, "session_revoked", "session", session_id)
    return Revoked(1)
