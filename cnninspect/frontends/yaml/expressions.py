"""The text of expressions: ``$out * 4``, ``layer${i + 1}``, ``$a if $x > 0 else $b``.

A text is cut into tokens (`tokens`), which are built into closures (`grammar`). Both know
where every token stands, so that an error can point at it. They are loaded when a file
has its first expression, and an expression is built once. Python's own ``eval`` and
``ast`` are never near: no text can do more than the grammar says, and length and nesting
are bounded before anything is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.evaluation import ExpressionError, Unknown

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.evaluation import Run

__all__ = [
    "Expression",
    "ExpressionError",
    "Unknown",
    "parse_expression",
    "parse_name",
    "parse_template",
    "parse_value",
]

MOST_CACHED = 1000
LONGEST_CACHED = 200
"""Together they keep the cache below some tens of megabytes, whatever a file holds."""


class Expression:
    """A parsed expression; ``evaluate(env)`` gives its value."""

    __slots__ = ("_names", "evaluate", "text")

    def __init__(self, text: str, run: Run, names: frozenset[str]) -> None:
        self.text = text
        self.evaluate = run
        """The value in an environment: any object with ``lookup(name)`` and ``names()``."""
        self._names = names

    def names(self) -> frozenset[str]:
        """The names whose values it uses."""
        return self._names

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


_expressions: dict[str, Expression] = {}
_templates: dict[str, Expression] = {}
_values: dict[str, Expression] = {}


def parse_expression(text: str, base: int = 0) -> Expression:
    """A whole expression; ``base`` is added to the positions of its errors."""
    known = None if base else _expressions.get(text)
    if known is not None:
        return known
    from cnninspect.frontends.yaml.grammar import parse

    names: set[str] = set()
    part = parse(text, base, names)
    expression = Expression(text, part.run, frozenset(names))
    return expression if base else remember(_expressions, expression)


def parse_template(text: str) -> Expression:
    """A text with values in it: ``layer$i``, ``denselayer${i + 1}``, ``$$`` for a dollar.

    Its value is a text, unless it is one ``${…}`` and nothing else: then it is that value.
    """
    known = _templates.get(text)
    if known is not None:
        return known
    from cnninspect.frontends.yaml.grammar import template

    names: set[str] = set()
    run = template(text, names)
    return remember(_templates, Expression(text, run, frozenset(names)))


def parse_name(text: str) -> Expression:
    """The name of a layer or tensor: always a text with values in it."""
    return parse_template(text)


def parse_value(text: str) -> Expression | None:
    """What the text of a scalar computes; None where it is no expression."""
    known = _values.get(text)
    if known is not None:
        return known
    if "$" not in text:
        return None
    return remember(_values, parse_template(text) if "${" in text or "$$" in text else parse_expression(text))


def remember(cache: dict[str, Expression], expression: Expression) -> Expression:
    """Keep an expression for the next time: a block is expanded again and again."""
    if len(expression.text) <= LONGEST_CACHED:
        if len(cache) >= MOST_CACHED:
            cache.clear()
        cache[expression.text] = expression
    return expression
