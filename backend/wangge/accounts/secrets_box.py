"""Second-factor secrets at rest: encrypted with a key that lives in the data folder (mode 0600), not in the database."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

KEY_FILE = "totp_key"


class SecretsBox:
    """Locks and unlocks short texts. Copies of the API on several machines share the file."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "secrets" / KEY_FILE
        self._fernet: Fernet | None = None

    def _box(self) -> Fernet:
        if self._fernet is None:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                pass
            else:
                with os.fdopen(handle, "wb") as file:
                    file.write(Fernet.generate_key())
            self._fernet = Fernet(self._file.read_bytes().strip())
        return self._fernet

    def lock(self, text: str) -> str:
        """The text as it may be stored."""
        return self._box().encrypt(text.encode()).decode()

    def unlock(self, locked: str) -> str | None:
        """The text again; None when it was locked with another key (a restored backup without its key)."""
        try:
            return self._box().decrypt(locked.encode()).decode()
        except InvalidToken:
            return None
