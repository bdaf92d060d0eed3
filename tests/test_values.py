"""Plain values: how shapes and foreign text are shown, how numbers are multiplied."""

from __future__ import annotations

import pytest

from cnninspect.values import Problem, Problems, Span, clip, product, show_shape


@pytest.mark.parametrize(
    ("shape", "shown"),
    [(None, "?"), ((), "()"), ((10,), "(10,)"), ((3, 224, 224), "(3, 224, 224)")],
)
def test_shapes_are_shown_as_people_write_them(shape: tuple[int, ...] | None, shown: str) -> None:
    """A shape is shown as Python shows it, an unknown one as a question mark."""
    assert show_shape(shape) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\u202e" * 10**6, "\\u202e\\u2…"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_foreign_text_is_made_safe(text: object, shown: str) -> None:
    """Text of strangers is cut to the width that there is, and what is invisible is written out."""
    assert clip(text, 10) == shown


def test_product() -> None:
    """Nothing multiplied is 1."""
    assert (product(()), product((2, 3, 7))) == (1, 42)


def test_places() -> None:
    """A place is its file and line; a file alone where there is no line."""
    assert str(Span("a.yaml", 3, 1, 3, 2)) == "a.yaml:3"
    assert str(Span("--input", 0, 0, 0, 0)) == "--input"


def test_several_problems_are_one_exception() -> None:
    """Problems found together read as one message."""
    both = Problems([Problem("a", "one is wrong"), Problem("b", "so is two")])
    assert str(both) == "one is wrong; so is two"
    assert [problem.code for problem in both.problems] == ["a", "b"]
