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

    from cnninspect.checks.subject import Known, Subject
    from cnninspect.values import Finding

SEVERITY = "note"
FEWEST = 3
"""Layers with windows that a network has at least: fewer are a sketch."""
SHARE = 2
"""It is told where the field is smaller than one part in so many of the input."""


def check(subject: Subject) -> Iterator[Finding]:
    looking = [
        one
        for one in subject.having("weights")
        if one.facts.window is not None and max(one.window.kernel, default=1) > 1
    ]
    if len(looking) < FEWEST:
        return
    heads = [one for one in subject.windows if one.layer.role == "pool" and _global(one) and _decides(subject, one)]
    for one in heads:
        tensor = one.node.inputs[0]
        if tensor.node < 0 or _far(subject, tensor.node) or not subject.followed:
            continue
        for index, given in enumerate(subject.graph.inputs):
            field = subject.field(tensor.node, index, gates=True)
            if field is None or len(given.shape) == 1:
                continue
            pairs = [
                (most, n) for most, n, whole in zip(field.most, given.shape[1:], field.whole, strict=True) if not whole
            ]
            small = next(((most, n) for most, n in pairs if most * SHARE < n), None)
            if small is not None:
                yield subject.finding(
                    one.node,
                    f"no unit that '{one.node.name}' adds up sees more than {small[0]} of {small[1]} cells of '{given.name}'",
                    help="more layers, earlier strides or dilation widen the field: cnninspect rf shows where it grows",
                )
                break


def _far(subject: Subject, index: int) -> bool:
    """Whether it is known quickly that a unit sees enough of the input."""
    reach, given = subject.reaches[index], subject.graph.inputs
    return (
        reach is not None
        and len(given) == 1
        and all(axis[0] * SHARE >= n for axis, n in zip(reach, given[0].shape[1:], strict=True))
    )


def _global(one: Known) -> bool:
    """Whether it sums up a whole map of several cells."""
    return max(one.x[1:], default=1) > 1 and max(one.y[1:], default=1) == 1


def _decides(subject: Subject, one: Known) -> bool:
    """Whether all that follows is a classifier: a chain that ends in what the network gives away."""
    from cnninspect.ir import Tensor

    known: Known | None = one
    while known is not None:
        if Tensor(known.index) in subject.results:
            return True
        known = subject.after(known.index)
        if known is not None and known.layer.role == "merge":
            return False
    return False
