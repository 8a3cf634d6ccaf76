"""The rights matrix as everyone may read it: what a role may do is no secret."""

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.access import repository
from wangge.access.schemas import RightRead, RightsMatrix
from wangge.core.errors import Language

# From the whole city down to one community; then who only looks.
ROLES = ("city", "county", "street", "community", "auditor")


async def rights_matrix(db: AsyncSession, language: Language) -> RightsMatrix:
    """Every right, what it opens, and which roles carry it."""
    rows = await repository.matrix(db)
    rights = [
        RightRead(r["code"], r["kind"], r[language], r[f"opens_{language}"], [role for role in ROLES if role in r["roles"]]) for r in rows
    ]
    return RightsMatrix(list(ROLES), rights)
