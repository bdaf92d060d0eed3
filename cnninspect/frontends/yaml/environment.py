"""What names mean in expressions, and how written values become Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.evaluation import ExpressionError, Unknown
from cnninspect.frontends.yaml.expressions import parse_value
from cnninspect.frontends.yaml.tree import LARGEST_VALUE, Mapping, Scalar, Sequence
from cnninspect.values import Problem, Span, clip, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.frontends.yaml.expressions import Expression
    from cnninspect.frontends.yaml.tree import Node, Report
    from cnninspect.values import Shape

AXES = {"channels": 0, "depth": -3, "height": -2, "width": -1}


class Environment:
    """Names with their values, the nearest scope first."""

    __slots__ = ("parent", "values")

    def __init__(self, values: dict[str, object], parent: Environment | None = None) -> None:
        self.values = values
        self.parent = parent

    def lookup(self, name: str) -> object:
        """The value of a name; KeyError where there is none, Unknown where it could not be found out."""
        scope: Environment | None = self
        while scope is not None:
            values = scope.values
            if name in values:
                value = values[name]
                if value is UNKNOWN:
                    raise Unknown
                return value
            scope = scope.parent
        raise KeyError(name)

    def names(self) -> Iterator[str]:
        """Every visible name."""
        scope: Environment | None = self
        while scope is not None:
            yield from scope.values
            scope = scope.parent


RESERVED = ("prev", "i", "item")
"""Names that the language gives a meaning."""


def bad_variable(name: str) -> str:
    """Why ``$name`` cannot refer to something that is called so; empty when it can."""
    if name in RESERVED:
        return f"'{name}' already has a meaning in expressions"
    if not name.isidentifier():
        return (
            f"a name for expressions is made of letters, digits and '_', and begins with no digit, got '{clip(name)}'"
        )
    return ""


UNKNOWN = object()
"""The value of a name that depends on something broken; nothing more is said about it."""


class Previous:
    """``$prev``: the tensor that the next layer reads."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape | None) -> None:
        self.shape = shape

    def field(self, name: str) -> int:
        """One of its sizes."""
        if name not in AXES:
            help_ = "the length of a sequence is $prev.width" if name == "length" else self._has()
            raise Problem("unknown-name", f"$prev has no '{name}'", help=help_)
        if self.shape is None:
            raise Unknown
        axis = AXES[name]
        if axis and len(self.shape) <= -axis:
            message = f"$prev is {show_shape(self.shape)} and has no {name}"
            raise Problem("expression-value", message, help=self._has())
        return self.shape[axis]

    def _has(self) -> str:
        """The sizes that it has, as far as that is known."""
        shape = self.shape
        known = [f"$prev.{name}" for name, axis in AXES.items() if not axis or shape is None or len(shape) > -axis]
        return f"it has {', '.join(known)}"


def evaluate(expression: Expression, node: Scalar, env: Environment, report: Report) -> object:
    """The value of an expression; what is wrong with it is reported at its column, then Unknown is raised."""
    try:
        return expression.evaluate(env)
    except ExpressionError as error:
        report.problem(inside(node, error.start, error.end), error)
    raise Unknown


def inside(node: Scalar, start: int, end: int) -> Span:
    """The span of some characters of a scalar's text."""
    if node.line != node.end_line or node.end_column - node.column < len(node.text):
        return node.span
    first = node.column + (1 if node.quoted else 0)
    return Span(node.source.name, node.line, first + start, node.line, first + max(end, start + 1))


def value_of(node: Node, env: Environment, report: Report) -> object:
    """What is written there, expressions replaced by their values; mistakes are reported and raise Unknown."""
    if type(node) is Scalar:
        text = node.text
        if "$" not in text:
            return node.value
        try:
            return parse_value(text).evaluate(env)  # type: ignore[union-attr] # there is one: the text has a $
        except ExpressionError as error:
            report.problem(inside(node, error.start, error.end), error)
        raise Unknown
    value: list[object] | dict[str, object]
    if type(node) is Sequence:
        value = [value_of(item, env, report) for item in node.items]
    else:
        assert type(node) is Mapping
        value = {key.text: value_of(item, env, report) for key, item in node.pairs}
    if not report.sizes.fits(value):
        report.add(
            node,
            "expression-limit",
            f"this value has more than {LARGEST_VALUE:,} elements, those of its parts included",
        )
        raise Unknown
    return value


def declare(name: str, node: Node, env: Environment, report: Report) -> None:
    """Give a name its value in a scope; with a mistake, which is reported, it is unknown."""
    try:
        env.values[name] = value_of(node, env, report)
    except Unknown:
        env.values[name] = UNKNOWN


def mentions(node: Node) -> bool:
    """Whether anything below a node is an expression."""
    return any("$" in scalar.text for scalar in scalars([node]))


def scalars(nodes: Iterable[Node]) -> Iterator[Scalar]:
    """Every scalar below some nodes, keys included; what an alias repeats comes once."""
    seen: set[int] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if type(node) is Scalar:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            if type(node) is Sequence:
                stack.extend(node.items)
            else:
                assert type(node) is Mapping
                for key, value in node.pairs:
                    yield key
                    stack.append(value)


def names_in(scalar: Scalar) -> frozenset[str]:
    """The names that a scalar's expressions refer to, none where they cannot be read."""
    try:
        expression = parse_value(scalar.text)
    except ExpressionError:
        return frozenset()
    return frozenset() if expression is None else frozenset(expression.names())
