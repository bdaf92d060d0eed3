"""What running a layer holds in memory: plain data that a layer states and passes add up.

The figures are torch's on the CPU, run layer by layer without a compiler.
"""

from __future__ import annotations

from cnninspect.records import Record

OWN = -1
"""In ``pairs``: the layer's own weights in place of an input."""
WHOLE, PIECE, RESHAPED = "whole", "piece", "reshaped"
LIKE_INPUT, STRAIGHT, LAST, BEHIND = "like input", "straight", "last", "behind"
"""How what a layer makes lies in memory: as its input does; in the order of its axes; with the channels last where those
of the input are, else in the order of its axes; with the channels last always."""
POOLED = (LIKE_INPUT, LAST, STRAIGHT)
"""How torch's mean over windows lies on a line, a picture and a volume."""


class Gather(Record):
    """An input that is multiplied as matrices: torch copies it where the axes before them cannot be taken for one."""

    input: int
    lead: tuple[int, ...]
    """The sizes of those axes, batch left out, each at its full length where the input is stretched along it."""
    channels_last: bool = False
    """Whether the channels are moved to the end before."""


class Holds(Record):
    """What torch keeps of one layer for backward, what its output shares, and what it needs while it runs.

    Elements grow with the data type, bytes do not: indices are int64 whatever is pooled.
    """

    inputs: tuple[int, ...] = ()
    """The inputs that are kept wherever a gradient passes."""
    pairs: tuple[tuple[int, int], ...] = ()
    """(kept, for): an input that is kept only where another one, or OWN weights, need a gradient."""
    between: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """(elements, for): what is made between two steps, kept only where one of these inputs needs a gradient."""
    output: bool = False
    """Whether the output is kept."""
    elements: int = 0
    """Elements of further tensors that are kept, for each sample: statistics, noise, maps between two steps."""
    bytes: int = 0
    """Bytes that are kept for each sample whatever the data type."""
    once: int = 0
    """Elements that are kept however many samples there are."""
    once_bytes: int = 0
    view: str = ""
    """Whether the output is the input's own storage: WHOLE, a PIECE of it, or RESHAPED where its order allows."""
    turn: tuple[int, ...] = ()
    """The old axes in their new order, batch left out, where a view reorders them."""
    step: tuple[int, int] | None = None
    """An axis, and the distance between two positions of it that a piece takes."""
    lies: str = LIKE_INPUT
    """How the output lies in memory, unless it is a view."""
    idle: bool = False
    """Whether it hands its input on at inference."""
    in_place: bool = False
    """Whether torch offers to write the output over the input."""
    swaps: bool = False
    """Whether in place the output is kept in place of the input."""
    straight: bool = False
    """Whether it works on a copy of an input that lies neither in the order of its axes nor in that of ``lies``."""
    gathers: tuple[Gather, ...] = ()
    """The inputs that are multiplied as matrices."""
    scratch: int = 0
    """Elements of a sample that the forward call needs at its height beyond inputs and outputs."""
    scratch_bytes: int = 0
    scratch_once: int = 0
    """Elements of the same kind that do not grow with the batch."""
    bare: Holds | None = None
    """What it holds in training where no input needs a gradient, if that is less."""


IN_PLACE_BY_COPY = Holds(inputs=(0,), in_place=True)
"""Of a layer that keeps its input: in place it keeps a copy."""
WORDS = {
    "": None,
    "nothing": Holds(),
    "nothing, straight": Holds(lies=STRAIGHT),
    "nothing, last": Holds(lies=LAST),
    "input": Holds(inputs=(0,)),
    "output": Holds(output=True),
    "output, straight": Holds(output=True, lies=STRAIGHT),
    "both, straight": Holds(inputs=(0,), output=True, lies=STRAIGHT),
    "input in place": IN_PLACE_BY_COPY,
    "input or output": Holds(inputs=(0,), in_place=True, swaps=True),
    "output in place": Holds(output=True, in_place=True),
    "view": Holds(view=WHOLE),
    "piece": Holds(view=PIECE),
    "reshaped": Holds(view=RESHAPED),
}
"""What many layers hold, by the word that they state it with; nothing is known of the empty one."""
