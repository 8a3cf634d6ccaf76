"""Keep the screenshots in a folder small (256 colours where needed), and put phone and desk side by side for the README."""

import sys
from pathlib import Path

from PIL import Image

MAX_BYTES = 250_000
GROUND = (228, 234, 233)
MARGIN = 24


def shrink(file: Path) -> int:
    with Image.open(file) as picture:
        whole = picture.convert("RGB")
    whole.save(file, optimize=True)
    if file.stat().st_size > MAX_BYTES:
        whole.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


def side_by_side(phone: Path, desk: Path, target: Path) -> None:
    with Image.open(phone) as narrow, Image.open(desk) as wide:
        right = wide.convert("RGB")
        right = right.resize((round(right.width * narrow.height / right.height), narrow.height), Image.Resampling.LANCZOS)
        left = narrow.convert("RGB")
    whole = Image.new("RGB", (left.width + right.width + 3 * MARGIN, left.height + 2 * MARGIN), GROUND)
    whole.paste(left, (MARGIN, MARGIN))
    whole.paste(right, (left.width + 2 * MARGIN, MARGIN))
    whole.save(target)


def main() -> None:
    folder = Path(sys.argv[1])
    side_by_side(folder / "phone-today.png", folder / "desk-map-patrol.png", folder / "readme.png")
    too_large = []
    for file in sorted(folder.glob("*.png")):
        size = shrink(file)
        print(f"{size / 1000:7.0f} KB  {file.name}")
        if size > MAX_BYTES:
            too_large.append(file.name)
    if too_large:
        sys.exit(f"larger than {MAX_BYTES // 1000} KB: {', '.join(too_large)}")


if __name__ == "__main__":
    main()
