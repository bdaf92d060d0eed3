"""Giving names to nodes and finding the tensors that names stand for, with findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import evaluate, inside
from cnninspect.frontends.yaml.evaluation import ExpressionError, Unknown
from cnninspect.frontends.yaml.expressions import parse_name
from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.naming import bad_name
from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar, Sequence
from cnninspect.values import Span, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.ir import Input, Tensor
    from cnninspect.values import Shape


MOST_COMPARED = 300
"""How many names a misspelled one is compared with: the nearest above it."""


class Full(str):
    """A qualified name that has been given already."""

    __slots__ = ()


class Namer:
    """Every name of the network, with the place that took it."""

    def __init__(
        self,
        report: Report,
        inputs: tuple[Input, ...],
        shape: Callable[[Tensor], Shape | None],
        around: Callable[[Context], Node | None],
    ) -> None:
        self.report = report
        self.shape = shape
        self.around = around
        self._written: dict[int, dict[str, Scalar]] = {}
        """Of a list of layers the names that it gives, the last place of each, once that has been asked for."""
        self.lost: set[str] = set()
        self.blind = False
        """Whether there are inputs whose names could not be read."""
        """Inputs that have a mistake of their own: what reads them is unknown."""
        self.taken: dict[str, Span] = {given.name: given.span for given in inputs}

    def child(self, name: Scalar | str | None, context: Context) -> str:
        """The qualified name of the next child of the context's scope."""
        if type(name) is Full:
            return name
        scope = context.scope
        number = scope.children
        scope.children = number + 1
        if name is None:
            full = f"{scope.prefix}.{number}" if scope.prefix else str(number)
            if full not in self.taken:
                self.taken[full] = NOWHERE
                return full
        elif isinstance(name, Scalar):
            text = self.text(name, context)
            if text is not None:
                full = scope.full(text)
                if full == "prev":
                    self.report.add(
                        name, "bad-name", "'prev' always means the tensor above", help="give it another name"
                    )
                elif full not in self.taken and not context.frame.numbered(full):
                    self.taken[full] = name.span
                    return full
                else:
                    self._twice(name, full, context)
        elif scope.full(name) not in self.taken:
            full = scope.full(name)
            self.taken[full] = NOWHERE
            return full
        full = scope.full(str(number))
        while full in self.taken:
            number += 1
            full = scope.full(str(number))
        self.taken[full] = NOWHERE
        return full

    open = child
    """A scope takes a name as a layer does."""

    def _twice(self, name: Scalar, full: str, context: Context) -> None:
        first = self.taken.get(full, NOWHERE)
        help_ = "names of layers are unique; inside a repeat write it with its number: name: block${i}"
        if first == name.span and context.calls:
            block = context.calls[-1].block
            help_ = f"give each call of '{block}' a name, which opens a scope: name: {block}1, or name: {block}$i in a repeat"
        self.report.add(
            name,
            "duplicate-name",
            f"the name '{full}' is taken",
            notes=[f"first used at {first}"] if first.line else [],
            help=help_,
        )

    def text(self, name: Scalar, context: Context) -> str | None:
        """A written name with its expressions filled in, None (and a finding) where it cannot be one."""
        text = name.text
        if "$" in text:
            try:
                text = str(evaluate(parse_name(text), name, context.env, self.report))
            except ExpressionError as error:
                self.report.problem(inside(name, error.start, error.end), error)
                return None
            except Unknown:
                return None
        wrong = bad_name(text)
        if wrong:
            plain = text.strip().replace(" ", "_").replace("/", "_")
            help_ = f"write {clip(plain, 40)}" if plain != text and not bad_name(plain) else ""
            self.report.add(name, "bad-name", f"{wrong}, got '{clip(text, 40)}'", help=help_)
            return None
        return text

    def resolve(self, node: Node, current: Tensors, context: Context) -> Tensors | None:
        """The tensors that a ``from:``, or a merge's list, names; None (and findings) where one is missing."""
        nodes = node.items if type(node) is Sequence else [node]
        tensors: list[Tensors | None] = [self._one(entry, current, context) for entry in nodes]
        if not nodes:
            self.report.add(node, "unknown-tensor", "an empty list names no tensor")
            return None
        found = [tensor for tensor in tensors if tensor is not None]
        if () in found:
            return ()  # an input that has a mistake of its own
        return tuple(tensor for several in found for tensor in several) if len(found) == len(nodes) else None

    def quietly(self, node: Node, current: Tensors, context: Context) -> Tensors | None:
        """As ``resolve``, with nothing said of what is missing: it may turn out not to be needed."""
        told, self.report = self.report, Report()
        try:
            return self.resolve(node, current, context)
        finally:
            self.report = told

    def pass_on(self, name: Scalar | str | None, current: Tensors, context: Context) -> None:
        """Let the name of an item that is left out stand for what it would have read."""
        text = self.text(name, context) if isinstance(name, Scalar) else None
        if text is not None:
            context.frame.tensors.setdefault(context.scope.full(text), current)

    def _one(self, node: Node, current: Tensors, context: Context) -> Tensors | None:
        if type(node) is not Scalar:
            self.report.add(
                node,
                "unknown-tensor",
                "the name of a tensor is expected here",
                help="branches that hold layers are named: {main: [...], skip: []}",
            )
            return None
        text = self.text(node, context)
        if text is None:
            return None
        if text == "prev":
            return current
        if text in self.lost:
            return ()
        found = context.frame.resolve(text, context.scope.prefix) or self._inside_broken(text, context)
        if found is None and self.blind:
            return ()
        if found is None:
            message = f"no layer above is called '{clip(text)}'"
            self.report.add(node, "unknown-tensor", message, help=self._missing_help(node, text, context))
        return found

    def _missing_help(self, node: Scalar, text: str, context: Context) -> str:
        around = self.around(context)
        if around is not None and id(around) not in self._written:
            self._written[id(around)] = {key.text: key for key in names_given(around)}
        below = self._written[id(around)].get(text) if around is not None else None
        if below is not None and below.source is node.source and below.line > node.end_line:
            return f"'{clip(text)}' is below, at line {below.line}: a layer reads what stands above it"
        if text.lstrip("-").isdecimal():  # a place, as other formats count layers
            return "the layer above is prev; give any other a name, and write that"
        guess = near(text, [*context.frame.visible()[-MOST_COMPARED:], "prev"])
        private = "a layer is read by its name; names inside a block are private to it"
        return f"did you mean '{guess}'?" if guess else private

    def _inside_broken(self, name: str, context: Context) -> Tensors | None:
        """What stands for a part of something that could not be made: that it has no such part is not known."""
        while "." in name:
            name = name.rpartition(".")[0]
            found = context.frame.resolve(name, context.scope.prefix)
            if found and self.shape(found[0]) is None:
                return found
        return None


def names_given(layers: Node) -> Iterator[Scalar]:
    """The names that are written below a list of layers, in the order of the file but for what aliases repeat."""
    seen: set[int] = set()
    stack = [layers]
    while stack:
        node = stack.pop()
        if type(node) is Scalar or id(node) in seen:
            continue
        seen.add(id(node))
        if type(node) is Sequence:
            stack.extend(reversed(node.items))
        else:
            assert type(node) is Mapping
            yield from [value for key, value in node.pairs if key.text == "name" and type(value) is Scalar]
            stack.extend([value for _, value in reversed(node.pairs)])


NOWHERE = Span("", 0, 0, 0, 0)
"""The place of a name that nobody wrote: a number."""
