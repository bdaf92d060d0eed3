"""Reports on memory: units, bars, a terminal's width."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.reports.memory import Style, bar, render
from cnninspect.reports.memory_lines import lines
from cnninspect.reports.memory_plot import drawing
from cnninspect.reports.memory_words import parse_bytes
from cnninspect.reports.svg import write


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("8GiB", 8 * 2**30),
        ("8gib", 8 * 2**30),
        ("8GB", 8 * 10**9),
        ("512M", 512 * 2**20),
        ("1.5KiB", 1536),
        ("1e9", 10**9),
        ("4096", 4096),
        ("4096B", 4096),
        ("1_000", 1000),
        ("lots", None),
        ("", None),
        ("8iB", None),
        ("-1", None),
        ("0", None),
        ("nan", None),
        ("inf", None),
        ("8EiB", None),
    ],
)
def test_amounts(text: str, amount: int | None) -> None:
    """GiB and G are powers of 1024, GB of 1000; what is no amount is None."""
    assert parse_bytes(text) == amount


def test_bars() -> None:
    """A bar is as long as its share of the most; any at all is the thinnest block."""
    assert [bar(number, 80, 10) for number in (0, 1, 4, 44, 80)] == ["", "▏", "▌", "█████▌", "██████████"]


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_a_terminal_is_not_overrun(width: int) -> None:
    """Lines of the course and of the notes fit the terminal, and the peak is marked once."""
    graph = api.load("vgg16")
    found, largest = api.memory(graph, batch=32, device_bytes=2**33)
    text = render(graph, found, largest, lines(found), style=Style(width))
    course = text[text.index("\nname") :]
    assert max(map(len, course.splitlines())) <= width
    assert width < 60 or max(map(len, text.splitlines()[1:])) <= width  # figures are never cut
    assert " ".join(text.split()).count("one more is") == 2
    assert course.count("◀") == (width > 40)


def test_a_drawing() -> None:
    """A drawing has a bar for each line, the peak in a colour of its own, and says what it shows."""
    graph = api.load("vgg11")
    found, _ = api.memory(graph)
    course = lines(found, 1)
    text = write(drawing("vgg11", found, course))
    assert text.count(" alive</title>") == len(course)
    assert text.count('fill="#c2570c"') == 1
    assert "most while features.3 runs" in text or f"most while {found.peak_layer} runs" in text


def test_what_is_unknown_is_not_drawn_as_nothing_silently() -> None:
    """A drawing says of how many lines something is unknown."""
    loaded = api.read("m.yaml", text="input: [3, 8, 8]\nlayers:\n  - relu\n  - {conv: {out: 4, kernel: 9}, name: a}\n")
    assert loaded.graph is not None
    found, _ = api.memory(loaded.graph)
    assert "in which they run: 0 to a; 1 unknown, drawn as nothing<" in write(drawing("m", found, lines(found)))


def test_nothing_to_draw() -> None:
    """A network without layers is drawn as an empty frame."""
    graph = api.load("vgg11")._replace(nodes=(), outputs=())
    found, _ = api.memory(graph)
    assert "no layers" in write(drawing("none", found, []))
