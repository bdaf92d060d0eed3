"""What a network is given and what it hands out, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.comparing.changes import Head
from cnninspect.comparing.wiring import input_pairs

if TYPE_CHECKING:
    from cnninspect.comparing.wiring import Wiring
    from cnninspect.ir import Graph, Output


def heads(wiring: Wiring) -> tuple[Head, ...]:
    """Every input and output that is not the same in both networks."""
    return (*_inputs(wiring.old, wiring.new), *_outputs(wiring))


def _inputs(old: Graph, new: Graph) -> list[Head]:
    pairs = input_pairs(old, new)
    found = []
    for i, given in enumerate(old.inputs):
        place = pairs.get(-1 - i)
        if place is None:
            found.append(Head("input", given.name, None, given.shape))
            continue
        other = new.inputs[-1 - place]
        if (given.name, given.shape) != (other.name, other.shape):
            found.append(Head("input", given.name, other.name, given.shape, other.shape))
    kept = set(pairs.values())
    more = [given for j, given in enumerate(new.inputs) if -1 - j not in kept]
    return found + [Head("input", None, given.name, None, given.shape) for given in more]


def _outputs(wiring: Wiring) -> list[Head]:
    old, new = wiring.old, wiring.new
    theirs = {output.name: output for output in new.outputs}
    pairs = {output.name: theirs.pop(output.name) for output in old.outputs if output.name in theirs}
    left = [output for output in old.outputs if output.name not in pairs]
    for output in left:  # a name that is the layer's own goes with the layer
        twin = next((other for other in theirs.values() if wiring.follows(output.tensor, other.tensor)), None)
        if twin is not None:
            pairs[output.name] = theirs.pop(twin.name)
    if len(left) == 1 and len(theirs) == 1 and left[0].name not in pairs:
        pairs[left[0].name] = theirs.popitem()[1]
    found = [_output(wiring, output, pairs.get(output.name)) for output in old.outputs]
    more = [Head("output", None, o.name, None, new.shape(o.tensor), new_training=o.training) for o in theirs.values()]
    return [head for head in (*found, *more) if head is not None]


def _output(wiring: Wiring, old: Output, new: Output | None) -> Head | None:
    shape = wiring.old.shape(old.tensor)
    if new is None:
        return Head("output", old.name, None, shape, None, old.training)
    other = wiring.new.shape(new.tensor)
    before, after = wiring.old.tensor_name(old.tensor), wiring.new.tensor_name(new.tensor)
    follows = wiring.follows(old.tensor, new.tensor)
    named = old.name == new.name or (old.name == before and new.name == after)
    if named and follows and shape == other and old.training == new.training:
        return None
    source = None if follows else (before, after)
    return Head("output", old.name, new.name, shape, other, old.training, new.training, source)
