"""What changed between two networks: plain records, which every report shows in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.comparing.figures import Figure
    from cnninspect.ir import Graph, Start
    from cnninspect.values import Shape


class Setting(Record):
    """An option that has another value; None where the other layer type has no such option."""

    option: str
    old: object
    new: object


class Altered(Record):
    """A layer of both networks that is not the same in both."""

    old: int
    """Its place among the layers of the old network."""
    new: int
    type: tuple[str, str] | None = None
    """The layer types, where it is another one."""
    settings: tuple[Setting, ...] = ()
    reads: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """What it read and what it reads, where that does not follow from layers that came, went or moved."""
    shares: tuple[str | None, str | None] | None = None
    """Whose weights it used and uses, where that is another layer."""
    begins: tuple[tuple[Start, ...], tuple[Start, ...]] | None = None
    """How its weights begin, where the models say other things of that."""
    moved: int = 0
    """How many layers were taken to another place, it being the first; 0 where it stayed."""


class Follower(Record):
    """A layer that is written as before and has other shapes, because of what changed above it."""

    old: int
    new: int


class Renamed(Record):
    """A scope or layer that is called otherwise; everything below it kept its own name."""

    old: str
    new: str
    layers: int
    tensors: int
    """How many tensors of a checkpoint are stored under other keys because of it."""
    last: tuple[str, str] | None = None
    """Of neighbours that were all renumbered alike the last one's names."""


class Head(Record):
    """An input or an output that is not the same in both; None where there is none."""

    kind: str
    """``input`` or ``output``."""
    old: str | None
    new: str | None
    old_shape: Shape | None = None
    new_shape: Shape | None = None
    old_training: bool = False
    new_training: bool = False
    source: tuple[str, str] | None = None
    """The tensors that an output hands out, where that is another one."""


class Tensors(Record):
    """What a checkpoint of the old network is to the new one, tensor by tensor."""

    stored: int
    """How many tensors the old network stores."""
    wanted: int
    """How many the new one does."""
    loads: int
    """How many of them are there under the same key in the same shape."""
    loads_renamed: int
    """How many are once the keys are renamed as the layers were."""
    gained: tuple[tuple[str, Shape], ...] = ()
    """Keys that only the new network has."""
    lost: tuple[tuple[str, Shape], ...] = ()
    """Keys that only the old network has."""
    reshaped: tuple[tuple[str, Shape, Shape], ...] = ()
    """Keys of both whose shapes differ."""
    keys: tuple[tuple[str, str], ...] = ()
    """Old and new key of every tensor that a renamed layer stores."""
    fresh: tuple[tuple[str, Shape], ...] = ()
    """Keys that nothing of the old network fills, once its keys are renamed."""
    left: tuple[tuple[str, Shape], ...] = ()
    """Keys of the old network that fill nothing, once they are renamed."""
    misfits: tuple[tuple[str, str, Shape, Shape], ...] = ()
    """Old and new key of what has another shape, once keys are renamed, with both shapes."""


class Comparison(Record):
    """Everything that differs between two networks."""

    old: Graph
    new: Graph
    batch: int
    dtype: str
    figures: tuple[Figure, ...]
    pairs: tuple[tuple[int, int], ...]
    """The places of every layer that is in both networks, in the order of the old one."""
    added: tuple[int, ...]
    """Layers of the new network that the old one lacks."""
    removed: tuple[int, ...]
    """Layers of the old network that the new one lacks."""
    altered: tuple[Altered, ...]
    followers: tuple[Follower, ...]
    renamed: tuple[Renamed, ...]
    heads: tuple[Head, ...]
    tensors: Tensors | None
    """None where a layer of either is unknown."""

    @property
    def same(self) -> bool:
        """Whether both are the same network, however they are written."""
        changed = (self.added, self.removed, self.altered, self.followers, self.renamed, self.heads)
        return not any(changed)
