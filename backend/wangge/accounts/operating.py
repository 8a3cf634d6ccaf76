"""Recovery by the operator of the machine, for the accounts that have no unit above them. On the owner's connection."""

import asyncpg

from wangge.accounts.second_factor import code_hash, new_code
from wangge.core.ids import new_id

ISSUE = """
    insert into one_time_codes (id, kind, account_id, code_sha256, issued_by, expires_at, clears_totp)
    select $1, 'reset', a.id, $2, a.person_id, now() + make_interval(mins => (policy('reset_code_minutes'))::int), $3
    from accounts a where a.login = $4 returning account_id
"""


async def issue_reset(owner_url: str, login: str, clears_totp: bool) -> str | None:
    """A one-time code with which the login's person chooses a new password; None where there is no such login."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            code = new_code()
            account_id = await connection.fetchval(ISSUE, new_id(), code_hash(code), clears_totp, login)
            if account_id is None:
                return None
            await connection.execute("select audit('reset_code_issued_by_operator', 'account', $1, '{}')", account_id)
            return code
    finally:
        await connection.close()
