"""What the Python of a network is made of, before it is text: modules as they are constructed, and a forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sym:
    """A number that is the value of one of the model's params, and changes with it."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: int) -> None:
        self.name = name
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sym) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class Kind(Record):
    """A class as a value: which activation a block has."""

    target: str


class Leaf(Record):
    """One layer of torch, or one that the file brings with it."""

    target: str
    arguments: tuple[tuple[str, object], ...]
    frozen: bool = False
    direct: bool = False
    """Whether only its weight is kept, under the layer's own name."""


class Seq(Record):
    """An ``nn.Sequential``; without names its children are numbered."""

    names: tuple[str, ...] | None
    items: tuple[Module, ...]


class Tree(Record):
    """A part whose layers are called from outside it: it holds them by name and has no forward."""

    items: tuple[tuple[str, Module], ...]


class Use(Record):
    """An instance of a class of the file, by the scope that it stands for; the class is known later."""

    scope: int


class Borrowed(Record):
    """A layer that uses the weights of another one, with options of its own."""

    layer: Leaf
    owner: str


class Inst(Record):
    """An instance of a class of the file."""

    kind: int
    values: tuple[tuple[str, object], ...]
    """By the names of the class's arguments."""


class Loop(Record):
    """Numbered instances of one class, made in a loop."""

    prefix: str
    first: int
    """The number of the first."""
    rounds: int
    item: Inst
    """The first of them."""
    growth: tuple[tuple[str, int], ...]
    """Arguments that grow by so much from each to the next."""


Module = Loop | Leaf | Seq | Tree | Use | Borrowed | Inst
Var = int


class Step(Record):
    """One step of a forward: a module of the class or a function, what it reads and what it makes."""

    module: str | None
    """The path of the module from the class; None for a function."""
    target: str
    arguments: tuple[tuple[str, object], ...]
    inputs: tuple[Var, ...]
    outputs: tuple[Var, ...]
    listed: bool = False
    training: bool = False
    """Whether it runs in training only."""
    several: bool = False
    place: tuple[object, ...] = ()
    """Where it is written, seen from its block."""


class Program(Record):
    """All of one class, for one instance of it."""

    scope: int
    label: str
    """What people call it: the block, or the scope's own name."""
    block: bool
    """Whether the label is a block's."""
    family: tuple[str, ...]
    """What it has in common with programs that may be of one class."""
    attributes: tuple[tuple[str, Module], ...]
    steps: tuple[Step, ...]
    inputs: tuple[Var, ...]
    outputs: tuple[Var, ...]
    channels: tuple[object, object]
    """Of the first input and of the first output."""
    words: Mapping[str, object]
    """What the block's arguments are."""
    chain: str = ""
    """``numbered`` or ``named`` where it is a chain of modules, each called once on what the one before it makes."""
    names: tuple[str, ...] = ()
    """The inputs' names, of the network itself."""
    heads: tuple[tuple[str, Var, bool], ...] = ()
    """Of the network itself: each output by name, and whether it is for training."""
    loop: bool = False
    """Whether the steps are one round of a loop over its only attribute."""

    def bare(self, path: str) -> Leaf | None:
        """The layer at a path, where only its weight is kept."""
        found: object = Tree(self.attributes)
        for part in path.split("."):
            found = dict(found.items).get(part) if isinstance(found, Tree) else None
        return found if isinstance(found, Leaf) and found.direct else None
