"""A picture's fingerprint: dHash, 64 bits. The same scene re-encoded, resized or slightly cropped differs in a few bits only.

Source: N. Krawetz, "Kind of Like That" (2013): whether each of 8 x 8 neighbours, of a 9 x 8 grey reduction, grows brighter.
"""

import io

from PIL import Image, ImageStat

FLAT = 4.0
"""Below this standard deviation of grey (0 to 127) a picture has no structure to tell it by."""


def fingerprint(picture: bytes) -> int | None:
    """The dHash of an upright JPEG (a thumbnail will do) as a signed 64-bit number; None for a picture without structure.

    Raises:
        ValueError: it cannot be decoded.
    """
    try:
        grey = Image.open(io.BytesIO(picture), formats=("JPEG",)).convert("L")
    except Exception as exc:  # decoders raise whatever the bytes lead them to
        raise ValueError("not decodable") from exc
    if ImageStat.Stat(grey).stddev[0] < FLAT:
        return None
    small = grey.resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (small[row * 9 + column] < small[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits
