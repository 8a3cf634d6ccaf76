"""Photos for the browser tests: ``photos.py make FOLDER`` draws them, ``photos.py read FILE...`` says as JSON what files hold.

Two shop fronts as a phone takes them, of 6.7 and 4.3 megapixels, with EXIF: one held upright (orientation 6), one lying.
A red square marks the corner that is top left when the picture is looked at.
"""

import io
import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps
from PIL.TiffImagePlugin import IFDRational

from wangge.demo.history import drawn_photo

MARK_PX = 160
RED = (214, 30, 30)


def _exif(orientation: int, taken: str) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = "Wangge", "test phone", orientation, taken
    degrees = lambda d, m, s: (IFDRational(d), IFDRational(m), IFDRational(int(s * 100), 100))  # noqa: E731
    exif.get_ifd(0x8825).update({1: "N", 2: degrees(36, 51, 3.5), 3: "E", 4: degrees(118, 47, 20.25)})
    exif.get_ifd(0x8769)[0x9003] = taken
    return exif


def _draw(size: tuple[int, int], seed: int) -> Image.Image:
    front = Image.open(io.BytesIO(drawn_photo(f"E2E {seed}", seed))).convert("RGB")
    picture = ImageOps.fit(front, size, Image.Resampling.LANCZOS)
    ImageDraw.Draw(picture).rectangle((0, 0, MARK_PX, MARK_PX), fill=RED)
    return picture


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    held_upright = _draw((2250, 3000), 11).transpose(Image.Transpose.ROTATE_90)
    held_upright.save(folder / "upright.jpg", quality=90, exif=_exif(6, "2026:11:24 09:30:00"))
    _draw((2400, 1800), 12).save(folder / "lying.jpg", quality=90, exif=_exif(1, "2026:11:24 09:31:00"))


def read(path: Path) -> dict[str, object]:
    with Image.open(path) as picture:
        exif = picture.getexif()
        shown = ImageOps.exif_transpose(picture).convert("RGB")
        red, green, blue = shown.getpixel((20, 20))
        return {
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "make": exif.get(0x010F),
            "orientation": exif.get(0x0112),
            "taken": exif.get_ifd(0x8769).get(0x9003),
            "gps": {str(key): str(value) for key, value in sorted(exif.get_ifd(0x8825).items())},
            "marked_top_left": red > 170 and green < 90 and blue < 90,
        }


if __name__ == "__main__":
    verb, *names = sys.argv[1:]
    if verb == "make":
        make(Path(names[0]))
    else:
        print(json.dumps([read(Path(name)) for name in names]))
