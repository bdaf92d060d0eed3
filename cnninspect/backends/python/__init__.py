"""A network as a Python file that a person would have written: torch is all that it needs, and not to write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.beginnings import begin
from cnninspect.backends.python.classes import Class, Classes
from cnninspect.backends.python.constructors import Constructor
from cnninspect.backends.python.forward import Forward
from cnninspect.backends.python.helpers import Brought, bring
from cnninspect.backends.python.layout import Group, identifier, lines, literal, wrapped
from cnninspect.backends.python.model import Kind, Sym
from cnninspect.backends.python.parameters import MISSING, Param
from cnninspect.backends.python.programs import Marks, Programs
from cnninspect.backends.python.spelling import NAMES, OWN

if TYPE_CHECKING:
    from cnninspect.ir import Graph

MANY = 4
"""From so many on the type of a tuple says that there are several."""
TEXT = 86
"""How wide a docstring is: with its indent it stays within the lines of the code."""


def write_python(graph: Graph, marks: Marks | None = None) -> str:
    """The file of a graph; ``marks`` are the arguments of layers that are the value of a param."""
    return _File(graph, marks or {}).text()


class _File:
    def __init__(self, graph: Graph, marks: Marks) -> None:
        self.graph = graph
        programs = Programs(graph, marks)
        targets = {call.target for call in programs.names.calls}
        named = {target.rpartition(":")[2] for target in targets}
        self.brought = {"Borrower", *[target.rpartition(":")[2] for target in targets if target.startswith(OWN)]}
        """The names of what the file brings with it."""
        self.factory = identifier(graph.name, {"main", *NAMES, *self.brought})
        self.classes = Classes(programs.found, graph.name, {*named, self.factory, "Borrower", "Network"}, self.brought)
        self.helpers: set[str] = set()
        self.functional = False
        self.ordered = False

    def text(self) -> str:
        """All of the file."""
        bodies = [self.written(kind) for kind in self.classes.found]
        brought = bring(self.helpers)
        parts = ["\n".join(self.docstring()), self.imports(brought, "\n".join(bodies))]
        parts += brought.sources
        text = "\n\n".join(parts[:2])
        for part in [*parts[2:], *bodies, "\n".join(self.made()), "\n".join(self.main())]:
            first = text.endswith(parts[1]) and not part.startswith(("class ", "def "))
            text += f"\n\n{part}" if first else f"\n\n\n{part}"
        return text + "\n"

    # --- the head ------------------------------------------------------------------------

    def docstring(self) -> list[str]:
        """What the network is, and where it comes from."""
        graph = self.graph
        about = clean(graph.description.strip().rstrip("."))
        first = f'"""{clean(graph.name)}: {about}.' if about else f'"""The network {clean(graph.name)}.'
        head = wrapped(first, TEXT)
        paper = _paper(graph.reference)
        if not paper and len(head) == 1:
            return [head[0] + '"""']
        if paper:
            head += ["", *[row for line in paper for row in wrapped(line, TEXT)]]
        return [*head, '"""']

    def imports(self, brought: Brought, bodies: str) -> str:
        """The imports that the file needs."""
        everything = bodies + "\n".join(brought.sources)
        named: dict[str, set[str]] = {}
        for module, name in brought.imports:
            if module not in ("torch", "torch.nn") and name != "functional" and name:
                named.setdefault(module, set()).add(name)
        if self.ordered:
            named.setdefault("collections", set()).add("OrderedDict")
        own = {module: names for module, names in named.items() if module.split(".")[0] != "torch"}
        rows = ["from __future__ import annotations", ""]
        rows += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(own.items())]
        rows += [""] if own else []
        rows += ["import torch"]
        if "F." in everything:
            rows += ["import torch.nn.functional as F"]
        rows += ["from torch import Tensor, nn" if "Tensor" in everything else "from torch import nn"]
        theirs = {module: names for module, names in named.items() if module not in own}
        rows += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(theirs.items())]
        return "\n".join(rows)

    # --- classes -------------------------------------------------------------------------

    def written(self, kind: Class) -> str:
        """One class."""
        constructor = Constructor(kind, self.classes.found, self.helpers)
        forward = Forward(constructor, self.brought)
        program = kind.body.program
        base = "nn.Sequential" if program.chain == "numbered" else "nn.Module"
        rows = [f"class {kind.name}({base}):", f'    """{self.about(kind)}"""', ""]
        parameters = ("self", *[_declared(param) for param in kind.params])
        rows += lines(Group("def __init__(", parameters, ") -> None:"), 4)
        rows += constructor.body()
        name, begun = begin(self.graph, {name for name, _ in kind.body.parts}) if program.heads else ("", [])
        rows += [f"        self.{name}()", "", *begun] if begun else []
        if program.chain != "numbered":
            inputs = forward.signature()
            signature = ("self", *[f"{name}: Tensor" for name in inputs])
            rows += ["", *lines(Group("def forward(", signature, f") -> {forward.returns()}:"), 4)]
            rows += forward.body()
        self.ordered = self.ordered or constructor.ordered
        return "\n".join(rows)

    def about(self, kind: Class) -> str:
        """The docstring of a class."""
        program = kind.body.program
        if program.heads:
            shapes = ", ".join([f"({', '.join(map(str, ('N', *one.shape)))})" for one in self.graph.inputs])
            return f"The whole network, on {shapes}."
        times = {1: "once", 2: "twice"}.get(kind.uses, f"{kind.uses} times")
        what = f"Block ``{program.label}``" if program.block else f"The part ``{program.label}``"
        return f"{what}, used {times}."

    # --- the foot ------------------------------------------------------------------------

    def made(self) -> list[str]:
        """The function that makes the network."""
        kind = self.classes.found[-1]
        parameters = tuple([_declared(param) for param in kind.params])
        rows = lines(Group(f"def {self.factory}(", parameters, f") -> {kind.name}:"), 0)
        whose = (
            "the model" if any(start.how != "torch" for node in self.graph.nodes for start in node.init) else "torch"
        )
        rows.append(f'    """Make the network with weights as {whose} begins them."""')
        arguments = tuple([f"{param.name}={param.name}" for param in kind.params])
        return [*rows, *lines(Group(f"{kind.name}(", arguments, ")"), 4, "return ")]

    def main(self) -> list[str]:
        """What the file does when it is run."""
        shapes = [f"torch.randn({', '.join(map(str, (1, *one.shape)))})" for one in self.graph.inputs]
        rows = ['if __name__ == "__main__":', f"    model = {self.factory}().eval()"]
        rows.append("    parameters = sum(p.numel() for p in model.parameters())")
        rows.append('    print(f"{parameters:,} parameters")')
        rows.append("    with torch.no_grad():")
        rows += lines(Group("model(", tuple(shapes), ")"), 8, "output = ")
        if sum(not head.training for head in self.graph.outputs) == 1:
            return [*rows, "    print(tuple(output.shape))"]
        return [*rows, "    for name, tensor in output.items():", "        print(name, tuple(tensor.shape))"]


def _declared(param: Param) -> str:
    """An argument in a signature."""
    kinds = dict.fromkeys([_annotation(value) for value in param.values])
    text = f"{param.name}: {' | '.join(sorted(kinds))}"
    return text if param.default is MISSING else f"{text} = {literal(param.default)}"


def _annotation(value: object) -> str:
    if isinstance(value, Sym):
        return "int"
    if isinstance(value, Kind):
        return "type[nn.Module]"
    if isinstance(value, tuple):
        inner = dict.fromkeys([_annotation(one) for one in value])
        if len(inner) == 1:
            return (
                f"tuple[{', '.join([*inner] * len(value))}]"
                if len(value) < MANY
                else f"tuple[{next(iter(inner))}, ...]"
            )
        return "tuple[object, ...]"
    return "None" if value is None else type(value).__name__


def clean(text: str) -> str:
    """A text that may stand in a docstring."""
    shown = "".join([sign if sign.isprintable() else " " for sign in text])
    return shown.replace("\\", "/").replace('"', "'")


def _paper(reference: object) -> list[str]:
    """The lines that name a paper."""
    if isinstance(reference, str):
        return [clean(reference)]
    if not isinstance(reference, dict):
        return []
    title, year = reference.get("title"), reference.get("year")
    found = [f"{clean(str(title))}{f' ({clean(str(year))})' if year else ''}."] if title else []
    for key, address in (("arxiv", "https://arxiv.org/abs/"), ("doi", "https://doi.org/")):
        if reference.get(key):
            found.append(address + clean(str(reference[key])))
    if reference.get("url"):
        found.append(clean(str(reference["url"])))
    return found


__all__ = ["Marks", "write_python"]
