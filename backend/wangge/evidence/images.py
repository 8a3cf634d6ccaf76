"""Looking at images with Pillow: whether they can be decoded, and thumbnails. Slow and hostile input: call in the pool.

Evidence bytes are only read here. Whatever an image does to the decoder becomes a word of ``ImageProblem``.
"""

import io
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from wangge.evidence.rules import HEAD_BYTES, TAKEN, ImageProblem, Part, media_type_of

THUMBNAIL_PX = 320
THUMBNAIL_QUALITY = 80
DECODERS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}  # HEIF is told by its signature only


def problem_of(path: Path, part: Part, max_pixels: int) -> ImageProblem | None:
    """What is wrong with a file as an image, or None; the file may be anything.

    JPEG is read to its last byte at an eighth of its size, PNG by its checksums, so that memory stays small; nothing is
    decoded that declares more than ``max_pixels``.
    """
    with path.open("rb") as file:
        media_type = media_type_of(file.read(HEAD_BYTES))
        if media_type not in TAKEN[part]:
            return "type_mismatch"
        if media_type not in DECODERS:
            return None
        file.seek(0)
        try:
            image = Image.open(file, formats=(DECODERS[media_type],))
            if image.width * image.height > max_pixels:
                return "image_too_many_pixels"
            if image.format == "PNG":
                image.verify()
            else:
                image.draft("RGB", (THUMBNAIL_PX, THUMBNAIL_PX))
                image.load()
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return "image_too_many_pixels"
        except Exception as exc:  # decoders raise whatever the bytes lead them to; all of it means the same here
            return "image_truncated" if "truncated" in str(exc).lower() else "image_not_decodable"
    return None


def make_thumbnail(data: bytes) -> bytes:
    """A JPEG of at most 320 px on its longer edge, upright by its EXIF, in sRGB, without metadata.

    Raises:
        ValueError: the data cannot be decoded.
    """
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=("JPEG",))
        image.draft("RGB", (2 * THUMBNAIL_PX, 2 * THUMBNAIL_PX))
        image.load()
        profile = image.info.get("icc_profile")
        image = ImageOps.exif_transpose(image)
        image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
        image = _to_srgb(image, profile)
        image.info.clear()
        out = io.BytesIO()
        image.save(out, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
        return out.getvalue()
    except Exception as exc:  # as above
        raise ValueError("not decodable") from exc


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):  # an unusable profile: show the colours as they are
            pass
    return image.convert("RGB")
