"""The text of a template or an expression cut into tokens that know where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.evaluation import LIMIT, ExpressionError, Place, bounded, short_enough
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    Token: TypeAlias = tuple[str, Any, int, int]
    """Kind, value, start and end."""

CONSTANTS = {"true": True, "false": False, "null": None}
WORDS = frozenset(("and", "or", "not", "if", "else", *CONSTANTS))
SYMBOLS = frozenset(("+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "(", ")", ",", "."))
FOREIGN = {
    "**": "write a product: $x * $x; for each round its own power, a list: repeat: [64, 128, 256]",
    "&&": "write and",
    "||": "write or",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "?": "write $a if $condition else $b",
    ":": "write $a if $condition else $b",
    "=": "write == to compare",
    "[": "write $list.0",
    "]": "write $list.0",
    "{": "write $name; ${…} is for texts such as layer${i + 1}",
    "\u00d7": "write *",
    "\u00f7": "write /",
    "\u2212": "write -",
    "\u2260": "write !=",
    "\u2264": "write <=",
    "\u2265": "write >=",
}
"""What other languages write, and what is written here."""
DIGITS = frozenset("0123456789")
"""No other script's digits."""
INDEXED = frozenset(("value", "name", "field", ")", "."))
"""Tokens behind which a point is no decimal point."""


def pieces(text: str) -> Iterator[Token]:
    """The text of a template as (kind, value, start, end): what is literal, names, and expressions in braces."""
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        if dollar > at:
            yield "text", text[at:dollar], at, dollar
        follows = text[dollar + 1 : dollar + 2]
        if follows == "$":
            at = dollar + 2
            yield "text", "$", dollar, at
        elif follows == "{":
            at = closing(text, dollar)
            inside = text[dollar + 2 : at - 1]
            if not inside.strip():
                raise unreadable("an expression is missing between { and }", dollar, at)
            yield "expression", inside, dollar, at
        else:
            at = end_of_name(text, dollar + 1)
            if at == dollar + 1:
                hint = "write $name or ${expression}, and $$ for a dollar"
                raise unreadable("a '$' stands alone", dollar, at, hint)
            yield "name", text[dollar + 1 : at], dollar, at
    if at < len(text):
        yield "text", text[at:], at, len(text)


def closing(text: str, dollar: int) -> int:
    """Where ``${`` ends: behind its brace, those in quotes being text."""
    at = dollar + 2
    while at < len(text):
        if text[at] == "}":
            return at + 1
        at = end_of_quote(text, at) if text[at] in "'\"" else at + 1
    raise unreadable("'${' is never closed", dollar, dollar + 2, "write a } behind the expression")


def tokens(text: str, base: int) -> list[Token]:
    """The text as (kind, value, start, end): values, names, and words and symbols as their own kind."""
    found: list[Token] = []
    at, size, before = 0, len(text), ""
    while at < size:
        start, char = at, text[at]
        if char.isspace():
            at += 1
            continue
        value: object = None
        if char in DIGITS or (char == "." and before not in INDEXED and text[at + 1 : at + 2] in DIGITS):
            at = end_of_number(text, at, index=before == ".")
            before, value = "value", number(text[start:at], base + start, base + at)
        elif char in "'\"":
            at = end_of_quote(text, at, base)
            before, value = "value", text[start + 1 : at - 1]
            short_enough(value, Place(base + start, base + at))
        elif char in "$_" or char.isalpha():
            at = end_of_name(text, at + (char == "$"))
            before, value = word(text[start:at], before, base + start, text[at : at + 1])
        else:
            at, before = symbol(text, at, base)
        found.append((before, value, base + start, base + at))
    found.append(("end", None, base + size, base + size))
    return found


def end_of_name(text: str, at: int) -> int:
    """Where the name that starts here ends; here, where none starts."""
    size = len(text)
    if at < size and text[at] in DIGITS:
        return at
    while at < size and (text[at].isalnum() or text[at] == "_"):
        at += 1
    return at


def end_of_quote(text: str, at: int, base: int = 0) -> int:
    """Where the quoted text that starts here ends."""
    end = text.find(text[at], at + 1)
    if end < 0:
        raise unreadable(f"the quote {text[at]} is never closed", base + at, base + len(text))
    return end + 1


def end_of_number(text: str, at: int, *, index: bool) -> int:
    """Where the number that starts here ends, together with what clings to it by mistake."""
    size = len(text)
    while at < size:
        char = text[at]
        exponent = char in "+-" and text[at - 1] in "eE" and text[at + 1 : at + 2] in DIGITS
        if not (char.isalnum() or char == "_" or (not index and (char == "." or exponent))):
            break
        at += 1
    return at


def number(written: str, start: int, end: int) -> float:
    """The value of a number; decimal also with zeros in front."""
    value: float | None = None
    if written.isascii() and written.isdigit():
        value = int(written)
    elif not written.strip("0123456789.eE+-"):
        try:
            value = float(written)
        except ValueError:
            value = None
    if value is None:
        hint = "numbers are written 64, 0.5 or 1e-3, and products with a *: 2 * $x"
        raise unreadable(f"'{clip(written)}' is not a number", start, end, hint)
    return value if value < LIMIT else bounded(value, Place(start, end))


def word(written: str, before: str, start: int, follows: str) -> tuple[str, object]:
    """The kind and value of a name, a word or what follows a point."""
    if written[0] == "$":
        if len(written) == 1:
            number = "the '$' belongs to a name: write a number without it"
            help_ = number if follows in DIGITS else "write the name right behind it: $width"
            raise unreadable("a '$' stands alone", start, start + 1, help_)
        return "name", written
    if before == ".":
        return "field", written
    return (written, None) if written in WORDS else ("name", written)


def symbol(text: str, at: int, base: int) -> tuple[int, str]:
    """The end and the kind of an operator or a mark."""
    for size in (2, 1):
        mark = text[at : at + size]
        if mark in SYMBOLS:
            return at + len(mark), mark
        if mark in FOREIGN:
            break
    message = f"'{clip(mark)}' does not belong in an expression"
    raise unreadable(message, base + at, base + at + len(mark), FOREIGN.get(mark, ""))


def unreadable(message: str, start: int, end: int, help: str = "") -> ExpressionError:
    """The error that a text does not follow the grammar."""
    return ExpressionError("expression-syntax", message, start, end, help=help)
