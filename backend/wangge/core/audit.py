"""Writing to the audit log (审计日志); the database fills in who, from which session, and when."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

AUDIT = text("select audit(:action, :kind, :id, cast(:details as jsonb), cast(:grid_path as ltree))")


async def audit(
    db: AsyncSession,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    details: dict[str, Any] | None = None,
    grid_path: str | None = None,
) -> None:
    """Add a line in the same transaction: what is not recorded does not happen."""
    values = {"action": action, "kind": subject_kind, "id": subject_id, "details": msgspec.json.encode(details or {}).decode(),
              "grid_path": grid_path}  # fmt: skip
    await db.execute(AUDIT, values)
