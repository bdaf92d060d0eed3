"""Python source that stays within a line: brackets are opened up where their content does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Container

WIDTH = 88


class Group(Record):
    """Something in brackets: an opening text that ends with one, what stands between, and a closing text."""

    opening: str
    items: tuple[Doc, ...]
    closing: str
    commas: bool = True
    """False for a comprehension, whose parts are separated by spaces."""


Doc = str | Group


def flat(doc: Doc) -> str:
    """All on one line."""
    if isinstance(doc, str):
        return doc
    between = ", " if doc.commas else " "
    return doc.opening + between.join([flat(item) for item in doc.items]) + doc.closing


def lines(doc: Doc, indent: int, before: str = "", after: str = "") -> list[str]:
    """The lines of a statement at an indent of so many spaces; ``after`` follows its last bracket."""
    space = " " * indent
    whole = f"{space}{before}{flat(doc)}{after}"
    if len(whole) <= WIDTH or isinstance(doc, str) or not doc.items:
        return [whole]
    content = flat(Group("", doc.items, "", doc.commas))
    called = doc.opening[-1] == "(" and doc.opening[-2:-1].isidentifier()  # an item of a list has a line of its own
    if called and len(doc.items) == 1 and doc.opening.startswith("def "):
        return [f"{space}{before}{doc.opening}", f"{space}    {content},", f"{space}{doc.closing}{after}"]
    if (called or not doc.commas or len(doc.items) == 1) and len(content) + indent + 4 <= WIDTH:
        return [f"{space}{before}{doc.opening}", f"{space}    {content}", f"{space}{doc.closing}{after}"]
    made = [f"{space}{before}{doc.opening}"]
    for item in doc.items:
        made += lines(item, indent + 4, after="," if doc.commas else "")
    return [*made, f"{space}{doc.closing}{after}"]


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """A text in lines of words."""
    from textwrap import wrap

    return wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def literal(value: object) -> str:
    """A value as Python source, in the quotes that formatters prefer."""
    if isinstance(value, (list, tuple)):
        inside = ", ".join([literal(item) for item in value])
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):  # noqa: PLR0124 - a NaN
        return f'float("{value}")'
    return quoted(value) if isinstance(value, str) else repr(value)


def document(value: object) -> Doc:
    """A value as a document, so that long ones are opened up."""
    if isinstance(value, (list, tuple)) and len(value) > 1:
        opening, closing = "[]" if isinstance(value, list) else "()"
        return Group(opening, tuple([document(item) for item in value]), closing)
    return literal(value)


def quoted(text: str) -> str:
    """A string literal in double quotes, nothing invisible in it."""
    safe = (
        text.encode("unicode_escape").decode("ascii")
        if not (text.isascii() and text.isprintable())
        else text.replace("\\", "\\\\")
    )
    return '"' + safe.replace('"', '\\"') + '"'


def identifier(text: str, taken: Container[str] = ()) -> str:
    """A name that Python takes, as near to a text as can be, and not one of those taken."""
    from keyword import iskeyword

    safe = "".join([c if c.isalnum() and c.isascii() else "_" for c in text]) or "_"
    safe = f"_{safe}" if safe[0].isdigit() else f"{safe}_" if iskeyword(safe) else safe
    name, number = safe, 2
    while name in taken:
        name, number = f"{safe}_{number}", number + 1
    return name
