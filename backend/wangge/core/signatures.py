"""Signatures as phones and this server make them: ECDSA over P-256 with SHA-256, the two numbers one after the other (IEEE P1363).

It is what WebCrypto has in every browser of the last ten years; Ed25519 is missing in those of 2023 that are still in use.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from wangge.core.canonical import base64url, from_base64url

NUMBER_BYTES = 32
ALGORITHM = ec.ECDSA(SHA256())
PublicKey = ec.EllipticCurvePublicKey
PrivateKey = ec.EllipticCurvePrivateKey


def public_key_of(text: str) -> PublicKey | None:
    """The public key that a text carries (SubjectPublicKeyInfo, DER, base64url); None for anything that is no P-256 key."""
    der = from_base64url(text)
    if der is None:
        return None
    try:
        key = load_der_public_key(der)
    except ValueError:
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def text_of(key: PublicKey) -> str:
    """A public key as it travels (see ``public_key_of``)."""
    return base64url(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def key_id_of(text: str) -> str:
    """A key's id: the SHA-256 of its SubjectPublicKeyInfo as hex, so that an id cannot belong to another key."""
    return hashlib.sha256(from_base64url(text) or b"").hexdigest()


def _numbers(signature: str) -> bytes | None:
    raw = from_base64url(signature) if len(signature) <= 4 * NUMBER_BYTES else None
    return raw if raw is not None and len(raw) == 2 * NUMBER_BYTES else None


def is_well_formed(signature: str) -> bool:
    """Whether a text is a signature at all, good or bad."""
    return _numbers(signature) is not None


def holds(key: PublicKey, signature: str, data: bytes) -> bool:
    """Whether ``signature`` is this key's over ``data``."""
    raw = _numbers(signature)
    if raw is None:
        return False
    r, s = int.from_bytes(raw[:NUMBER_BYTES]), int.from_bytes(raw[NUMBER_BYTES:])
    try:
        key.verify(utils.encode_dss_signature(r, s), data, ALGORITHM)
    except InvalidSignature:
        return False
    return True


def sign(key: PrivateKey, data: bytes) -> str:
    """This key's signature over ``data``."""
    r, s = utils.decode_dss_signature(key.sign(data, ALGORITHM))
    return base64url(r.to_bytes(NUMBER_BYTES) + s.to_bytes(NUMBER_BYTES))
