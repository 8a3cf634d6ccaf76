"""The second factor: time-based codes (RFC 6238, 30 s, 6 digits), their QR code, and recovery codes."""

import hashlib
import io
import secrets
from datetime import datetime

import pyotp
import segno

STEP_S = 30
WINDOW = 1  # one step before and after: a phone's clock may be half a minute off
ISSUER = "Wangge 网格"
RECOVERY_CODES = 10
# No letters that are taken for digits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_secret() -> str:
    """A fresh secret, 160 bits, base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, login: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step (30 s since 1970) that the code belongs to, within the window; None when it fits none."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // STEP_S
    for candidate in (step, step - 1, step + 1)[: 1 + 2 * WINDOW]:
        if secrets.compare_digest(totp.generate_otp(candidate), code):
            return candidate
    return None


def looks_like_totp(code: str) -> bool:
    """Six digits; anything else is meant as a recovery code."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def new_code(groups: int = 4) -> str:
    """A code that works once, 20 bits a group: ``7KQM-2XHD-P9RT-4WCE``."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(groups))


def code_hash(code: str) -> bytes:
    """What is stored of a one-time code; blanks, hyphens and case do not matter."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def qr_svg(text: str) -> str:
    """A QR code as an SVG document, error correction M, readable from a screen."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=6, border=3, xmldecl=False, svgns=True, dark="#000", light="#fff")
    return out.getvalue().decode()
