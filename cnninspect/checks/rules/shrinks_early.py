"""The map is reduced by 16 or more on a side before a second layer has learned from it.

What is thrown away in the first layers nobody can look at again: edges and textures have to be read at the
size at which they are there. Networks from AlexNet to ResNet reduce by 4 to 8 in the first two layers.
A first layer that makes as many values as the input has throws nothing away: patches of ViT, raw sound at a stride of 16.
An axis of which one cell is left was read at once, as EEGNet reads its electrodes.

Source: Nikanjam et al. 2021, arXiv 2105.08095 (too much down-sampling in the first layers); He et al. 2015,
arXiv 1512.03385, whose stem reduces by 4.

Bad:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out: 32, kernel: 4, stride: 4}
  - relu
  - max_pool: 4
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
  - conv: {out: 32, kernel: 4, stride: 4}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: 4
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding, Shape

SEVERITY = "note"


MOST = 16
"""The reduction on an axis from which on it is much."""


def check(subject: Subject) -> Iterator[Finding]:
    if len(subject.graph.inputs) != 1:
        return
    shape, index, learned = subject.graph.inputs[0].shape, -1, 0
    sizes = shape[1:]
    while learned < 2:  # noqa: PLR2004 - the second one has seen what it was given
        readers = subject.readers((index, 0))
        one = subject.known[readers[0]] if len(readers) == 1 else None
        if one is None or len(one.y) != len(shape) or max(one.y[1:] or (1,)) == 1:
            return
        if one.facts.window is not None and _much(sizes, one.y[1:]):
            if product(one.y) >= product(shape):
                return
            many = learned + (one.role == "weights")
            yield subject.finding(
                one.node,
                f"after '{one.node.name}' a map of {'x'.join(map(str, sizes))} is {'x'.join(map(str, one.y[1:]))}, and "
                f"{many} layer{' has' if many == 1 else 's have'} learned from it",
                help="let a layer with weights work at the larger size first",
                option="stride",
            )
            return
        learned += one.role == "weights"
        index = one.index


def _much(sizes: Shape, left: Shape) -> bool:
    """Whether little is left of some axis, and not just one cell."""
    for n, now in zip(sizes, left, strict=True):  # noqa: SIM110 - a generator takes twice as long
        if n >= MOST * now > MOST:
            return True
    return False
