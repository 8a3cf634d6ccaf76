"""Signing in and out, and what the signed-in person should know of herself."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, token_hash
from wangge.accounts.errors import (
    AccountHasNoAppointment,
    AccountLocked,
    DeviceRevoked,
    EnrolmentCodeWrong,
    TotpRequired,
    TotpWrong,
    WrongPassword,
)
from wangge.accounts.origin import Origin
from wangge.accounts.passwords import password_matches
from wangge.accounts.schemas import Me, PersonRead, ScopeGrid, SignIn, UnitRead
from wangge.accounts.second_factor import code_hash, looks_like_totp, matching_step
from wangge.accounts.secrets_box import SecretsBox
from wangge.core.clock import CHINA, utc_now
from wangge.core.db import unit_of_work
from wangge.core.errors import RateLimited, WanggeError
from wangge.core.masking import mask_phone
from wangge.policies.service import policies_in_force
from wangge.record_log.service import server_keys
from wangge.seals.service import own_keys
from wangge.sync.retried import retried_of_mine

TOKEN_BYTES = 32
OPEN_SESSION = text("""
    select * from auth_open_session(:account, :appointment, :token, :expires, :kind, cast(:device as uuid), :name, :model, :version,
                                    cast(:enrolment as bytea))
""")
REFUSALS: dict[str, type[WanggeError]] = {"device_revoked": DeviceRevoked, "enrolment_code_wrong": EnrolmentCodeWrong}


def _locked(until: datetime) -> AccountLocked:
    return AccountLocked(until=until.astimezone(UTC).isoformat(), until_local=f"{until.astimezone(CHINA):%H:%M}")


async def bind_origin(db: AsyncSession, origin: Origin) -> None:
    """Tell the audit log from where this transaction's request comes, before anybody is signed in."""
    await db.execute(text("select bind_origin(:address, :agent)"), {"address": origin.address, "agent": origin.agent})


async def attempt(engine: AsyncEngine, login: str, origin: Origin) -> RowMapping:
    """Count an attempt from this address and return what the database knows of the login.

    Raises:
        RateLimited: too many attempts from this address in this minute.
        AccountLocked: too many wrong guesses at this login lately.
    """
    async with unit_of_work(engine) as db:
        attempts = await db.scalar(text("select auth_attempt(:address)"), {"address": origin.address})
        limit = await db.scalar(text("select (policy('sign_in_per_minute_per_address'))::int"))
        account = (await db.execute(text("select * from auth_account(:login)"), {"login": login})).mappings().one()
    if attempts > limit:
        raise RateLimited(retry_after_s=60)
    if account["locked_until"]:
        raise _locked(account["locked_until"])
    return account


async def refuse_guess(engine: AsyncEngine, login: str, origin: Origin, error: type[WanggeError]) -> WanggeError:
    """Count a wrong guess at a login, and give the error to raise: ``error`` with the attempts left, or that it is locked now."""
    async with unit_of_work(engine) as db:
        await bind_origin(db, origin)
        failed = (await db.execute(text("select * from auth_failed(:login)"), {"login": login})).mappings().one()
    return _locked(failed["locked_until"]) if failed["attempts_left"] == 0 else error(attempts_left=failed["attempts_left"])


async def _second_factor_fits(engine: AsyncEngine, box: SecretsBox, account: RowMapping, code: str, origin: Origin) -> bool:
    async with unit_of_work(engine) as db:
        await bind_origin(db, origin)
        if not looks_like_totp(code):
            sql = text("select auth_use_recovery_code(:account, :code)")
            return bool(await db.scalar(sql, {"account": account["account_id"], "code": code_hash(code)}))
        secret = box.unlock(account["totp_secret"])
        step = matching_step(secret, code, utc_now()) if secret else None
        if step is None:
            return False
        return bool(await db.scalar(text("select auth_use_totp(:account, :step)"), {"account": account["account_id"], "step": step}))


async def sign_in(engine: AsyncEngine, box: SecretsBox, data: SignIn, origin: Origin, session_days: int) -> tuple[str, datetime]:
    """Open a session and return its token (given out once, stored only as a hash) and its end.

    Runs its own transactions: a wrong guess must be counted although the request fails.

    Raises:
        RateLimited: too many attempts from this address in this minute.
        WrongPassword, AccountLocked, AccountHasNoAppointment, TotpRequired, TotpWrong: as they say.
        DeviceRevoked, EnrolmentCodeWrong: of the phone.
    """
    login = data.login.strip()
    account = await attempt(engine, login, origin)
    now = utc_now()
    if not await password_matches(account["password_hash"], data.password):
        raise await refuse_guess(engine, login, origin, WrongPassword)
    if not account["is_active"] or account["appointment_id"] is None:
        raise AccountHasNoAppointment()
    if account["totp_secret"]:
        code = data.totp.replace(" ", "")
        if not code:
            raise TotpRequired()
        if not await _second_factor_fits(engine, box, account, code, origin):
            raise await refuse_guess(engine, login, origin, TotpWrong)
    token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), now + timedelta(days=session_days)
    values = {
        "account": account["account_id"], "appointment": account["appointment_id"], "token": token_hash(token), "expires": expires_at,
        "kind": origin.session_kind(data.device_id is not None), "device": data.device_id, "name": data.device_name,
        "model": data.device_model, "version": origin.app_version,
        "enrolment": code_hash(data.enrolment_code) if data.enrolment_code.strip() else None,
    }  # fmt: skip
    async with unit_of_work(engine) as db:
        await bind_origin(db, origin)
        opened = (await db.execute(OPEN_SESSION, values)).mappings().one()
        if opened["problem"]:
            raise REFUSALS[opened["problem"]]()
    return token, expires_at


async def sign_out(db: AsyncSession) -> None:
    """Revoke the acting session."""
    await db.execute(text("select auth_revoke_session()"))


async def describe(db: AsyncSession, actor: Actor) -> Me:
    """The signed-in person as she may see herself."""
    grids = await db.execute(text("select id, code, name, level, path from scope_grids()"))
    return Me(
        person=PersonRead(actor.person_id, actor.person_name, actor.person_kind, mask_phone(actor.person_phone)),
        account_id=actor.account_id,
        login=actor.login,
        role=actor.role,
        rights=sorted(actor.rights),
        unit=UnitRead(actor.unit_id, actor.unit_code, actor.unit_name, actor.unit_level),
        scope=[ScopeGrid(*row) for row in grids],
        session_expires_at=actor.expires_at,
        session_kind=cast(Any, actor.session_kind),
        session_idle_minutes=actor.idle_minutes,
        must=cast(Any, list(actor.must)),
        server_time=utc_now(),
        policies=await policies_in_force(db),
        seal_keys=await own_keys(db, actor),
        receipt_keys=await server_keys(db),
        retried=await retried_of_mine(db),
    )
