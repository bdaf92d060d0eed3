"""Findings look like a compiler's, whatever the file holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnninspect.frontends.yaml.tree import Source
from cnninspect.reports.findings import MOST_SHOWN, count, excerpt, records, render, safe
from cnninspect.values import Finding, Span

TINY = Source(
    "tiny.yaml",
    "name: tiny\ninput: [6, 32, 32]\nlayers:\n  - conv:\n      out: 8\n      kernel: 3\n\n      groups: 4\n",
)


def finding(
    span: Span,
    *,
    severity: str = "error",
    code: str = "bad-value",
    message: str = "wrong",
    notes: tuple[str, ...] = (),
    help: str = "",
) -> Finding:
    """A finding with defaults."""
    return Finding(code, severity, message, notes, help, span)


GROUPS = finding(
    Span("tiny.yaml", 8, 15, 8, 16),
    code="groups-do-not-divide",
    message="6 input channels do not split into 4 equal groups",
    notes=("the input is (6, 32, 32), made by 'stem' at tiny.yaml:4",),
    help="use a divisor of 6: 1, 2, 3 or 6",
)


def test_looks_like_a_compiler() -> None:
    """The text of one finding is, character for character, what the design shows."""
    assert render([GROUPS], [TINY]) == (
        "error[groups-do-not-divide]: 6 input channels do not split into 4 equal groups\n"
        " --> tiny.yaml:8:15\n"
        "  |\n"
        "8 |       groups: 4\n"
        "  |               ^\n"
        "  = note: the input is (6, 32, 32), made by 'stem' at tiny.yaml:4\n"
        "  = help: use a divisor of 6: 1, 2, 3 or 6\n"
        "\n"
        "1 error\n"
    )


def test_nothing_for_nothing() -> None:
    """Without findings there is no text."""
    assert render([], [TINY]) == ""


def test_several_are_counted() -> None:
    """A blank line stands between findings, and the last line counts them by severity."""
    where = Span("tiny.yaml", 1, 1, 1, 5)
    several = [finding(where), finding(where, severity="warning"), finding(where), finding(where, severity="note")]
    text = render(several, [TINY])
    assert text.count("\n\n") == 4
    assert text.endswith("\n\n2 errors, 1 warning, 1 note\n")
    assert count([]) == "no findings"


def test_gutter_grows_with_the_number() -> None:
    """The gutter is as wide as the line's number, and everything below stands under it."""
    source = Source("long.yaml", "\n" * 119 + "- relu\n")
    assert render([finding(Span("long.yaml", 120, 3, 120, 7), help="remove it")], [source]) == (
        "error[bad-value]: wrong\n"
        "   --> long.yaml:120:3\n"
        "    |\n"
        "120 | - relu\n"
        "    |   ^^^^\n"
        "    = help: remove it\n"
        "\n"
        "1 error\n"
    )


def test_option_of_the_command_line() -> None:
    """A finding about an option shows the option in place of a file and no line."""
    about = finding(Span("--set classes", 0, 0, 0, 0), code="unknown-param", help="did you mean 'class'?")
    assert render([about], [TINY]) == (
        "error[unknown-param]: wrong\n --> --set classes\n  = help: did you mean 'class'?\n\n1 error\n"
    )


def test_value_of_the_command_line() -> None:
    """A place inside the value of an option needs no line number: the value is one line long."""
    assert " --> --set classes\n" in render([finding(Span("--set classes", 1, 1, 1, 4))], [TINY])


def test_file_that_is_not_at_hand() -> None:
    """A place in a file whose text is not known is told without its line."""
    assert render([finding(Span("other.yaml", 4, 2, 4, 3))], [TINY]) == (
        "error[bad-value]: wrong\n --> other.yaml:4:2\n\n1 error\n"
    )


@pytest.mark.parametrize(
    ("line", "span", "text", "carets"),
    [
        ("- relu", (1, 3, 1, 7), "- relu", "  ^^^^"),
        ("- relu", (1, 3, 1, 3), "- relu", "  ^"),  # an empty span still shows its place
        ("- relu", (1, 7, 1, 8), "- relu", "      ^"),  # behind the end: what is missing there
        ("- relu", (1, 9, 1, 10), "- relu", "      ^"),
        ("a: [1,  ", (1, 4, 3, 2), "a: [1,  ", "   ^^^"),  # on several lines: to the end of the first
        ("\t- relu", (1, 4, 1, 8), "    - relu", "      ^^^^"),
        ("\t- relu", (1, 1, 1, 2), "    - relu", "^^^^"),
        ("卷积: 3", (1, 5, 1, 6), "卷积: 3", "      ^"),  # two cells each
        ("卷积: 3", (1, 1, 1, 3), "卷积: 3", "^^^^"),
        ("cafe\u0301: 3", (1, 8, 1, 9), "cafe\u0301: 3", "      ^"),  # an accent on its own takes no cell
        ("a\u202eb: 3", (1, 6, 1, 7), "a\\u202eb: 3", "          ^"),
        ("a\x1b[31m: 3", (1, 2, 1, 3), "a\\x1b[31m: 3", " ^^^^"),
        ("a\xa0b", (1, 2, 1, 3), "a\\xa0b", " ^^^^"),
    ],
)
def test_carets_stand_under_the_place(line: str, span: tuple[int, int, int, int], text: str, carets: str) -> None:
    """Tabs, wide and combining characters and escapes move the carets as they move the text."""
    assert excerpt(line, Span("x", *span), 100) == (text, carets)


@pytest.mark.parametrize(
    ("line", "column", "end", "text", "carets"),
    [
        ("a" * 20, 1, 3, "a" * 20, "^^"),
        ("a" * 21, 1, 3, "a" * 19 + "…", "^^"),
        ("a" * 21, 12, 13, "a" * 19 + "…", " " * 11 + "^"),
        ("a" * 30 + "X" + "b" * 30, 31, 32, "…aaaaaaXbbbbbbbbbbb…", " " * 7 + "^"),
        ("a" * 40 + "X", 41, 42, "…aaaaaaX", " " * 7 + "^"),
        ("X" * 50, 1, 51, "X" * 19 + "…", "^" * 20),
        ("a" * 40 + "X" * 40, 41, 81, "…aaaaaa" + "X" * 12 + "…", " " * 7 + "^" * 13),
        ("积" * 30 + "X", 31, 32, "…积积积X", " " * 7 + "^"),
    ],
)
def test_long_lines_are_cut_around_the_place(line: str, column: int, end: int, text: str, carets: str) -> None:
    """Of a line that is too long the part around the place is shown, and … where something is left out."""
    assert excerpt(line, Span("x", 1, column, 1, end), 20) == (text, carets)


@given(st.text(max_size=60), st.integers(1, 62), st.integers(0, 62), st.integers(20, 40))
def test_excerpt_fits(line: str, column: int, length: int, width: int) -> None:
    """Whatever the line, the excerpt is printable and there is a caret."""
    text, carets = excerpt(line, Span("x", 1, column, 1, column + length), width)
    assert text.isprintable()
    assert carets.strip(" ").strip("^") == ""
    assert carets.endswith("^")
    if line.isascii() and column <= len(line):
        assert max(len(text), len(carets)) <= width + 9  # an escape may begin in the last cell of the carets


def test_megabyte_on_one_line() -> None:
    """A line of a megabyte is shown as one line of text."""
    source = Source("m.yaml", "x" * 2**20)
    longest = max(map(len, render([finding(Span("m.yaml", 1, 500_000, 1, 500_010))], [source]).split("\n")))
    assert longest <= 120


def test_width_of_a_terminal() -> None:
    """The width that is asked for holds for the line of the file with its gutter."""
    source = Source("m.yaml", "x" * 500)
    assert len(render([finding(Span("m.yaml", 1, 250, 1, 260))], [source], width=60).split("\n")[3]) == 60


def test_nothing_invisible_gets_out() -> None:
    """Messages, notes, help and file names are printed on one line each, with everything invisible escaped."""
    nasty = "a\x1b[31m\u202eb\nc"
    shown = "a\\x1b[31m\\u202eb\\nc"
    text = render([finding(Span(nasty, 0, 0, 0, 0), message=nasty, notes=(nasty,), help=nasty)], [TINY])
    assert text == f"error[bad-value]: {shown}\n --> {shown}\n  = note: {shown}\n  = help: {shown}\n\n1 error\n"
    assert len(safe("x" * 10_000)) == 2000


def test_colors() -> None:
    """Colour adds escape sequences and nothing else: red errors, yellow warnings, cyan notes, a blue gutter."""
    severities = ("error", "warning", "note")
    several = [GROUPS._replace(severity=severity) for severity in severities]
    colored = render(several, [TINY], color=True)
    for severity, shade in zip(severities, ("31", "33", "36"), strict=True):
        assert f"\x1b[1;{shade}m{severity}[groups-do-not-divide]\x1b[0m" in colored
    assert "\x1b[1;34m8 |\x1b[0m" in colored
    plain = colored
    for shade in ("1", "1;31", "1;32", "1;33", "1;34", "1;36", "0"):
        plain = plain.replace(f"\x1b[{shade}m", "")
    assert plain == render(several, [TINY])


def test_many_are_cut() -> None:
    """A file with thousands of mistakes is told the first of them and how many there are."""
    where = Span("tiny.yaml", 1, 1, 1, 5)
    text = render([finding(where)] * 1500, [TINY])
    assert text.count("error[") == MOST_SHOWN
    assert text.endswith("\n\n1,500 errors; the first 100 are shown\n")


def test_records() -> None:
    """A finding as a record holds every field as plain data."""
    assert records([GROUPS._replace(layer="stem")]) == [
        {
            "code": "groups-do-not-divide",
            "severity": "error",
            "message": "6 input channels do not split into 4 equal groups",
            "notes": ["the input is (6, 32, 32), made by 'stem' at tiny.yaml:4"],
            "help": "use a divisor of 6: 1, 2, 3 or 6",
            "file": "tiny.yaml",
            "line": 8,
            "column": 15,
            "end_line": 8,
            "end_column": 16,
            "layer": "stem",
        }
    ]
