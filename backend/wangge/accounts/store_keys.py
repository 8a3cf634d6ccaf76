"""Keys of phones' stores, for a forgotten PIN: kept for the person herself and shown to nobody else (docs/decisions/0017)."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.accounts.errors import FreshSignInRequired, NotOnAPhone, StoreKeyNotKept
from wangge.accounts.schemas import StoreKey, StoreKeyKept
from wangge.accounts.secrets_box import SecretsBox
from wangge.core.audit import audit

KEEP = """
    insert into phone_store_keys (device_id, account_id, key_id, key_locked) values (:device_id, :account_id, :key_id, :key_locked)
    on conflict (device_id, account_id) do update set key_id = excluded.key_id, key_locked = excluded.key_locked, kept_at = now()
    where phone_store_keys.key_id <> excluded.key_id
    returning kept_at
"""
FRESH = """
    select created_at > now() - make_interval(mins => (policy('store_key_sign_in_minutes'))::int) from sessions where id = :session_id
"""


async def keep_store_key(db: AsyncSession, actor: Actor, box: SecretsBox, data: StoreKey) -> StoreKeyKept:
    """Keep the key of this account's store on this phone, in place of a former one; sent again it is kept once.

    Raises:
        NotOnAPhone: a desk's session.
    """
    if actor.device_id is None:
        raise NotOnAPhone()
    values = {"device_id": actor.device_id, "account_id": actor.account_id, "key_id": data.key_id, "key_locked": box.lock(data.key)}
    kept_at = await db.scalar(text(KEEP), values)
    if kept_at is None:  # the answer to the first try was lost
        kept_at = await db.scalar(text("select kept_at from phone_store_keys"))
    else:
        await audit(db, "store_key_kept", "device", actor.device_id, {"key_id": str(data.key_id)})
    return StoreKeyKept(data.key_id, kept_at)


async def give_store_key(db: AsyncSession, actor: Actor, box: SecretsBox) -> StoreKey:
    """The key, for the person herself on the phone it belongs to, a few minutes after she gave her password there.

    Raises:
        NotOnAPhone: a desk's session.
        FreshSignInRequired: the password was given too long ago.
        StoreKeyNotKept: there is none, or it was locked by a key that this server no longer has.
    """
    if actor.device_id is None:
        raise NotOnAPhone()
    if not await db.scalar(text(FRESH), {"session_id": actor.session_id}):
        raise FreshSignInRequired()
    row = (await db.execute(text("select key_id, key_locked from phone_store_keys"))).mappings().first()
    key = box.unlock(row["key_locked"]) if row else None
    if row is None or key is None:
        raise StoreKeyNotKept()
    await audit(db, "store_key_given", "device", actor.device_id, {"key_id": str(row["key_id"])})
    return StoreKey(row["key_id"], key)
