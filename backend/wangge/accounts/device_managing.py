"""Phones: enrolment by code, the list with last contact and unsent records, stopping and erasing."""

import asyncio
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts import repository
from wangge.accounts.actor import Actor
from wangge.accounts.managed_schemas import DeviceItem, OneTimeCodeRead
from wangge.accounts.second_factor import code_hash, new_code, qr_svg
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.policies.service import policies_in_force

SORTS = {"last_seen_at": "d.last_seen_at", "person": "p.name", "unsent": "d.unsent_operations", "enrolled_at": "d.enrolled_at"}
STATES = ("in_use", "enrolled", "revoked", "wipe_ordered", "wiped")


async def list_devices(
    db: AsyncSession, actor: Actor, q: str, state: str | None, account_id: UUID | None, sort: str | None, page: int, page_size: int
) -> Page[DeviceItem]:
    """Phones of one's subtree; the one longest without contact first."""
    actor.require("device.manage")
    where = Where("d.grid_path <@ (select app_scope())")
    if q.strip():
        where.add("(a.login ilike :q or p.name ilike :q or d.name ilike :q or d.model ilike :q)", q=search_pattern(q))
    if account_id:
        where.add("d.account_id = :account_id", account_id=account_id)
    if one_of("status", state, STATES):
        where.add(f"{repository.STATE} = :state", state=state)
    found = await repository.devices_page(db, where, order_by(sort, SORTS, "last_seen_at"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[DeviceItem])


async def _device(db: AsyncSession, device_id: UUID, account_id: UUID) -> DeviceItem:
    where = Where("d.id = :id", "d.account_id = :account", "d.grid_path <@ (select app_scope())", id=device_id, account=account_id)
    found = await repository.devices_page(db, where, "d.id", 1, 1)
    if not found.items:
        raise NotFound()
    return msgspec.convert(found.items[0], DeviceItem)


async def issue_enrolment(db: AsyncSession, actor: Actor, account_id: UUID, origin: str) -> OneTimeCodeRead:
    """A one-time code that binds a phone to an account, as a link in a QR code; good for some minutes.

    Args:
        origin: where this deployment is reached, such as ``https://wangge.example``.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("device.manage")
    row = await repository.account_or_none(db, account_id)
    if row is None:
        raise NotFound()
    code = new_code()
    minutes = int((await policies_in_force(db))["enrolment_code_minutes"])
    expires_at = await repository.insert_code(db, "enrol", account_id, code_hash(code), actor.person_id, minutes)
    path = await repository.account_path(db, account_id)
    await audit(db, "enrolment_code_issued", "account", account_id, {"expires_at": expires_at.isoformat()}, path)
    # behind the #: browsers do not send that part, so the code is in no server's log
    link = f"{origin}/enrol#{row['login']}:{code}"
    return OneTimeCodeRead(code, expires_at, row["login"], link, await asyncio.to_thread(qr_svg, link))


async def revoke_device(db: AsyncSession, actor: Actor, device_id: UUID, account_id: UUID, reason: str) -> DeviceItem:
    """Stop a phone: its sessions end and it cannot sign in until it is enrolled again. What it holds stays on it.

    Raises:
        NotFound: not in one's scope.
    """
    return await _order(db, actor, device_id, account_id, reason, wipe=False)


async def wipe_device(db: AsyncSession, actor: Actor, device_id: UUID, account_id: UUID, reason: str) -> DeviceItem:
    """Order a phone erased: at its next contact it sends what is unsent, clears its store and says so.

    Its session stays for just that, and opens nothing else.

    Raises:
        NotFound: not in one's scope.
    """
    return await _order(db, actor, device_id, account_id, reason, wipe=True)


async def _order(db: AsyncSession, actor: Actor, device_id: UUID, account_id: UUID, reason: str, wipe: bool) -> DeviceItem:
    actor.require("device.manage")
    before = await _device(db, device_id, account_id)
    if not reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明原因。", "Say why.")])
    if await repository.order_device(db, device_id, account_id, wipe, reason.strip(), actor.person_id):
        if not wipe:
            await repository.end_sessions(db, "device_id = :device and account_id = :account", device=device_id, account=account_id)
        after = await _device(db, device_id, account_id)
        details = {"before": {"state": before.state}, "after": {"state": after.state}, "reason": reason.strip(),
                   "account_id": str(account_id)}  # fmt: skip
        action = "device_wipe_ordered" if wipe else "device_revoked"
        await audit(db, action, "device", device_id, details, await repository.account_path(db, account_id))
    return await _device(db, device_id, account_id)
