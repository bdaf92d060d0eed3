"""The decision is made by units none of which sees the whole input.

A global pool adds up what its units say, and each unit has seen its receptive field and no more. Where that is
smaller than the input, the network is a bag of patches: how parts lie to each other beyond a patch cannot be told.
That may be meant, as for textures. Otherwise it takes more layers, stride earlier, dilation, or a smaller input.

Source: Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks", Distill, finds
accuracy to grow with the logarithm of the field; Brendel and Bethge 2019, arXiv 1904.00760, build networks that only
see patches.

Bad:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, stride: 2}
  - relu
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out: 16, kernel: 7, padding: 3, stride: 2}
  - relu
  - conv: {out: 32, kernel: 5, padding: 2, stride: 2}
  - relu
  - conv: {out: 64, kernel: 5, padding: 2, stride: 2}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"
FEWEST = 3
"""Layers with windows that a network has at least: fewer are a sketch."""
SHARE = 2
"""It is told where the field is smaller than one part in so many of the input."""


def check(subject: Subject) -> Iterator[Finding]:
    if len(subject.learning) < FEWEST:
        return
    for one in subject.having("pool"):
        if (
            one.facts.window is None
            or one.window.transposed
            or one.node.inputs[0].node < 0
            or not _global(one)
            or not _decides(subject, one)
        ):
            continue
        for index, given in enumerate(subject.graph.inputs):
            sizes = given.shape[1:]
            pairs = zip(_seen(subject, one.node.inputs[0].node, index) or sizes, sizes, strict=True)
            small = next(((most, n) for most, n in pairs if most * SHARE < n), None)
            if small is not None:
                yield subject.finding(
                    one.node,
                    f"no unit that '{one.node.name}' adds up sees more than {small[0]} of {small[1]} cells of '{given.name}'",
                    help="more layers, earlier strides or dilation widen the field: cnninspect rf shows where it grows",
                )
                break


def _seen(subject: Subject, index: int, given: int) -> tuple[int, ...] | None:
    """How many cells of each axis of an input a unit sees at most, gates included; None where that is unknown."""
    reach, inputs = subject.reaches[index], subject.graph.inputs
    if reach is not None and len(inputs) == 1:
        seen = reach[0]
        if all(size * SHARE >= n for size, n in zip(seen, inputs[0].shape[1:], strict=True)) or subject.ungated:
            return seen
    field = subject.field(index, given, gates=True) if subject.followed else None
    if field is None or len(inputs[given].shape) == 1:
        return None
    sizes = zip(field.most, field.whole, inputs[given].shape[1:], strict=True)
    return tuple([n if whole else most for most, whole, n in sizes])


def _global(one: Known) -> bool:
    """Whether it sums up a whole map of several cells."""
    return max(one.y[1:] or (1,)) == 1 < max(one.x[1:] or (1,))


def _decides(subject: Subject, one: Known) -> bool:
    """Whether all that follows is a classifier: a chain that ends in what the network gives away."""
    known: Known | None = one
    while known is not None:
        if (known.index, 0) in subject.results:
            return True
        known = subject.after(known.index)
        if known is not None and known.role == "merge":
            return False
    return False
