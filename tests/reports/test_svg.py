"""Drawings as SVG and PNG: well-formed, with the text, the places and the pictures that they are made of."""

from __future__ import annotations

from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest

from cnninspect.reports import svg, svg_field, svg_growth, svg_png
from cnninspect.reports.picture import Extent

SPACE = "{http://www.w3.org/2000/svg}"


def extent(size: int, first: int, last: int, step: int = 1) -> Extent:
    """An axis of which every ``step``-th position of a window is seen."""
    return Extent(size, first, last, sum(1 << place for place in range(first, last + 1, step) if 0 <= place < size))


def texts(drawing: svg.Drawing) -> list[str]:
    """Every text of a drawing that can be read, from top to bottom of the file."""
    root = ET.fromstring(svg.write(drawing))
    return [element.text or "" for element in root.iter(f"{SPACE}text")]


def curve(*sizes: int | None, whole: int | None = None) -> list[svg_growth.Step]:
    """Layers of these sizes on both axes."""
    return [svg_growth.Step(f"l{i}", "conv", (size, size), i == whole, ("1", "1")) for i, size in enumerate(sizes)]


def test_each_mark() -> None:
    """Each kind of mark is one element, numbers cut to a hundredth, text escaped."""
    marks = (
        svg.Cells(((0, 10.0),), ((1 / 3, 5),), "#fff", 0.5, "#000", True, "a<b"),
        svg.Line(((0, 0), (1, 2.5)), "#111", 2, dashed=True),
        svg.Dot(1, 2, "#222", title="x"),
        svg.Dot(1, 2, "#222", hollow=True),
        svg.Words(3, 4, 'a & "b" \x1b[0m', bold=True),
    )
    assert svg.write(svg.Drawing(20, 10, "t", marks)).split("\n")[3:-2] == [
        '<path d="M0 0.33h10v5h-10z" fill="#fff" fill-opacity="0.5" stroke="#000" stroke-dasharray="5 3">'
        "<title>a&lt;b</title></path>",
        '<polyline points="0,0 1,2.5" fill="none" stroke="#111" stroke-width="2" stroke-dasharray="5 3"/>',
        '<circle cx="1" cy="2" r="2.6" fill="#222"><title>x</title></circle>',
        '<circle cx="1" cy="2" r="2.6" fill="#ffffff" stroke="#222"/>',
        '<text x="3" y="4" font-size="12" text-anchor="start" fill="#1f2933" font-weight="bold">'
        "a &amp; &quot;b&quot; [0m</text>",
    ]


def test_cells_grow_with_spans_and_not_with_their_product() -> None:
    """A hundred rows crossed with a hundred columns are two hundred rectangles, one cut by the other."""
    spans = tuple([(2.0 * index, 1.0) for index in range(100)])
    text = svg.write(svg.Drawing(9, 9, "t", (svg.Cells(spans, spans, "#000"), svg.Cells(spans, spans[:1], "#000"))))
    assert (text.count("z"), text.count("<clipPath")) == (300, 1)
    assert 'clip-path="url(#rows0)"' in text


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (5, [0, 1, 2, 3, 4, 5]),
        (7, [0, 2, 4, 6]),
        (242, [0, 50, 100, 150, 200]),
        (1627, [0, 500, 1000, 1500]),
        (100_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
    ],
)
def test_ticks(top: float, expected: list[int]) -> None:
    """Scales are marked at round numbers: 1, 2 or 5 times a power of ten, six steps at most."""
    assert svg.ticks(top) == expected


# --- growth ------------------------------------------------------------------------------


def test_growth_tells_where_the_field_outgrows_the_input() -> None:
    """The curve names the first layer whose field is larger than the input, and the input's size."""
    words = texts(svg_growth.growth("net", "input 3 × 8 × 8", curve(3, 5, 9, 11), (8, 8), ("height", "width")))
    assert words[:2] == ["net", "input 3 × 8 × 8"]
    assert "larger than the input from l2 on" in words
    assert "input 8" in words
    assert "one dot a layer; the line is the largest so far" in words


def test_growth_below_the_input() -> None:
    """Where no field outgrows the input nothing is said about it."""
    words = texts(svg_growth.growth("net", "", curve(3, 5, 8), (8, 8), ("height", "width")))
    assert not [text for text in words if "larger than" in text]


def test_growth_of_unlike_axes() -> None:
    """Axes that differ, in their fields or in the input's size, have a curve and a line each."""
    steps = [svg_growth.Step("a", "conv", (3, 7), False, ("1", "2"))]
    words = texts(svg_growth.growth("net", "", steps, (8, 8), ("height", "width")))
    assert {"input height 8", "input width 8", "height", "width"} <= set(words)
    assert "/1×2" in words
    assert {"input height 8", "input width 9"} <= set(
        texts(svg_growth.growth("net", "", curve(3), (8, 9), ("height", "width")))
    )


def test_growth_where_little_is_known() -> None:
    """Unknown layers have no dot; what sees everything is a hollow one; no layers at all are no mistake."""
    text = svg.write(svg_growth.growth("n", "", curve(3, None, 8, whole=2), (8, 8), ("height", "width")))
    assert [text.count(name) for name in ("l0 (conv): 3, stride 1", "l1 (conv)", "l2 (conv): sees everything")] == [
        1,
        0,
        1,
    ]
    assert "sees everything" in texts(svg_growth.growth("n", "", curve(8, whole=0), (8,), ("length",)))
    assert texts(svg_growth.growth("n", "", [], (8,), ("length",)))[0] == "n"


# --- the field on the input --------------------------------------------------------------


def test_field_has_its_numbers_at_its_edges() -> None:
    """The first and last position of the window, of what is seen and of the input stand beside the picture."""
    drawing = svg_field.field("unit", ["one", "two"], extent(224, -40, 100), extent(224, 90, 300))
    words = texts(drawing)
    assert {"unit", "one", "two", "-40", "0", "100", "223", "90", "300", "seen", "window"} <= set(words)
    assert drawing.height > 500


def test_a_line_is_high_enough_to_see() -> None:
    """A line, and a map that is nearly one, have a height that can be seen."""
    line = svg_field.Place(None, extent(1000, 0, 9))
    flat = svg_field.Place(extent(2, 0, 1), extent(1000, 0, 9))
    tall = svg_field.Place(extent(1000, 0, 9), extent(2, 0, 1))
    assert [(place.width, place.height) for place in (line, flat, tall)] == [(520, 60), (520, 60), (60, 520)]
    assert texts(svg_field.field("u", [], None, extent(30, 0, 9)))[0] == "u"


def test_nothing_is_seen() -> None:
    """A unit that sees padding only has a window and nothing that is seen."""
    drawing = svg_field.field("u", [], extent(8, -3, -1), extent(8, -3, -1))
    assert svg.BLUE not in "".join([str(mark) for mark in drawing.marks if not isinstance(mark, svg.Words)][1:])


@pytest.mark.parametrize(
    ("bits", "size", "expected"),
    [(0b0, 4, []), (0b1111, 4, [(0, 3)]), (0b1, 4, [(0, 0)]), (0b1011, 5, [(0, 1), (3, 3)]), (0b1000, 4, [(3, 3)])],
)
def test_runs(bits: int, size: int, expected: list[tuple[int, int]]) -> None:
    """A mask is told by its stretches of ones."""
    assert svg_field.runs(bits, size) == expected


def test_photo_is_embedded_as_it_is() -> None:
    """A photo's bytes stand in the SVG unchanged, stretched over the input, and what is unseen is darkened."""
    holes = extent(5, 0, 2, 2)
    drawing = svg_field.field("u", [], holes, holes, ("image/png", b"\x89PNG any bytes"))
    root = ET.fromstring(svg.write(drawing))
    (image,) = root.iter(f"{SPACE}image")
    kind, _, data = image.attrib["href"].partition(",")
    assert (kind, b64decode(data)) == ("data:image/png;base64", b"\x89PNG any bytes")
    assert image.attrib["preserveAspectRatio"] == "none"
    dark = [mark for mark in drawing.marks if isinstance(mark, svg.Cells) and mark.fill == "#000000"]
    spans = [(len(mark.columns), len(mark.rows)) for mark in dark]
    assert spans == [(1, 1), (1, 2), (2, 2)]  # its key; row 1, rows 3 and 4; columns 1, 3 and 4 of what is left


def test_heat_is_a_picture_of_its_own() -> None:
    """A heat map is a PNG of one pixel a position, made without any library."""
    drawing = svg_field.heat("u", [], [[0.0, 1.0]], None, extent(2, 0, 1), ((0, 0), (1, 1)))
    (photo,) = [mark for mark in drawing.marks if isinstance(mark, svg.Photo)]
    assert photo.data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (photo.data[16:20], photo.data[20:24]) == (b"\0\0\0\2", b"\0\0\0\1")
    assert 'style="image-rendering:pixelated"' in svg.write(drawing)


def test_a_large_heat_map_is_made_smaller() -> None:
    """Beyond 256 positions an axis is drawn in blocks."""
    drawing = svg_field.heat("u", [], [[1.0] * 600], None, extent(600, 0, 599), ((0, 0), (0, 599)))
    (photo,) = [mark for mark in drawing.marks if isinstance(mark, svg.Photo)]
    assert photo.data[16:20] == (200).to_bytes(4, "big")


# --- pixels ------------------------------------------------------------------------------


def test_png_shows_the_same() -> None:
    """The PNG is twice as large as the SVG, with its marks at the same places."""
    image = pytest.importorskip("PIL.Image")
    from io import BytesIO

    marks = (
        svg.Cells(((0, 10),), ((0, 10),), "#ff0000"),
        svg.Cells(((10, 10),), ((0, 10),), "#ff0000", 0.5),
        svg.Cells(((20, 9),), ((0, 9),), None, stroke="#0000ff", dashed=True),
        svg.Line(((0, 15), (30, 15)), "#00ff00", 2),
        svg.Dot(5, 5, "#000000"),
        svg.Dot(25, 5, "#000000", hollow=True),
        svg.Words(2, 28, "wide × high"),
    )
    with image.open(BytesIO(svg_png.write(svg.Drawing(40, 30, "t", marks)))) as shown:
        assert shown.size == (80, 60)
        found = [shown.getpixel(place) for place in ((2, 2), (30, 10), (10, 10), (50, 10), (20, 30), (78, 2))]
        assert found == [
            (255, 0, 0),
            (255, 127, 127),
            (0, 0, 0),
            (255, 255, 255),
            (0, 255, 0),
            (255, 255, 255),
        ]
        assert shown.crop((0, 40, 80, 60)).convert("L").getextrema()[0] < 100  # the words


def test_png_of_a_photo() -> None:
    """A photo is unpacked and stretched; what is no picture is refused, and one that is too large."""
    pytest.importorskip("PIL")
    data = svg_field._png(1, 1, b"\0\0\xff\0")
    drawing = svg_field.field("u", [], extent(4, 0, 3), extent(4, 0, 3), ("image/png", data))
    assert svg_png.write(drawing).startswith(b"\x89PNG")
    for broken in (b"", b"no picture", data[:30], svg_field._png(60_000, 60_000, b"\0")):
        spoiled = svg_field.field("u", [], extent(4, 0, 3), extent(4, 0, 3), ("image/png", broken))
        with pytest.raises(svg_png.BadPicture):
            svg_png.write(spoiled)
