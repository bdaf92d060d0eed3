"""The classes of a file: programs that differ in their numbers only, or in parts left out, become one class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import identifier
from cnninspect.backends.python.loops import rolled
from cnninspect.backends.python.model import Borrowed, Inst, Loop, Module, Seq, Sym, Tree, Use
from cnninspect.backends.python.parameters import MISSING, Expr, Param, Params
from cnninspect.backends.python.spelling import NAMES, same
from cnninspect.backends.python.templates import Template, Values, align, moved, template
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.backends.python.model import Program

USUAL: dict[str, object] = {"stride": 1, "groups": 1, "dilation": 1, "kernel_size": 1}
"""What people expect of an argument of that name that is not given."""
FIRST = ("in_channels", "channels", "out_channels")
KNOWN = {
    "bn": "BN",
    "relu": "ReLU",
    "se": "SE",
    "aspp": "ASPP",
    "fpn": "FPN",
    "rpn": "RPN",
    "lrn": "LRN",
    "mbconv": "MBConv",
    "vgg": "VGG",
    "nin": "NIN",
    "ssd": "SSD",
    "fcn": "FCN",
    "fcos": "FCOS",
    "rcnn": "RCNN",
    "resnet": "ResNet",
    "convnext": "ConvNeXt",
    "resnext": "ResNeXt",
    "cnn": "CNN",
}
MOST_OPTIONAL = 4
LOCAL = ("i", "layers")
"""What variables are called where a class makes what it is made of."""


class Class(Record):
    """One class of the file."""

    name: str
    body: Template
    values: Values
    """What stands at each position: a literal or an expression."""
    params: tuple[Param, ...]
    optional: Mapping[int, tuple[Expr, int]]
    """Steps that some instances have not: when they are there, and the variable that takes their place."""
    uses: int
    """How many instances there are."""


def class_name(text: str) -> str:
    """A label as the name of a class."""
    words = [word for word in identifier(text).split("_") if word]
    return "".join([_camel(word) for word in words]) or "Block"


def _camel(word: str) -> str:
    letters = word.rstrip("0123456789")
    digits = word[len(letters) :]
    if letters in KNOWN:
        return KNOWN[letters] + digits
    if letters.endswith("net") and len(letters) > 3:  # noqa: PLR2004 - more than the ending
        return f"{letters[:-3].capitalize()}Net{digits}"
    return word if not word.islower() else word[0].upper() + word[1:]


class Classes:
    """Every class of a file, inner ones before those that use them."""

    def __init__(self, programs: Mapping[int, Program], title: str, taken: set[str], brought: set[str]) -> None:
        self.programs = programs
        self.found: list[Class] = []
        self.taken = {*NAMES, *taken}
        self.title = identifier(class_name(title), self.taken)
        self.taken.add(self.title)
        self.brought = brought
        self.resolved: dict[int, Module] = {}
        for numbers in _ordered(programs):
            self.group(numbers)

    def group(self, numbers: Sequence[int]) -> None:
        """Classes for the programs of one label."""
        programs = [self.programs[number] for number in numbers]
        if all(self.inline(program, len(programs)) for program in programs):
            for number, program in zip(numbers, programs, strict=True):
                items = tuple([self.module(module) for _, module in program.attributes])
                names = None if program.chain == "numbered" else tuple([name for name, _ in program.attributes])
                self.resolved[number] = Seq(names, items)
            return
        whole = [
            program._replace(attributes=tuple([(name, self.module(module)) for name, module in program.attributes]))
            for program in programs
        ]
        whole = [rolled(program) for program in whole]
        groups: dict[object, list[Template]] = {}
        for program in whole:
            made = template(program)
            groups.setdefault(made.key, []).append(made)
        waiting = sorted(groups.values(), key=lambda group: -len(group[0].program.steps))
        while waiting:
            waiting = self.merge(waiting)

    @staticmethod
    def inline(program: Program, count: int) -> bool:
        """Whether a program is written where it is used."""
        if program.heads or not program.chain:
            return False
        return program.chain == "named" or not program.block or count == 1

    def module(self, module: Module) -> Module:
        """A module with every use in it resolved."""
        if isinstance(module, Use):
            return self.resolved[module.scope]
        if isinstance(module, Tree):
            return Tree(tuple([(name, self.module(item)) for name, item in module.items]))
        assert not isinstance(module, (Seq, Inst, Loop))
        return module

    def merge(self, groups: list[list[Template]]) -> list[list[Template]]:
        """Make a class of the largest program and all that are parts of it; returns the others."""
        large, *others = groups
        body, rest = large[0], []
        instances: list[tuple[Template, Values]] = [(one, one.values) for one in large]
        present: list[set[int]] = [set() for _ in large]
        instead: dict[int, int] = {}
        for group in others:
            match = align(body, group[0]) if body.program.block else None
            if match is None or not _fits(match.skipped, instead, body):
                rest.append(group)
                continue
            instead.update(match.skipped)
            instances += [(one, moved(one.values, body, one, match)) for one in group]
            present += [{step for step, _ in match.skipped} for _ in group]
        self.make(body, instances, present, instead)
        return rest

    def make(
        self,
        body: Template,
        instances: list[tuple[Template, Values]],
        skipped: list[set[int]],
        instead: dict[int, int],
    ) -> None:
        """A class from all its instances."""
        words = [one.program.words for one, _ in instances]
        taken = {*LOCAL, *self.brought, *[one.name for one in self.found], self.title}
        params = Params(words, [one.program.channels for one, _ in instances], taken)
        values = {
            position: params.value(tuple([given.get(position, MISSING) for _, given in instances]), position)
            for position in body.values
        }
        optional = {}
        flags: dict[tuple[bool, ...], Expr] = {}
        for step, var in sorted(instead.items()):
            there = tuple([step not in left for left in skipped])
            if there not in flags:
                flags[there] = params.flag(there, self.flag_name(body, step))
            optional[step] = (flags[there], var)
        whole = bool(body.program.heads)
        ordered = sorted([_with_default(param, whole=whole) for param in params.found], key=_rank)
        label = self.title if body.program.heads else self._name(body.program.label)
        kind = len(self.found)
        self.found.append(Class(label, body, values, tuple(ordered), optional, len(instances)))
        for number, (one, _) in enumerate(instances):
            given = tuple([(param.name, param.values[number]) for param in ordered])
            self.resolved[one.program.scope] = Inst(kind, given)

    def flag_name(self, body: Template, step: int) -> str:
        """What an argument is called that says whether a step is there."""
        module = body.program.steps[step].module
        if module is None:
            return "residual"
        made = dict(body.program.attributes).get(module)
        if isinstance(made, Inst):
            return self.found[made.kind].body.program.label.lower()
        return f"with_{module}" if module.isidentifier() else "extended"

    def _name(self, label: str) -> str:
        stem = class_name(label.rstrip("0123456789_") if not label.isdecimal() else "Block")
        name, number = stem, 2
        while name in self.taken:
            name, number = f"{stem}{number}", number + 1
        self.taken.add(name)
        return name


def _fits(skipped: Sequence[tuple[int, int]], known: Mapping[int, int], body: Template) -> bool:
    """Whether steps may be left out beside those that other instances leave out."""
    if len({*dict(skipped), *known}) > MOST_OPTIONAL:
        return False
    for step, var in skipped:
        if known.get(step, var) != var:
            return False
        one = body.program.steps[step]
        if one.module is not None and (len(one.inputs) != 1 or body.program.chain == "named"):
            return False
        if one.several or (one.module is not None and body.program.bare(one.module)):
            return False  # nothing takes the place of a tuple, nor of a weight
        if one.module is not None and sum(other.module == one.module for other in body.program.steps) > 1:
            return False
    return True


def _with_default(param: Param, *, whole: bool) -> Param:
    first = param.values[0]
    if all(type(value) is bool for value in param.values):
        usual: object = False
    elif param.default is not MISSING:
        return param
    else:
        usual = USUAL.get(param.name, MISSING)
    if usual is not MISSING and any(same(value, usual) for value in param.values):
        return param._replace(default=usual)
    return param._replace(default=first.value) if whole and isinstance(first, Sym) else param


def _rank(param: Param) -> tuple[bool, int]:
    place = FIRST.index(param.name) if param.name in FIRST else len(FIRST)
    return param.default is not MISSING, place


def _ordered(programs: Mapping[int, Program]) -> list[list[int]]:
    """The programs by label, each label after those that it uses; the network itself is the last."""
    labels: dict[object, list[int]] = {}
    for number, program in programs.items():
        key = () if program.heads else (program.block, *program.family)
        labels.setdefault(key, []).append(number)
    of = {number: key for key, numbers in labels.items() for number in numbers}
    needs = {key: {of[use] for number in numbers for use in _uses(programs[number])} for key, numbers in labels.items()}
    done: dict[object, None] = {}
    state: dict[object, int] = {}

    def visit(key: object) -> bool:
        """Whether a label can be finished: nothing that it uses needs it."""
        if state.get(key):
            return state[key] == 2  # noqa: PLR2004 - finished
        state[key] = 1
        good = not [inner for inner in sorted(needs[key], key=str) if not visit(inner)]
        state[key] = 2
        done[key] = None
        return good

    if not [key for key in labels if not visit(key)]:
        return [labels[key] for key in done]
    return [[number] for number in sorted(programs, reverse=True)]  # names within themselves: each by itself


def _uses(program: Program) -> list[int]:
    found = []
    waiting = [module for _, module in program.attributes]
    while waiting:
        module = waiting.pop()
        if isinstance(module, Use):
            found.append(module.scope)
        elif isinstance(module, Tree):
            waiting += [item for _, item in module.items]
        elif isinstance(module, Borrowed):
            waiting.append(module.layer)
    return found
