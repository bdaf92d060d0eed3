"""The steps of a forward as expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import Doc, Group, flat
from cnninspect.backends.python.model import Step, Sym, Var
from cnninspect.backends.python.parameters import Expr
from cnninspect.backends.python.spelling import OWN, access
from cnninspect.backends.python.templates import under
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.python.constructors import Constructor

OPERATORS = {
    "torch:add": " + ",
    "torch:mul": " * ",
    "torch:sub": " - ",
    "cnninspect.backends.torch_layers3:add": " + ",
    "cnninspect.backends.torch_layers3:multiply": " * ",
}
METHODS = {"torch:flatten", "torch:permute", "torch:chunk", "torch:split", "torch:mean", "torch:transpose"}


class Pending(Record):
    """An expression that has not been written yet."""

    var: Var
    doc: Doc
    depth: int
    operator: str
    path: str
    """The module that it calls, where it does nothing else."""


class Expressions:
    """Writes single steps."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.kind = constructor.kind
        self.program = self.kind.body.program
        self.helpers = constructor.helpers
        self.names: dict[Var, str] = {}
        """What each tensor is called, once it has been written."""

    def read(self, var: Var) -> str:
        """The variable that holds a tensor."""
        return self.names[var]

    def expression(self, number: int, step: Step, taken: Sequence[Pending]) -> tuple[Doc, str]:
        """A step as an expression, and the operator that it is."""
        inner = {one.var: one for one in taken}
        operands: list[Doc] = [inner[var].doc if var in inner else self.read(var) for var in step.inputs]
        operators = [inner[var].operator if var in inner else "" for var in step.inputs]
        if step.module is not None:
            if self.program.bare(step.module):
                return self.scaled(step.module, operands), " * "
            called = step.module if self.program.loop else access(step.module)
            return Group(f"{called}(", self.listed(step, operands), ")"), ""
        pairs = [(key, self.kind.values["s", number, key]) for key, _ in step.arguments]
        if step.target in OPERATORS:
            sign = OPERATORS[step.target]
            texts = [
                f"({flat(doc)})" if other and (at > 0 or sign == " * ") else flat(doc)
                for at, (doc, other) in enumerate(zip(operands, operators, strict=True))
            ]
            return sign.join(texts), sign
        if any(operators) and step.target in METHODS:
            operands = [f"({flat(doc)})" if other else doc for doc, other in zip(operands, operators, strict=True)]
        return self.function(step, operands, pairs), ""

    def scaled(self, path: str, operands: list[Doc]) -> Doc:
        """What a factor for each channel does, whose weight stands by itself."""
        at = under(("a",), *path.split("."))
        keep, after = [self.kind.values[under(at, key)] for key in ("keep_axes", "after")]
        weight = access(path, weight=True)
        text = flat(operands[0])
        if " " in text and not text.endswith(")"):
            text = f"({text})"
        if keep is True:
            return f"{text} * {weight}"
        assert isinstance(after, int)
        return f"{text} * {weight}.view({', '.join(['-1', *['1'] * after])})"

    @staticmethod
    def listed(step: Step, operands: list[Doc]) -> tuple[Doc, ...]:
        """The operands as they are passed."""
        return (Group("[", tuple(operands), "]"),) if step.listed else tuple(operands)

    def function(self, step: Step, operands: list[Doc], pairs: list[tuple[str, object]]) -> Doc:
        """A function of torch, or one that the file brings with it."""
        room, _, name = step.target.partition(":")
        value = self.value
        words = dict(pairs)
        if step.target == "torch:flatten" and set(words) == {"start_dim"}:
            return Group("torch.flatten(", (*operands, flat(value(words["start_dim"]))), ")")
        if step.target == "torch:permute" and type(words["dims"]) is tuple:
            return Group(f"{flat(operands[0])}.permute(", tuple([str(one) for one in words["dims"]]), ")")
        if step.target == "torch:cat":
            return Group("torch.cat(", (Group("[", tuple(operands), "]"), f"dim={flat(value(words['dim']))}"), ")")
        if step.target == "torch:split":
            sizes = words["split_size_or_sections"]
            if type(sizes) is tuple:
                sizes = [*sizes] if len({*sizes}) > 1 else sizes[0]
            return Group(f"{flat(operands[0])}.split(", (value(sizes), f"dim={flat(value(words['dim']))}"), ")")
        if step.target in METHODS and len(operands) == 1:
            first, *_ = operands
            arguments = [f"{key}={flat(value(other))}" for key, other in pairs]
            return Group(f"{flat(first)}.{name}(", tuple(arguments), ")")
        if room == "torch.nn.functional":
            called = f"F.{name}"
        elif room.startswith(OWN):
            self.helpers.add(step.target)
            called = name
        else:
            called = f"{room}.{name}"
        short = {"torch.nn.functional:pad": ("pad",), "torch.nn.functional:channel_shuffle": ("groups",)}.get(
            step.target, ()
        )
        short = ("shape",) if step.target.endswith("torch_layers3:reshape") else short
        arguments = [flat(value(other)) if key in short else f"{key}={flat(value(other))}" for key, other in pairs]
        if len(arguments) > 1 and "mode='constant'" in arguments:
            arguments.remove("mode='constant'")
        arguments = [one for one in arguments if one != 'mode="constant"']
        return Group(f"{called}(", (*self.listed(step, operands), *arguments), ")")

    def value(self, value: object) -> Doc:
        """An argument: what depends on those of the class is kept by it."""
        text = value.text if isinstance(value, Expr) else value.name if isinstance(value, Sym) else None
        return self.constructor.value(value) if text is None else f"self.{self.constructor.kept()[text]}"
