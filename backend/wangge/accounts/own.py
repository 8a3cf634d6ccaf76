"""What a person does with her own account: password, second factor, sessions, and a phone that was told to erase itself."""

import asyncio
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.accounts.errors import ResetCodeWrong, TotpCannotGo, TotpNotBegun, TotpWrong, WrongPassword
from wangge.accounts.origin import Origin
from wangge.accounts.passwords import hash_password, password_matches
from wangge.accounts.rules import password_problems
from wangge.accounts.schemas import Confirm, PasswordChange, PasswordReset, RecoveryCodes, Revoked, Security, SessionRead, TotpOffer
from wangge.accounts.second_factor import (
    RECOVERY_CODES,
    code_hash,
    matching_step,
    new_code,
    new_secret,
    provisioning_uri,
    qr_svg,
)
from wangge.accounts.secrets_box import SecretsBox
from wangge.accounts.service import attempt, bind_origin, refuse_guess
from wangge.accounts.sessions import open_sessions
from wangge.core.audit import audit
from wangge.core.clock import utc_now
from wangge.core.db import unit_of_work
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.policies.service import policies_in_force

OWN_SECRETS = text("select * from own_secrets()")


async def _refuse_weak(password: str, login: str, name: str, policies: dict[str, object], hashes: list[str]) -> None:
    """Check a new password against the policy and against the former ones.

    Raises:
        InvalidInput: it does not hold; says everything that is wrong with it.
    """
    if problems := password_problems(password, login, name, policies):
        raise InvalidInput(problems)
    for former in hashes[: max(int(str(policies["password_history"])), 1)]:
        if await password_matches(former, password):
            zh, en = "最近用过这个密码，请换一个新的", "You have used this password lately; choose a new one"
            raise InvalidInput([FieldProblem("new_password", "used_before", zh, en)])


async def confirm(engine: AsyncEngine, acting: Acting, origin: Origin, password: str) -> tuple[Actor, RowMapping]:
    """The acting person and her secrets, once she has given her password again; a wrong one counts like at sign-in.

    Raises:
        WrongPassword, AccountLocked, RateLimited: as they say.
    """
    async with acting() as (db, actor):
        own = (await db.execute(OWN_SECRETS)).mappings().one()
    await attempt(engine, actor.login, origin)
    if not await password_matches(own["password_hash"], password):
        raise await refuse_guess(engine, actor.login, origin, WrongPassword)
    return actor, own


async def change_password(engine: AsyncEngine, acting: Acting, origin: Origin, data: PasswordChange) -> None:
    """Choose a new password; all other sessions of the account end.

    Raises:
        WrongPassword, AccountLocked: the current one does not fit.
        InvalidInput: the new one is not good enough.
    """
    actor, own = await confirm(engine, acting, origin, data.current_password)
    async with acting() as (db, _):
        policies = await policies_in_force(db)
    await _refuse_weak(data.new_password, actor.login, actor.person_name, policies, [own["password_hash"], *own["past_hashes"]])
    new_hash = await asyncio.to_thread(hash_password, data.new_password)
    async with acting() as (db, actor):
        await db.execute(text("select auth_set_password(:account, :hash)"), {"account": actor.account_id, "hash": new_hash})


async def reset_password(engine: AsyncEngine, data: PasswordReset, origin: Origin) -> None:
    """Choose a new password with the one-time code of an administrator; all sessions of the account end.

    Raises:
        ResetCodeWrong, AccountLocked, RateLimited: the code does not fit.
        InvalidInput: the new password is not good enough; the code is still good then.
    """
    login, code = data.login.strip(), code_hash(data.code)
    await attempt(engine, login, origin)
    async with unit_of_work(engine) as db:
        sql = text("select * from auth_reset_account(:login, :code)")
        account = (await db.execute(sql, {"login": login, "code": code})).mappings().first()
        policies = await policies_in_force(db)
    if account is None:
        raise await refuse_guess(engine, login, origin, ResetCodeWrong)
    hashes = [account["password_hash"], *account["past_hashes"]]
    await _refuse_weak(data.new_password, account["login"], account["person_name"], policies, hashes)
    new_hash = await asyncio.to_thread(hash_password, data.new_password)
    async with unit_of_work(engine) as db:
        await bind_origin(db, origin)
        values = {"account": account["account_id"], "code": code, "hash": new_hash}
        done = await db.scalar(text("select auth_reset_password(:account, :code, :hash)"), values)
    if not done:  # used by another request a moment ago
        raise await refuse_guess(engine, login, origin, ResetCodeWrong)


async def security(db: AsyncSession, actor: Actor) -> Security:
    """How the acting person's account is secured."""
    sql = """
        select a.password_set_at, a.totp_confirmed_at,
               (select count(*) from one_time_codes c where c.account_id = a.id and c.kind = 'recovery' and c.used_at is null) as codes
        from accounts a where a.id = :id
    """
    row = (await db.execute(text(sql), {"id": actor.account_id})).mappings().one()
    required = actor.role in (await policies_in_force(db))["totp_required_roles"]
    return Security(row["password_set_at"], row["totp_confirmed_at"], required, row["codes"])


async def begin_totp(engine: AsyncEngine, acting: Acting, box: SecretsBox, origin: Origin, data: Confirm) -> TotpOffer:
    """Hand out a secret for the authenticator; it counts once a code has confirmed it. A secret in force is not replaced."""
    actor, own = await confirm(engine, acting, origin, data.current_password)
    if own["totp_secret"]:
        raise TotpNotBegun()
    secret = new_secret()
    uri = provisioning_uri(secret, actor.login)
    svg = await asyncio.to_thread(qr_svg, uri)
    async with acting() as (db, _):
        await db.execute(text("select own_totp_begin(:secret)"), {"secret": box.lock(secret)})
    return TotpOffer(secret, uri, svg)


async def _make_recovery_codes(db: AsyncSession) -> RecoveryCodes:
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    await db.execute(text("select own_recovery_codes(:codes)"), {"codes": [code_hash(code) for code in codes]})
    return RecoveryCodes(codes)


async def confirm_totp(engine: AsyncEngine, acting: Acting, box: SecretsBox, origin: Origin, code: str) -> RecoveryCodes:
    """Put the second factor in force by a first code; returns the recovery codes, this once.

    Raises:
        TotpNotBegun: there is none to confirm.
        TotpWrong, AccountLocked: the code does not fit.
    """
    async with acting() as (db, actor):
        own = (await db.execute(OWN_SECRETS)).mappings().one()
    await attempt(engine, actor.login, origin)
    secret = box.unlock(own["totp_pending"]) if own["totp_pending"] else None
    if secret is None:
        raise TotpNotBegun()
    step = matching_step(secret, code, utc_now())
    if step is None:
        raise await refuse_guess(engine, actor.login, origin, TotpWrong)
    async with acting() as (db, _):
        await db.execute(text("select own_totp_confirm(:step)"), {"step": step})
        return await _make_recovery_codes(db)


async def remove_totp(engine: AsyncEngine, acting: Acting, origin: Origin, data: Confirm) -> None:
    """Do without the second factor again.

    Raises:
        TotpCannotGo: the role needs it.
    """
    actor, _ = await confirm(engine, acting, origin, data.current_password)
    async with acting() as (db, _):
        if actor.role in (await policies_in_force(db))["totp_required_roles"]:
            raise TotpCannotGo()
        await db.execute(text("select own_totp_remove()"))


async def renew_recovery_codes(engine: AsyncEngine, acting: Acting, origin: Origin, data: Confirm) -> RecoveryCodes:
    """New recovery codes; the former ones no longer work.

    Raises:
        TotpNotBegun: there is no second factor to recover.
    """
    _, own = await confirm(engine, acting, origin, data.current_password)
    if not own["totp_secret"]:
        raise TotpNotBegun()
    async with acting() as (db, _):
        return await _make_recovery_codes(db)


async def own_sessions(db: AsyncSession, actor: Actor) -> list[SessionRead]:
    """One's open sessions, the one used last first."""
    rows = await open_sessions(db, actor, "s.account_id = :account_id", {"account_id": actor.account_id})
    return msgspec.convert(rows, list[SessionRead])


async def revoke_own(db: AsyncSession, actor: Actor, session_id: UUID) -> Revoked:
    """End one of one's own sessions; the next request of it is refused.

    Raises:
        NotFound: none of hers, or it has ended.
    """
    sql = text("update sessions set revoked_at = now() where id = :id and account_id = :account and revoked_at is null returning id")
    ended = await db.scalar(sql, {"id": session_id, "account": actor.account_id})
    if ended is None:
        raise NotFound()
    await audit(db, "session_revoked", "session", session_id, {"account_id": str(actor.account_id)})
    return Revoked(1)


async def revoke_others(db: AsyncSession, actor: Actor) -> Revoked:
    """End all of one's sessions but this one."""
    sql = text("update sessions set revoked_at = now() where account_id = :account and id <> :this and revoked_at is null returning id")
    ended = (await db.scalars(sql, {"account": actor.account_id, "this": actor.session_id})).all()
    await audit(db, "sessions_revoked", "account", actor.account_id, {"ended": len(ended)})
    return Revoked(len(ended))


async def device_wiped(db: AsyncSession, left_unsent: int) -> None:
    """Note that this phone has erased its store, as it was told; its session ends with that."""
    await db.execute(text("delete from phone_store_keys"))  # hers on this phone: the policy shows no other
    await db.execute(text("select own_device_wiped(:left)"), {"left": left_unsent})
