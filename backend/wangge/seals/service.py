"""Making a phone's key known, and reading the chains of what phones recorded."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import WanggeError
from wangge.core.signatures import holds, key_id_of, public_key_of
from wangge.seals.errors import NoPhoneInSession, SealKeyInvalid, SealKeyRevoked, SealKeyTaken
from wangge.seals.rules import key_proof_text
from wangge.seals.schemas import ChainRead, SealKeyRead, SealKeyRegistration

REGISTER = text("select register_seal_key(:key_id, :public_key, :proof)")
OWN_KEYS = text("select key_id, revoked_at is not null from device_keys where account_id = app_account() and device_id = :device_id")
CHAINS = text("""
    select device_id, chain_id, first_seq, last_seq, operations, unsealed, missing, forks, breaks, last_received_at,
           missing = '[]' and forks = '{}' and breaks = '{}' as is_whole
    from chains_of(:person_id)
""")
REFUSALS: dict[str, type[WanggeError]] = {"no_device": NoPhoneInSession, "taken": SealKeyTaken, "revoked": SealKeyRevoked}


async def register_key(db: AsyncSession, actor: Actor, data: SealKeyRegistration) -> SealKeyRead:
    """Make the key of the session's phone known; the same again changes nothing.

    Raises:
        NoPhoneInSession: the session was opened without a phone.
        SealKeyInvalid: no P-256 key, or ``proof`` is not its signature for this account and phone.
        SealKeyTaken, SealKeyRevoked: as they say.
    """
    if actor.device_id is None:
        raise NoPhoneInSession()
    key = public_key_of(data.public_key)
    if key is None or not holds(key, data.proof, key_proof_text(actor.account_id, actor.device_id, data.public_key)):
        raise SealKeyInvalid()
    key_id = key_id_of(data.public_key)
    refused = await db.scalar(REGISTER, {"key_id": key_id, "public_key": data.public_key, "proof": data.proof})
    if refused:
        raise REFUSALS[refused]()
    return SealKeyRead(key_id, is_revoked=False)


async def own_keys(db: AsyncSession, actor: Actor) -> list[SealKeyRead]:
    """The keys of the session's phone, as far as they are known here."""
    if actor.device_id is None:
        return []
    return [SealKeyRead(*row) for row in await db.execute(OWN_KEYS, {"device_id": actor.device_id})]


async def chains(db: AsyncSession, actor: Actor, person_id: UUID) -> list[ChainRead]:
    """The chains of a person of the caller's scope, or her own; empty for anybody else.

    Raises:
        RightMissing: the role may not read records.
    """
    actor.require("records.read")
    rows = (await db.execute(CHAINS, {"person_id": person_id})).mappings()
    return msgspec.convert([dict(row) for row in rows], list[ChainRead])
