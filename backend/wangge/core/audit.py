"""Writing to the audit log (审计日志); the database fills in who, from which session, device and address, and when."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.errors import RateLimited

AUDIT = text("select audit(:action, :kind, :id, cast(:details as jsonb), cast(:grid_path as ltree))")


async def audit(
    db: AsyncSession,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    details: dict[str, Any] | None = None,
    grid_path: str | None = None,
) -> None:
    """Add a line in the same transaction: what is not recorded does not happen.

    ``details`` of a change hold ``before`` and ``after``, each only with the fields that changed.
    """
    values = {"action": action, "kind": subject_kind, "id": subject_id, "details": msgspec.json.encode(details or {}).decode(),
              "grid_path": grid_path}  # fmt: skip
    await db.execute(AUDIT, values)


async def within_hourly_limit(db: AsyncSession, action: str, policy_key: str) -> None:
    """Go on only while the acting person has done this less often in the last hour than the policy allows.

    Raises:
        RateLimited: she has not.
    """
    sql = text("select audit_count(:action, now() - interval '1 hour') >= (policy(:key))::int")
    if await db.scalar(sql, {"action": action, "key": policy_key}):
        raise RateLimited(retry_after_s=600)
