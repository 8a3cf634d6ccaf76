"""SQL of the rights matrix."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

MATRIX = """
    select r.code, r.kind, r.zh, r.en, r.opens_zh, r.opens_en,
           coalesce((select array_agg(t.role) from role_rights t where t.right_code = r.code), '{}') as roles
    from rights r order by r.seq, r.code
"""


async def matrix(db: AsyncSession) -> list[dict[str, Any]]:
    """Every right with its roles."""
    return [dict(r) for r in (await db.execute(text(MATRIX))).mappings()]
