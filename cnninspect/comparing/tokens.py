"""What layers are recognised by: their names, their options, their shapes, each as a number that compares at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Node


class Side:
    """The layers of one network as columns; equal numbers in two networks mean the same."""

    def __init__(self, graph: Graph, known: dict[object, int]) -> None:
        nodes = graph.nodes
        settings = _Settings()
        self.nodes = nodes
        self.names = [node.name for node in nodes]
        self.plain = [_plain(name) for name in self.names]
        """Names with a ``#`` for each number: what stays of them when a layer is put in before."""
        self.strong = [plain == name for plain, name in zip(self.plain, self.names)]  # noqa: B905 - one each
        """Whether a person chose all of the name: it has no number that counting could have made."""
        self.coarse = [known.setdefault((node.op, settings.of(node)), len(known)) for node in nodes]
        """The layer type and its options."""
        self.weights = [known.setdefault(("w", *_weights(node)), len(known)) for node in nodes]
        self.outputs = [known.setdefault(("o", node.outputs), len(known)) for node in nodes]
        self.fine = [known.setdefault(key, len(known)) for key in zip(self.coarse, self.weights, self.outputs)]  # noqa: B905
        """The layer with its options and shapes."""
        self.where = [known.setdefault(key, len(known)) for key in zip(self.coarse, self.plain)]  # noqa: B905
        """The layer with its options in its place, numbers left out."""
        self.kinds = [known.setdefault(("k", node.op, plain), len(known)) for node, plain in zip(nodes, self.plain)]  # noqa: B905
        """The layer type in its place, numbers left out."""
        self.named = [known.setdefault(("n", node.op, node.name), len(known)) for node in nodes]
        """The layer type by its full name."""

    def __len__(self) -> int:
        return len(self.nodes)

    def around(self, index: int, reach: int) -> tuple[int, ...] | None:
        """The layer with its neighbours on both sides; None at the ends."""
        if index < reach or index + reach >= len(self.where):
            return None
        return tuple(self.where[index - reach : index + reach + 1])


class _Settings:
    """Options as something that can be a key; layers are shared by many nodes, and worked out once."""

    def __init__(self) -> None:
        self.known: dict[int, object] = {}

    def of(self, node: Node) -> object:
        layer = node.layer
        if layer is None:
            return None
        found = self.known.get(id(layer))
        if found is None:
            found = self.known[id(layer)] = frozen(layer.settings())
        return found


def frozen(value: object) -> object:
    """A value as something that can be a key; 1, 1.0 and true stay apart."""
    if isinstance(value, dict):
        return tuple([(key, frozen(item)) for key, item in value.items()])
    if isinstance(value, (list, tuple)):
        return ("[]", *[frozen(item) for item in value])
    return (value, type(value))


def _plain(name: str) -> str:
    if name.isalpha():
        return name
    characters: list[str] = []
    for character in name:
        if not character.isdecimal():
            characters.append(character)
        elif characters[-1:] != ["#"]:
            characters.append("#")
    return "".join(characters)


def _weights(node: Node) -> tuple[object, ...]:
    if node.facts is None:
        return (None,)
    return (tuple(node.facts.weights.items()), tuple(node.facts.buffers.items()))
