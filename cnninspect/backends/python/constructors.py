"""What a class constructs, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import Doc, Group, document, flat, identifier, lines, quoted
from cnninspect.backends.python.model import Borrowed, Inst, Kind, Leaf, Loop, Module, Seq, Sym, Tree
from cnninspect.backends.python.parameters import MISSING, Expr
from cnninspect.backends.python.spelling import OWN, access, plain, positional, same, shown
from cnninspect.backends.python.templates import Position, is_kind, under
from cnninspect.module_names import MODULE_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.python.classes import Class


class Constructor:
    """Writes what stands in ``__init__`` of one class."""

    def __init__(self, kind: Class, classes: Sequence[Class], helpers: set[str]) -> None:
        self.kind = kind
        self.classes = classes
        self.helpers = helpers
        """The functions and classes that the file has to bring with it; added to."""
        self.ordered = False
        """Whether an OrderedDict is used."""

    def body(self) -> list[str]:
        """The lines of ``__init__`` after its signature."""
        program = self.kind.body.program
        if program.chain == "numbered":
            return self.sequential()
        made = ["        super().__init__()"]
        conditions = {program.steps[step].module: test for step, (test, _) in self.kind.optional.items()}
        for name, module in program.attributes:
            test = conditions.get(name)
            if test is None:
                made += self.assign(name, module, 8)
            else:
                nothing = "nn.Identity()"
                made += [f"        self.{name}: nn.Module = {nothing}"] if plain(name) else self.child(name, nothing, 8)
                made += [f"        if {test.text}:", *self.assign(name, module, 12)]
        for flag, test in self.flags():
            made.append(f"        self.{flag} = {test.text}")
        for text, name in self.kept().items():
            made.append(f"        self.{name} = {text}")
        return made

    def kept(self) -> dict[str, str]:
        """What functions of the forward take from the arguments of the class: each with its attribute."""
        found: dict[str, str] = {}
        taken = {*MODULE_NAMES, *(name for name, _ in self.kind.body.parts), *dict(self.flags())}
        for position, value in self.kind.values.items():
            if isinstance(value, (Expr, Sym)) and isinstance(position, tuple) and position[0] == "s":
                text = value.text if isinstance(value, Expr) else value.name
                if text not in found:
                    found[text] = identifier(
                        text if text.isidentifier() else str(position[2]), {*taken, *found.values()}
                    )
        return found

    def flags(self) -> list[tuple[str, Expr]]:
        """What the forward has to know: each attribute with its value."""
        found: dict[str, Expr] = {}
        for step, (test, _) in self.kind.optional.items():
            if self.kind.body.program.steps[step].module is None:
                found[self.flag(step)] = test
        return list(found.items())

    def flag(self, step: int) -> str:
        """The attribute that says whether a step of the forward is there."""
        test = self.kind.optional[step][0]
        names = {name for name, _ in self.kind.body.parts}
        name = test.text if test.text.isidentifier() else "residual"
        if name in names or not plain(name):
            name = f"with_{name}"
        others = [other for other in self.kind.optional if other < step and self.kind.optional[other][0] != test]
        return name if not others or test.text.isidentifier() else f"{name}_{len(others) + 1}"

    def assign(self, name: str, module: Module, indent: int) -> list[str]:
        """A child of the class."""
        if isinstance(module, Loop):
            return self.loop(module, ("a", name))
        if isinstance(module, Leaf) and module.direct:
            return self.weight(name, module, indent)
        made = self.child(name, self.module(module, ("a", name)), indent)
        for path, leaf in _bare(name, module):
            made += self.weight(path, leaf, indent)
        return made

    @staticmethod
    def child(name: str, value: Doc, indent: int) -> list[str]:
        """A module as a child of any name."""
        if plain(name):
            return lines(value, indent, f"self.{name} = ")
        if name in MODULE_NAMES:
            return lines(value, indent, f"self._modules[{quoted(name)}] = ")
        return lines(Group("self.add_module(", (quoted(name), value), ")"), indent)

    def weight(self, path: str, leaf: Leaf, indent: int) -> list[str]:
        """A weight that stands by itself, at its path from the class."""
        value = self.leaf(leaf, ("a", *path.split(".")))
        if all(plain(part) for part in path.split(".")) or path.rpartition(".")[2] in MODULE_NAMES:
            return lines(value, indent, f"{access(path, weight=True)} = ")
        above, _, name = path.rpartition(".")
        owner = access(above) if above else "self"
        return lines(Group(f"{owner}.register_parameter(", (quoted(name), value), ")"), indent)

    def loop(self, module: Loop, at: Position) -> list[str]:
        """Children that are made in a loop."""
        values = dict(self.kind.values)
        for name, _ in module.growth:
            start, step = self.text(values[under(at, name)]), self.text(values[under(at, f"{name} step")])
            values[under(at, name)] = Expr(f"{start} + {step} * i")
        made = Constructor(self.kind._replace(values=values), self.classes, self.helpers).module(module.item, at)
        number = f"{{i + {module.first}}}" if module.first else "{i}"
        rows = [f"        for i in range({self.text(values[under(at, 'count')])}):"]
        return rows + lines(Group("self.add_module(", (f'f"{module.prefix}{number}"', made), ")"), 12)

    def sequential(self) -> list[str]:
        """The children of a Sequential, some of them under a condition."""
        program = self.kind.body.program
        items = [self.module(module, ("a", name)) for name, module in program.attributes]
        if not self.kind.optional:
            return lines(Group("super().__init__(", tuple(repeated(items)), ")"), 8)
        made = ["        layers: list[nn.Module] = []"]
        waiting: list[Doc] = []

        def flush() -> None:
            if len(waiting) == 1:
                made.extend(lines(Group("layers.append(", tuple(waiting), ")"), 8))
            elif waiting:
                made.extend(lines(Group("layers += [", tuple(waiting), "]"), 8))
            waiting.clear()

        for number, item in enumerate(items):
            if number in self.kind.optional:
                flush()
                made.append(f"        if {self.kind.optional[number][0].text}:")
                made += lines(Group("layers.append(", (item,), ")"), 12)
            else:
                waiting.append(item)
        flush()
        return [*made, "        super().__init__(*layers)"]

    # --- modules -------------------------------------------------------------------------

    def module(self, module: Module, at: Position) -> Doc:
        """One module as it is constructed."""
        if isinstance(module, Leaf):
            return self.leaf(module, at)
        if isinstance(module, Seq):
            items = [self.module(item, (*at, number)) for number, item in enumerate(module.items)]
            if module.names is None:
                return Group("nn.Sequential(", tuple(repeated(items)), ")")
            self.ordered = True
            named: list[Doc] = [_named(name, item) for name, item in zip(module.names, items, strict=True)]
            return Group("nn.Sequential(", (Group("OrderedDict(", tuple(named), ")"),), ")")
        if isinstance(module, Tree):
            pairs: list[Doc] = []
            for name, item in module.items:
                if isinstance(item, Leaf) and item.direct:  # no module, and assigned by itself
                    continue
                inner = self.module(item, (*at, name))
                pairs.append(_prefixed(f"{quoted(name)}: ", inner))
            return Group("nn.ModuleDict(", (Group("{", tuple(pairs), "}"),), ")")
        if isinstance(module, Borrowed):
            self.helpers.add("cnninspect.backends.build_network:Borrower")
            return Group("Borrower(", (self.module(module.layer, (*at, "layer")), access(module.owner)), ")")
        assert isinstance(module, Inst)
        return self.instance(module, at)

    def instance(self, module: Inst, at: Position) -> Doc:
        """An instance of a class of the file."""
        values = self.kind.values
        kind = self.classes[module.kind]
        given = [(param, values[under(at, param.name)]) for param in kind.params]
        shown_ = [
            (param, value) for param, value in given if param.default is MISSING or not same(value, param.default)
        ]
        arguments: list[Doc] = []
        keywords = False
        for param, value in shown_:
            named_ = param.default is not MISSING
            keywords = keywords or named_ or not _obvious(param.name, value)
            text = self.value(value)
            arguments.append(_named(param.name, text) if keywords else text)
        return Group(f"{kind.name}(", tuple(arguments), ")")

    def leaf(self, module: Leaf, at: Position) -> Doc:
        """One layer."""
        values = self.kind.values
        if is_kind(module):
            kind = values[under(at, "kind")]
            made: Doc = Group(f"{self.text(kind)}(", (), ")")
            return made
        pairs = [(key, values[under(at, key)]) for key, _ in module.arguments]
        first = positional(module.target)
        arguments: list[Doc] = []
        for number, (key, value) in enumerate(shown(module.target, pairs)):
            text = self.value(value)
            arguments.append(text if number < first and key == pairs[number][0] else _named(key, text))
        made = Group(f"{self.target(module.target)}(", tuple(arguments), ")")
        if module.direct:
            made = Group(made.opening, made.items, ").weight")
        if module.frozen:
            self.helpers.add("frozen")
            made = Group("frozen(", (made,), ")")
        return made

    def target(self, target: str) -> str:
        """A class as the file names it."""
        room, _, name = target.partition(":")
        if room == "torch.nn":
            return f"nn.{name}"
        if room.startswith(OWN):
            self.helpers.add(target)
            return name
        return target.replace(":", ".")

    def text(self, value: object) -> str:
        """A value on one line."""
        return flat(self.value(value))

    def value(self, value: object) -> Doc:
        """A value that stands in the class."""
        if isinstance(value, Expr):
            return value.text
        if isinstance(value, Kind):
            return self.target(value.target)
        if isinstance(value, Sym):
            return value.name
        return document(value)


def _bare(path: str, module: Module) -> list[tuple[str, Leaf]]:
    """The weights that stand by themselves in a part of which the layers are called from outside it."""
    found: list[tuple[str, Leaf]] = []
    for name, item in module.items if isinstance(module, Tree) else ():
        if isinstance(item, Leaf) and item.direct:
            found.append((f"{path}.{name}", item))
        else:
            found += _bare(f"{path}.{name}", item)
    return found


POSITIONED = ("in_channels", "channels", "out_channels")


def _obvious(name: str, value: object) -> bool:
    """Whether an argument may stand without its name."""
    return name in POSITIONED or isinstance(value, (tuple, Kind))


def _named(name: str, value: Doc) -> Doc:
    return _prefixed(f"{name}=", value)


def _prefixed(before: str, value: Doc) -> Doc:
    return (
        before + value
        if isinstance(value, str)
        else Group(before + value.opening, value.items, value.closing, value.commas)
    )


def repeated(items: Sequence[Doc]) -> list[Doc]:
    """Items of a Sequential, equal ones behind each other as a loop."""
    found: list[Doc] = []
    at = 0
    while at < len(items):
        size, count = _period(items, at)
        if count * size < 3 or (size == 1 and isinstance(items[at], str)):  # noqa: PLR2004 - two are written out
            size, count = 1, 1
        if count == 1:
            found.append(items[at])
        elif size == 1:
            found.append(Group("*(", (items[at], f"for _ in range({count})"), ")", commas=False))
        else:
            found.append(items[at])
            count = 1
        at += size * count if count > 1 else 1
    return found


def _period(items: Sequence[Doc], at: int) -> tuple[int, int]:
    count = 1
    while at + count < len(items) and items[at + count] == items[at]:
        count += 1
    return 1, count
