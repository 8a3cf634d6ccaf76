"""All settings of the server, read once from the environment; no other module reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


class SettingsError(Exception):
    """A setting has no usable value; the message names the variable, its value and what would do."""


@dataclass(frozen=True)
class Settings:
    """What the deployment decides.

    ``database_url`` is the owner's connection (migrations, demo, operator's commands) and is empty for the API alone;
    ``database_app_url`` is the API's own, least-privilege connection. Both are ``postgresql://`` URLs as libpq reads them.
    ``pool_size`` counts connections, ``session_days`` days, ``max_body_bytes`` bytes. ``receipt_key`` is the file of the key that
    signs receipts, roots and packages; it is made at the first start. ``base_map`` is the deployment's PMTiles archive, if it has
    one. Without a ``geocoder_key`` (天地图) points are set by hand. ``fonts_dir`` is the folder of the fonts that books are set in;
    None: where packages put them.
    """

    data_dir: Path
    database_url: str
    database_app_url: str
    host: str
    port: int
    pool_size: int
    session_days: int
    max_body_bytes: int
    secure_cookies: bool
    trusted_proxies: tuple[str, ...]
    log_format: str
    pwa_dir: Path
    receipt_key: Path
    base_map: Path | None
    geocoder_url: str
    geocoder_key: str
    fonts_dir: Path | None

    @property
    def evidence_dir(self) -> Path:
        """Folder of the evidence store and of uploads under way."""
        return self.data_dir / "evidence"

    @property
    def base_map_dir(self) -> Path:
        """Folder of the extracts of the base map; each can be made again."""
        return self.data_dir / "base_maps"

    @property
    def books_dir(self) -> Path:
        """Folder of the books that were made."""
        return self.data_dir / "books"


def _whole_number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name, "") or str(default)
    try:
        value = int(raw)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise SettingsError(f"{name}={raw!r}: a whole number from {low} to {high} is needed (default {default}).")
    return value


def load_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value is not usable.
    """
    log_format = env.get("WANGGE_LOG_FORMAT", "json")
    if log_format not in ("json", "text"):
        raise SettingsError(f"WANGGE_LOG_FORMAT={log_format!r}: 'json' or 'text' is needed (default json).")
    data_dir = Path(env.get("WANGGE_DATA_DIR", "") or REPOSITORY / "data").absolute()
    return Settings(
        data_dir=data_dir,
        database_url=env.get("WANGGE_DATABASE_URL", ""),
        database_app_url=env.get("WANGGE_DATABASE_APP_URL", ""),
        host=env.get("WANGGE_HOST", "") or "127.0.0.1",
        port=_whole_number(env, "WANGGE_PORT", 8700, 1, 65535),
        pool_size=_whole_number(env, "WANGGE_POOL_SIZE", 20, 1, 500),
        session_days=_whole_number(env, "WANGGE_SESSION_DAYS", 14, 1, 90),
        max_body_bytes=_whole_number(env, "WANGGE_MAX_BODY_BYTES", 16 * 2**20, 2**16, 2**30),
        secure_cookies=env.get("WANGGE_SECURE_COOKIES", "0") == "1",
        trusted_proxies=tuple(p for p in env.get("WANGGE_TRUSTED_PROXIES", "").split(",") if p),
        log_format=log_format,
        pwa_dir=Path(env.get("WANGGE_PWA_DIR", "") or REPOSITORY / "pwa" / "dist").absolute(),
        receipt_key=Path(env.get("WANGGE_RECEIPT_KEY", "") or data_dir / "secrets" / "receipt_key.pem").absolute(),
        base_map=Path(base_map).absolute() if (base_map := env.get("WANGGE_BASEMAP_PMTILES", "")) else None,
        geocoder_url=env.get("WANGGE_GEOCODER_URL", "") or "http://api.tianditu.gov.cn/geocoder",
        geocoder_key=env.get("WANGGE_GEOCODER_KEY", ""),
        fonts_dir=Path(env["WANGGE_FONTS_DIR"]).absolute() if env.get("WANGGE_FONTS_DIR") else None,
    )
