"""The expression language: what every form means, and where every mistake points."""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnninspect.frontends.yaml import expressions
from cnninspect.frontends.yaml.evaluation import LIMIT, ExpressionError, Unknown
from cnninspect.frontends.yaml.expressions import (
    Expression,
    parse_expression,
    parse_name,
    parse_template,
    parse_value,
)
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.frontends.yaml.evaluation import Environment


class Names:
    """An environment with fixed values."""

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values

    def lookup(self, name: str) -> object:
        return self.values[name]

    def names(self) -> Iterator[str]:
        return iter(self.values)


class Tensor:
    """A value with fields, one of them broken."""

    def field(self, name: str) -> int:
        if name == "height":
            raise Unknown
        if name != "channels":
            raise Problem("unknown-name", f"$prev has no '{name}'", help="it has channels", notes=["made by conv1"])
        return 256


VALUES: dict[str, object] = {
    "out": 64,
    "stride": 1,
    "width": 0.75,
    "whole": 8.0,
    "bias": True,
    "none": None,
    "name": "conv",
    "depth": [3, 4, 6, 3],
    "table": [[16, 24], (32, 64)],
    "sizes": {"small": 1, "0": "zero"},
    "one": [7],
    "empty": [],
    "i": 1,
    "key": "small",
    "prev": Tensor(),
    "huge": 10**400,
    "infinite": math.inf,
    "größe": 5,
    "min": 9,
    "long": "x" * 150,
}
ENV = Names(VALUES)


def failure(action: Callable[[], object]) -> ExpressionError:
    """The error that an action ends in."""
    with pytest.raises(ExpressionError) as caught:
        action()
    return caught.value


def found(error: ExpressionError) -> tuple[str, int, int, str, str]:
    """All that an error says."""
    return error.code, error.start, error.end, error.message, error.help


# --- values --------------------------------------------------------------------------

ROWS: list[tuple[str, object]] = [
    # literals
    ("64", 64),
    ("010", 10),
    ("0.5", 0.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e-3", 0.001),
    ("1E+3", 1000.0),
    ("true", True),
    ("false", False),
    ("null", None),
    ("'a b'", "a b"),
    ('"it\'s"', "it's"),
    ("''", ""),
    # names, with and without a dollar
    ("$out", 64),
    ("out", 64),
    ("  $out\n", 64),
    ("größe", 5),
    ("$min", 9),
    ("min", 9),
    ("min + 1", 10),
    # arithmetic: whole where it is exact
    ("$out * 4", 256),
    ("6 / 3", 2),
    ("7 / 2", 3.5),
    ("6.0 / 3", 2.0),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("-7 % 3", 2),
    ("7.5 % 2", 1.5),
    ("7 - 2 - 1", 4),
    ("2 * 3 + 4 * 5", 26),
    ("2 * (3 + 4)", 14),
    ("2 - -3", 5),
    ("- - 3", 3),
    ("+3", 3),
    ("-$depth.0 * 2", -6),
    ("'a' + 'b' + $name", "abconv"),
    ("9223372036854775807", 2**63 - 1),
    ("-9223372036854775807", 1 - 2**63),
    ("1e30 * 10", 1e31),
    ("$huge == $huge", True),
    ("1 / $infinite", 0.0),
    # comparisons
    ("i == 0", False),
    ("$i == 1", True),
    ("1 == 1.0", True),
    ("1 == true", False),
    ("0 != false", True),
    ("1 == '1'", False),
    ("null == null", True),
    ("null == 0", False),
    ("$empty == $empty", True),
    ("$one == $depth", False),
    ("$table.0 == $table.1", False),
    ("$sizes == $sizes", True),
    ("$name != 'conv'", False),
    ("1 < 2", True),
    ("2 <= 1.5", False),
    ("2 > 1", True),
    ("2 >= 3", False),
    ("'a' < 'b'", True),
    ("1 < 2 < 3", True),
    ("1 < 3 < 2", False),
    ("3 > 1 == 1", True),
    ("2 < 1 < 'never compared'", False),
    # truth: short circuit, the value that decided
    ("not $bias", False),
    ("not not 3", True),
    ("not 1 == 2", True),
    ("not 1 + 1", False),
    ("1 and 2", 2),
    ("0 and $nowhere", 0),
    ("1 and 0 and 1 / 0", 0),
    ("0 or '' or null", None),
    ("3 or 1 / 0", 3),
    ("0 or 2", 2),
    ("0 and 1 or 2 and 3", 3),
    ("$stride != 1 or $prev.channels != $out * 4", False),
    # conditional
    ("1 if $bias else 2", 1),
    ("1 if not $bias else 2", 2),
    ("1 / 0 if false else 3", 3),
    ("1 if 0 else 2 if 0 else 3", 3),
    ("1 if 0 else 2 if 1 else 1 / 0", 2),
    ("2 * 3 if 1 or 0 else 4 + 1", 6),
    ("1 if 1 else.5", 1),
    ("1 if 0 else.5", 0.5),
    # into lists, mappings and groups
    ("$depth.0", 3),
    ("depth.3", 3),
    ("$depth.$i", 4),
    ("$depth.(i + 1)", 6),
    ("$depth.(4 / 2.0)", 6),
    ("$table.$i.0", 32),
    ("$table.0.1", 24),
    ("$table.1.1 + 1", 65),
    ("($table.1).0", 32),
    ("$sizes.small", 1),
    ("$sizes.$key", 1),
    ("$sizes.('sm' + 'all')", 1),
    ("$sizes.0", "zero"),
    ("$prev.channels", 256),
    ("prev . channels", 256),
    # functions
    ("min(3, 2, 4.5)", 2),
    ("max(3, 2, 4.5)", 4.5),
    ("max($depth)", 6),
    ("min($table.1)", 32),
    ("max (1, 2)", 2),
    ("ceil(1.2)", 2),
    ("ceil(-1.2)", -1),
    ("floor(-1.2)", -2),
    ("floor(3)", 3),
    ("int(-1.8)", -1),
    ("int(1.8)", 1),
    ("round(2.5)", 3),
    ("round(3.5)", 4),
    ("round(-2.5)", -2),
    ("round(2.4999)", 2),
    ("round(0.49999999999999994)", 0),
    ("round(7)", 7),
    ("len($depth)", 4),
    ("len('abc')", 3),
    ("len($table.1)", 2),
    # torchvision's MobileNet rule: 24 -> 24, 18 -> 16 would lose 11 %, so 24; 20 -> 24; 3 -> 8
    ("round8(24)", 24),
    ("round8(18)", 24),
    ("round8(17.7)", 16),
    ("round8(20)", 24),
    ("round8(3)", 8),
    ("round8(18, 4)", 20),
    ("round8(30, 4.0)", 32),
    ("max(8, round8(16 * $width))", 16),
]


@pytest.mark.parametrize(("text", "value"), ROWS, ids=[row[0] for row in ROWS])
def test_value(text: str, value: object) -> None:
    """Each form has the value, and the type, that the language gives it."""
    result = parse_expression(text).evaluate(ENV)
    assert (result, type(result)) == (value, type(value))


TEMPLATES: list[tuple[str, object]] = [
    ("denselayer${i + 1}", "denselayer2"),
    ("layer$i", "layer1"),
    ("$name", "conv"),
    ("$i", "1"),
    ("${i}", 1),
    ("${$depth}", [3, 4, 6, 3]),
    ("${i}${i}", "11"),
    ("${out}_", "64_"),
    ("$name.$i", "conv.1"),
    ("${$depth.0}x", "3x"),
    ("x$whole", "x8"),
    ("x$width", "x0.75"),
    ("x$bias", "xtrue"),
    ("x${not bias}", "xfalse"),
    ("$$", "$"),
    ("$$i costs $$${i}", "$i costs $1"),
    ("${'}'}", "}"),
    ('${"a" + "}"}-', "a}-"),
    ("plain", "plain"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "value"), TEMPLATES, ids=[row[0] for row in TEMPLATES])
def test_template(text: str, value: object) -> None:
    """A template is the text with its values filled in; one ${…} alone keeps the value's type."""
    result = parse_template(text).evaluate(ENV)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 * $out", 128), ("not $bias", False), ("${i + 1}", 2), ("conv$$", "conv$"), ("b${i}", "b1"), ("$depth.0", 3)],
)
def test_scalar(text: str, value: object) -> None:
    """A scalar with a dollar is an expression, one with ${ or $$ a template."""
    expression = parse_value(text)
    assert expression is not None
    assert expression.evaluate(ENV) == value


def test_scalar_without_dollar_is_no_expression() -> None:
    """A scalar without a dollar is plain YAML, whatever it looks like."""
    assert parse_value("2 * width") is None


def test_name_is_always_a_template() -> None:
    """In the name of a layer ``$i`` is a piece of text."""
    assert parse_name("$i").evaluate(ENV) == "1"


def test_free_names() -> None:
    """An expression knows the names it uses: no words, functions, fields or quoted texts."""
    used = parse_expression("max($a, b) if not $c.field.$d.(e) else 'f' + true").names()
    assert used == {"a", "b", "c", "d", "e"}
    assert parse_template("x$a-${b + $c}$$d").names() == {"a", "b", "c"}


def test_expression_shows_its_text() -> None:
    """The text is kept as it was written."""
    expression = parse_expression(" $a+1")
    assert expression.text == " $a+1"
    assert repr(expression) == "Expression(' $a+1')"


def test_unknown_passes_untouched() -> None:
    """What depends on a broken layer is unknown, which is no error of the expression."""
    with pytest.raises(Unknown):
        parse_expression("1 + $prev.height").evaluate(ENV)


def test_equal_values_in_different_containers() -> None:
    """Lists and mappings are equal when what they hold is; 1 and true still differ inside them."""

    def equal(left: object, right: object) -> object:
        return parse_expression("$a == $b").evaluate(Names({"a": left, "b": right}))

    assert equal([1, [2.0]], (1, [2])) is True
    assert equal([1], [True]) is False
    assert equal([1], [1, 1]) is False
    assert equal({"a": [1]}, {"a": [1]}) is True
    assert equal({"a": 1}, {"a": True}) is False
    assert equal({"a": 1}, {"b": 1}) is False
    assert equal({"a": 1}, [1]) is False


# --- mistakes ------------------------------------------------------------------------

NAMES = "$bias, $depth, $empty, $größe, $huge, $i, $infinite, $key, …"
NUMBERS = "numbers are written 64, 0.5 or 1e-3, and products with a *: 2 * $x"
CHOICE = "write $a if $condition else $b"
TRUTH = "a truth value is no number: write 1 if … else 0"
LARGE = "the number is too large: whole numbers stay below 2**63, others finite"
DEEP = "the expression is nested more than 50 levels deep"
LET = "give the inner part a name with let:"
Row = tuple[str, str, str, str]

# The second column marks with ^ what the error points at in the first.
SYNTAX: list[Row] = [
    ("", "", "an expression is missing", ""),
    ("  ", "^^", "an expression is missing", ""),
    ("2 *", "  ^", "a value is missing after '*'", ""),
    ("(", "^", "a value is missing after '('", ""),
    ("not", "^^^", "a value is missing after 'not'", ""),
    ("1 + * 2", "    ^", "a value is missing before '*'", ""),
    ("()", " ^", "a value is missing before ')'", ""),
    ("if 1", "^^", "a value is missing before 'if'", ""),
    (".x", "^", "a value is missing before '.'", ""),
    ("1 + not 2", "    ^^^", "'not' cannot stand behind an operator", "put it in parentheses: (not $x)"),
    ("(1 + 2", "^", "this '(' is never closed", ""),
    ("max(1, 2", "   ^", "this '(' is never closed", ""),
    ("(1, 2)", "  ^", "a ',' stands only between the values of a function", ""),
    ("1)", " ^", "this ')' closes nothing", ""),
    ("1 else 2", "  ^^^^", "this 'else' has no 'if'", CHOICE),
    ("1 if 2", "  ^^", "an 'if' has no 'else'", CHOICE),
    ("$a $b", "   ^^", "an operator is missing before '$b'", ""),
    ("$a 'b'", "   ^^^", "an operator is missing before 'b'", ""),
    ("$a 2", "   ^", "an operator is missing before '2'", ""),
    ("$a true", "   ^^^^", "an operator is missing before 'true'", ""),
    ("$a AND $b", "   ^^^", "an operator is missing before 'AND'", "write and"),
    ("2x", "^^", "'2x' is not a number", NUMBERS),
    ("1_000", "^^^^^", "'1_000' is not a number", NUMBERS),
    ("1.2.3", "^^^^^", "'1.2.3' is not a number", NUMBERS),
    ("0x1F", "^^^^", "'0x1F' is not a number", NUMBERS),
    ("1e", "^^", "'1e' is not a number", NUMBERS),
    ("1²", "^^", "'1²' is not a number", NUMBERS),
    ("$depth.0x", "       ^^", "'0x' is not a number", NUMBERS),
    ("$depth.", "      ^", "a '.' needs an index or a name behind it", "write $list.0 or $prev.channels"),
    ("$depth..0", "      ^", "a '.' needs an index or a name behind it", "write $list.0 or $prev.channels"),
    ("$depth.*2", "      ^", "a '.' needs an index or a name behind it", "write $list.0 or $prev.channels"),
    ("'abc", "^^^^", "the quote ' is never closed", ""),
    ("1 + $", "    ^", "a '$' stands alone", "write the name right behind it: $width"),
    ("$1", "^", "a '$' stands alone", "the '$' belongs to a name: write a number without it"),
    ("$ 1", "^", "a '$' stands alone", "write the name right behind it: $width"),
    ("foo(1)", "^^^", "'foo' is not a function", "did you mean floor(…)?"),
    ("xyz(1)", "^^^", "'xyz' is not a function", "the functions are min, max, ceil, floor, round, int, len, round8"),
    ("$max(1, 2)", "^^^^", "'$max' is not a function", "did you mean max(…)?"),
    ("min()", "^^^^^", "min takes two or more values, or one list, got none", ""),
    ("1 + ceil(1, 2)", "    ^^^^^^^^^^", "ceil takes one value, got 2", ""),
    ("round8(1, 2, 3)", "^^^^^^^^^^^^^^^", "round8 takes one or two values, got 3", ""),
    ("$a[0]", "  ^", "'[' does not belong in an expression", "write $list.0"),
    (
        "2 ** 3",
        "  ^^",
        "'**' does not belong in an expression",
        "write a product: $x * $x; for each round its own power, a list: repeat: [64, 128, 256]",
    ),
    ("$a && $b", "   ^^", "'&&' does not belong in an expression", "write and"),
    ("$a || $b", "   ^^", "'||' does not belong in an expression", "write or"),
    ("!$a", "^", "'!' does not belong in an expression", "write not"),
    ("$a ? 1 : 2", "   ^", "'?' does not belong in an expression", CHOICE),
    ("$a = 1", "   ^", "'=' does not belong in an expression", "write == to compare"),
    ("2 × $a", "  ^", "'×' does not belong in an expression", "write *"),
    ("1 # no", "  ^", "'#' does not belong in an expression", ""),
    ("1 \x1b", "  ^", "'\\x1b' does not belong in an expression", ""),
]

VALUE: list[Row] = [
    ("9223372036854775808", "^" * 19, LARGE, ""),
    ("1e999", "^^^^^", LARGE, ""),
    ("9223372036854775807 + 1", "                    ^", LARGE, ""),
    ("1 - 8e307 * 2 * 10", "              ^", LARGE, ""),
    ("$huge * 1.5", "      ^", LARGE, ""),
    ("-$huge", " ^^^^^", LARGE, ""),
    ("ceil(1e30)", "     ^^^^", LARGE, ""),
    ("floor($infinite)", "      ^^^^^^^^^", LARGE, ""),
    ("$infinite - $infinite", "          ^", LARGE, ""),
    ("1 / 0", "    ^", "1 / 0 is a division by zero", ""),
    ("$out // (1 - 1)", "        ^^^^^^^", "64 // 0 is a division by zero", ""),
    ("5 % 0.0", "    ^^^", "5 % 0.0 is a division by zero", ""),
    ("2 * $bias", "    ^^^^^", "'*' needs a number, got true", TRUTH),
    ("2 * 3 + $depth", "        ^^^^^^", "'+' needs a number, got the list [3, 4, 6, 3]", ""),
    ("null - 2", "^^^^", "'-' needs a number, got nothing", ""),
    ("$prev * 2", "^^^^^", "'*' needs a number, got a group of values", ""),
    ("2 * 3 - 'a'", "        ^^^", "'-' needs a number, got the text 'a'", ""),
    ("'a' + 1", "    ^", "'+' takes two numbers or two texts, got the text 'a' and 1", ""),
    ("1 + 'a'", "  ^", "'+' takes two numbers or two texts, got 1 and the text 'a'", ""),
    ("-'a'", " ^^^", "'-' needs a number, got the text 'a'", ""),
    ("+$bias", " ^^^^^", "'+' needs a number, got true", TRUTH),
    ("1 < 'a'", "  ^", "'<' orders two numbers or two texts, got 1 and the text 'a'", ""),
    ("1 < 2 >= null", "      ^^", "'>=' orders two numbers or two texts, got 2 and nothing", ""),
    ("'a' > $bias", "    ^", "'>' orders two numbers or two texts, got the text 'a' and true", ""),
    ("$depth.9", "       ^", "index 9 is outside the list of 4", "indexes count from 0 to 3"),
    ("$one.1", "     ^", "index 1 is outside the list of 1", "the only index is 0"),
    ("$empty.0", "       ^", "index 0 is outside the list of 0", ""),
    ("$depth.(-1)", "       ^^^^", "index -1 is outside the list of 4", "indexes count from 0 to 3"),
    ("$table.1.(i + 1)", "         ^^^^^^^", "index 2 is outside the list of 2", "indexes count from 0 to 1"),
    ("$depth.len", "       ^^^", "a list is indexed by a whole number, got the text 'len'", "the first element is .0"),
    ("$depth.$width", "       ^^^^^^", "a list is indexed by a whole number, got 0.75", "the first element is .0"),
    ("$sizes.$none", "       ^^^^^", "an index is a whole number or a text, got nothing", ""),
    ("$out.channels", "     ^^^^^^^^", "there is no '.channels' in 64", ""),
    ("$name.0", "      ^", "there is no '.0' in the text 'conv'", ""),
    ("max(1, $depth)", "       ^^^^^^", "max needs a number, got the list [3, 4, 6, 3]", ""),
    ("max($table)", "    ^^^^^^", "max needs a number, got the list [16, 24]", ""),
    ("min(1)", "    ^", "min takes two or more numbers, or one list of them, got 1", ""),
    ("min($empty)", "    ^^^^^^", "min takes two or more numbers, or one list of them, got the list []", ""),
    ("int($bias)", "    ^^^^^", "int needs a number, got true", TRUTH),
    ("len(3)", "    ^", "len counts the elements of a list or the characters of a text, got 3", ""),
    ("round8('a')", "       ^^^", "round8 needs a number, got the text 'a'", ""),
    ("round8(9, 0)", "          ^", "round8 rounds to a multiple of a whole number from 1 on, got 0", ""),
    ("round8(9, .5)", "          ^^", "round8 rounds to a multiple of a whole number from 1 on, got 0.5", ""),
    ("$long + $long", "      ^", "the text has 300 characters, at most 200 are allowed", ""),
    (f"'{'x' * 201}'", "^" * 203, "the text has 201 characters, at most 200 are allowed", ""),
]

UNKNOWN: list[Row] = [
    ("$out * $wdith", "       ^^^^^^", "nothing here is called 'wdith'", "did you mean '$width'?"),
    ("wdith", "^^^^^", "nothing here is called 'wdith'", "did you mean '$width'?"),
    ("$depth.$q", "       ^^", "nothing here is called 'q'", f"the names here are {NAMES}"),
    ("half", "^^^^", "nothing here is called 'half'", f"the names here are {NAMES}; a text stands in quotes: 'half'"),
    ("None", "^^^^", "nothing here is called 'None'", "write null"),
    ("TRUE", "^^^^", "nothing here is called 'TRUE'", "write true"),
    ("$TRUE", "^^^^^", "nothing here is called 'TRUE'", f"the names here are {NAMES}"),
    ("round8", "^^^^^^", "nothing here is called 'round8'", "round8 is a function: write round8(…)"),
    ("$sizes.smal", "       ^^^^", "the mapping has no entry 'smal'", "did you mean 'small'?"),
    ("$sizes.9", "       ^", "the mapping has no entry '9'", "it has small, 0"),
    ("2 * $prev.hight", "          ^^^^^", "$prev has no 'hight'", "it has channels"),
]

LIMITS: list[Row] = [
    ("(" * 51 + "1" + ")" * 51, " " * 51 + "^", DEEP, LET),
    ("(" * 900, " " * 51 + "^", DEEP, LET),
    ("-" * 900, " " * 51 + "^", DEEP, LET),
    ("not " * 240, " " * 204 + "^^^", DEEP, LET),
    ("min(" * 240, " " * 204 + "^^^", DEEP, LET),
    ("a.(" * 300, " " * 153 + "^", DEEP, LET),
    ("1 if " * 60, "  ^^", "an 'if' has no 'else'", CHOICE),
    ("1" * 1002, " " * 1000 + "^^", "the expression has 1002 characters, at most 1,000 are allowed", ""),
]


def place(marks: str) -> tuple[int, int]:
    """From which to which column the carets stand."""
    return len(marks) - len(marks.lstrip()), len(marks)


@pytest.mark.parametrize(
    ("code", "row"),
    [
        *(("expression-syntax", row) for row in SYNTAX),
        *(("expression-value", row) for row in VALUE),
        *(("unknown-name", row) for row in UNKNOWN),
    ],
    ids=lambda value: value[0][:40] if isinstance(value, tuple) else "",
)
def test_mistake(code: str, row: Row) -> None:
    """Each mistake has its code, points at its own characters, and says what to write."""
    text, marks, message, remedy = row
    error = failure(lambda: parse_expression(text).evaluate(ENV))
    assert found(error) == (code, *place(marks), message, remedy)


@pytest.mark.parametrize("row", LIMITS, ids=lambda row: row[0][:10])
def test_limit(row: Row) -> None:
    """A text that is too long or too deep is refused where it becomes so, and never overflows the stack."""
    text, marks, message, remedy = row
    code = "expression-syntax" if remedy == CHOICE else "expression-limit"
    assert found(failure(lambda: parse_expression(text))) == (code, *place(marks), message, remedy)


BAD_TEMPLATES: list[tuple[str, str, str, str, str]] = [
    ("expression-syntax", "conv${i", "    ^^", "'${' is never closed", "write a } behind the expression"),
    ("expression-syntax", "a${}", " ^^^", "an expression is missing between { and }", ""),
    ("expression-syntax", "a${'x}", "   ^^^", "the quote ' is never closed", ""),
    ("expression-syntax", "a${1 +}", "     ^", "a value is missing after '+'", ""),
    ("expression-syntax", "a$", " ^", "a '$' stands alone", "write $name or ${expression}, and $$ for a dollar"),
    ("expression-syntax", "$1", "^", "a '$' stands alone", "write $name or ${expression}, and $$ for a dollar"),
    ("unknown-name", "b${2 * $wdith}", "       ^^^^^^", "nothing here is called 'wdith'", "did you mean '$width'?"),
    ("unknown-name", "b$wdith", " ^^^^^^", "nothing here is called 'wdith'", "did you mean '$width'?"),
    ("expression-value", "a${1 / 0}", "       ^", "1 / 0 is a division by zero", ""),
    ("expression-value", "a$depth", " ^^^^^^", "the list [3, 4, 6, 3] cannot stand in a text", "write ${list.0}"),
    ("expression-value", "a${none}", " ^^^^^^^", "nothing cannot stand in a text", ""),
    ("expression-value", "a${prev}", " ^^^^^^^", "a group of values cannot stand in a text", ""),
    ("expression-value", "a$infinite", " ^^^^^^^^^", LARGE, ""),
    ("expression-value", "$long$long", "^" * 10, "the text has 300 characters, at most 200 are allowed", ""),
    (
        "expression-limit",
        "x" * 1001,
        " " * 1000 + "^",
        "the expression has 1001 characters, at most 1,000 are allowed",
        "",
    ),
]


@pytest.mark.parametrize("row", BAD_TEMPLATES, ids=lambda row: row[1][:20])
def test_mistake_in_template(row: tuple[str, str, str, str, str]) -> None:
    """A mistake inside a template points at its column in the whole text."""
    code, text, marks, message, remedy = row
    assert found(failure(lambda: parse_template(text).evaluate(ENV))) == (code, *place(marks), message, remedy)


def test_base_moves_every_position() -> None:
    """An expression that starts further right reports its mistakes there, at parsing and at evaluation."""
    assert found(failure(lambda: parse_expression("1 +", 10)))[1:3] == (12, 13)
    assert found(failure(lambda: parse_expression("1 / 0", 10).evaluate(ENV)))[1:3] == (14, 15)
    assert found(failure(lambda: parse_expression("'a", 10)))[1:3] == (10, 12)
    assert found(failure(lambda: parse_expression("1 / 0").evaluate(ENV)))[1:3] == (4, 5)


def test_problem_of_a_field_keeps_its_notes() -> None:
    """What a value says about a missing field is told with all its notes."""
    assert failure(lambda: parse_expression("$prev.x").evaluate(ENV)).notes == ("made by conv1",)


def test_no_names_at_all() -> None:
    """Where nothing has a name, none is suggested."""
    error = failure(lambda: parse_expression("$a").evaluate(Names({})))
    assert error.help == "no name has a value here"


def test_empty_mapping_has_nothing_to_offer() -> None:
    """Where a mapping is empty, its help says so."""
    error = failure(lambda: parse_expression("$a.b").evaluate(Names({"a": {}})))
    assert error.help == "it has none"


def test_few_names_are_all_listed() -> None:
    """Up to eight names are listed without an ellipsis, each once although scopes may repeat it."""

    class Scopes(Names):
        def names(self) -> Iterator[str]:
            yield from ("kernel", "groups", "kernel")

    error = failure(lambda: parse_expression("$x").evaluate(Scopes({})))
    assert error.help == "the names here are $groups, $kernel"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(" * 50 + "1" + ")" * 50, 1),
        ("-" * 50 + "1", 1),
        ("+".join("1" * 500), 500),
        (" or ".join(["0"] * 200), 0),
        (" and ".join(["1"] * 160), 1),
        ("<".join(["1"] * 500), False),
        ("0 if 0 else " * 80 + "7", 7),
        ("$a" + ".a" * 499, {}),
    ],
    ids=lambda value: str(value)[:12],
)
def test_long_and_deep_within_the_limits(text: str, value: object) -> None:
    """Long chains need no depth, and fifty levels are allowed."""

    class Endless(dict[str, object]):
        """Every entry leads back to itself."""

        def __contains__(self, key: object) -> bool:
            return True

        def __getitem__(self, key: str) -> object:
            return self

    assert parse_expression(text).evaluate(Names({"a": Endless()})) == value


# --- cache ---------------------------------------------------------------------------


def test_same_text_is_parsed_once() -> None:
    """A block expanded a thousand times reads its expressions once; templates and expressions do not mix."""
    assert parse_expression("$a + 101") is parse_expression("$a + 101")
    assert parse_template("$a + 101") is parse_template("$a + 101")
    assert parse_template("$a + 101") is not parse_expression("$a + 101")
    assert parse_expression("$a + 101", 3) is not parse_expression("$a + 101")


def test_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many texts a file holds, few and only short ones are kept."""
    kept: dict[str, Expression] = {}
    monkeypatch.setattr(expressions, "_expressions", kept)
    for number in range(expressions.MOST_CACHED + 1):
        parse_expression(f"{number} + 1")
    assert [*kept] == [f"{expressions.MOST_CACHED} + 1"]
    parse_expression("1 + " * 60 + "1")
    assert len(kept) == 1


# --- against Python ------------------------------------------------------------------

NUMBERS_OF: dict[str, object] = {"a": 3, "b": -7, "c": 0, "d": 2.5, "items": [4, 0, -2]}


def binary(operators: list[str], left: st.SearchStrategy[str], right: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Two operands with an operator between, sometimes in parentheses."""
    mixed = st.tuples(left, st.sampled_from(operators), right).map(" ".join)
    return mixed | mixed.map("({})".format)


def grown(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger numeric expressions from smaller ones."""
    simple = st.sampled_from(["true", "false"])
    compared = binary(["==", "!=", "<", "<=", ">", ">="], numbers, numbers)
    chained = st.tuples(numbers, st.sampled_from(["<", "=="]), numbers, st.sampled_from([">", "!="]), numbers).map(
        " ".join
    )
    truth = simple | compared.map("({})".format) | chained.map("({})".format)
    truth |= binary(["and", "or"], truth, truth).map("({})".format) | truth.map("(not {})".format)
    return (
        binary(["+", "-", "*", "/", "//", "%"], numbers, numbers)
        | numbers.map("-{}".format)
        | st.tuples(numbers, truth, numbers).map(lambda three: "({} if {} else {})".format(*three))
        | st.tuples(st.sampled_from(["min", "max"]), numbers, numbers).map(lambda three: "{}({}, {})".format(*three))
        | st.tuples(st.sampled_from(["ceil", "floor", "int"]), numbers).map(lambda two: "{}({})".format(*two))
        | binary(["and", "or"], numbers, numbers).map("({})".format)
    )


LEAVES = st.integers(0, 10**6).map(str) | st.sampled_from(
    ["a", "b", "c", "d", "0.5", "1e3", "len(items)", "max(items)"]
)
TREES = st.recursive(LEAVES, grown, max_leaves=12)


class Exact(ast.NodeTransformer):
    """Python's tree of an expression, with this language's exact division and its bound on numbers."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = ast.Name(type(node.op).__name__, ast.Load())
        return ast.Call(name, [node.left, node.right], [])


def exactly(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator of Python that overflows where this language does."""

    def run(left: Any, right: Any) -> Any:
        result = compute(left, right)
        return within(result)

    return run


def within(result: float) -> float:
    """A number that this language allows."""
    if not math.isfinite(result) or (isinstance(result, int) and abs(result) >= LIMIT):
        raise OverflowError
    return result


def divided(left: float, right: float) -> float:
    """Division that stays whole where it can."""
    exact = isinstance(left, int) and isinstance(right, int) and left % right == 0
    return left // right if exact else left / right


PYTHON: dict[str, object] = {
    **NUMBERS_OF,
    "Add": exactly(operator.add),
    "Sub": exactly(operator.sub),
    "Mult": exactly(operator.mul),
    "Div": exactly(divided),
    "FloorDiv": exactly(operator.floordiv),
    "Mod": exactly(operator.mod),
    "true": True,
    "false": False,
    "ceil": lambda value: within(math.ceil(value)),
    "floor": lambda value: within(math.floor(value)),
    "int": lambda value: within(int(value)),
}


def by_python(text: str) -> object:
    """The value that Python gives to the same text; the name of the error where it gives none."""
    tree = ast.fix_missing_locations(Exact().visit(ast.parse(text, mode="eval")))
    try:
        result: object = eval(compile(tree, "<text>", "eval"), PYTHON)
    except (ZeroDivisionError, OverflowError):
        return "expression-value"
    return result


def by_us(text: str, env: Environment) -> object:
    """The value that this language gives, or the code of its error."""
    try:
        return parse_expression(text).evaluate(env)
    except ExpressionError as error:
        return error.code


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_agrees_with_python(text: str) -> None:
    """Numbers, comparisons, truth and conditions mean what they mean in Python, also in precedence."""
    if len(text) <= 1000:
        ours, theirs = by_us(text, Names(NUMBERS_OF)), by_python(text)
        assert (ours, type(ours)) == (theirs, type(theirs))


JUNK = st.lists(
    st.sampled_from(
        [
            *"$.()'\"{}[]+-*/%<>=!,&|? 09eEx_\n",
            "$a",
            "b",
            "items",
            " if ",
            " else ",
            " and ",
            "not ",
            "1.5",
            ".0",
            "min(",
        ]
    )
    | st.characters(),
    max_size=40,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(JUNK)
def test_junk_is_refused_at_a_place_inside(text: str) -> None:
    """Whatever the text, it has a value or an error that stands within it."""
    for parse in (parse_expression, parse_template, parse_value):
        error = outcome(parse, text)
        assert (
            error is None or 0 <= error.start < error.end <= len(text) or (error.start, error.end, text) == (0, 0, "")
        )


def outcome(parse: Callable[[str], Expression | None], text: str) -> ExpressionError | None:
    """The error of a text, None where it has a value."""
    try:
        expression = parse(text)
        if expression is not None:
            expression.evaluate(Names(NUMBERS_OF))
    except ExpressionError as error:
        return error
    return None
