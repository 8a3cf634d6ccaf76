"""The map of a book: what is drawn, to scale, and the same each time."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

from wangge.books.map_drawing import COVERED, UNCOVERED, WIDTH, Dot, Drawing, Outline, backdrop, draw

SVG = "{http://www.w3.org/2000/svg}"


def square(west: float, south: float, side: float = 0.02) -> dict[str, object]:
    """A grid of ``side`` degrees."""
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


OWN = Outline(square(119.1, 36.7), "本村")
DRAWING = Drawing(
    own=OWN,
    beside=[Outline(square(119.12, 36.7), "邻村")],
    dots=[Dot(119.11, 36.71, "covered", number="1"), Dot(119.105, 36.705, "uncovered")],
)


def dots(svg: str, colour: str) -> list[tuple[float, float]]:
    paths = [p for p in ET.fromstring(svg).iter(f"{SVG}path") if p.get("stroke") == colour and p.get("stroke-linecap")]
    return [(float(x), float(y)) for p in paths for x, y in re.findall(r"M([\d.]+) ([\d.]+)h", p.get("d") or "")]


def test_every_employer_is_a_dot_of_its_colour_where_it_stands() -> None:
    svg = draw(DRAWING)
    ((x, y),) = dots(svg, COVERED)

    assert len(dots(svg, UNCOVERED)) == 1
    height = float((ET.fromstring(svg).get("viewBox") or "").split()[3])
    assert abs(x - WIDTH / 2) < 2 and abs(y - height / 2) < 2  # the grid's middle is the sheet's


def test_the_bar_of_the_scale_is_as_long_as_it_says() -> None:
    svg = draw(DRAWING)
    words = next(t.text for t in ET.fromstring(svg).iter(f"{SVG}text") if t.text and t.text.endswith((" m", " km")))
    number, unit = words.split()
    metres = float(number) * (1000 if unit == "km" else 1)
    bar = re.search(r'd="M40 [\d.]+v14h([\d.]+)v-14"', svg)
    assert bar is not None
    (south,), (north,) = (
        [y for _, y in dots(draw(replace(DRAWING, dots=[Dot(119.11, lat, "covered")])), COVERED)] for lat in (36.70, 36.72)
    )
    # a minute of latitude at 36.7° is 1,849.7 m long (WGS 84 ellipsoid)
    per_metre = (south - north) / (0.02 * 60 * 1849.7)
    assert abs(float(bar[1]) / per_metre - metres) < metres * 0.002


def test_the_same_drawing_is_the_same_text_and_names_are_escaped() -> None:
    odd = replace(DRAWING, beside=[Outline(square(119.12, 36.7), "<邻>&村")])

    assert draw(DRAWING) == draw(DRAWING)
    assert "<邻>&村" in [t.text for t in ET.fromstring(draw(odd)).iter(f"{SVG}text")]


def test_rivers_come_where_they_are_near_and_nowhere_else() -> None:
    assert backdrop(square(80, 30), 0.1) == []
