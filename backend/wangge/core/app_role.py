"""The API's own database connection on a server that the operator brought (``WANGGE_DATABASE_URL``).

The private cluster sets its roles up itself; here ``wangge db upgrade`` gives the role a password, kept in the data folder.
"""

import secrets
from pathlib import Path
from urllib.parse import quote

import asyncpg
from sqlalchemy.engine import make_url

from wangge.core.settings import Settings, SettingsError

ROLE = "wangge_app"


def _password_file(data_dir: Path) -> Path:
    return data_dir / "secrets" / "app_role_password"


def app_url(settings: Settings) -> str:
    """The URL that the API connects with.

    Raises:
        SettingsError: neither given nor derivable; says what to do.
    """
    if settings.database_app_url:
        return settings.database_app_url
    file = _password_file(settings.data_dir)
    if not settings.database_url or not file.is_file():
        raise SettingsError("No database for the API: start with scripts/run, or set WANGGE_DATABASE_URL and run 'wangge db upgrade'.")
    url = make_url(settings.database_url).set(username=ROLE, password=quote(file.read_text().strip()))
    return url.render_as_string(hide_password=False)


async def let_app_role_sign_in(settings: Settings) -> None:
    """Give the API's role a password of its own, once, unless the operator set ``WANGGE_DATABASE_APP_URL``."""
    file = _password_file(settings.data_dir)
    if settings.database_app_url or file.is_file():
        return
    password = secrets.token_urlsafe(24)
    connection = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute(f"alter role {ROLE} login password '{password}'")
    finally:
        await connection.close()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_text(password)
