"""All that a network knows is pressed through a narrow convolution, and spread again by the next.

What does not fit into the few channels is lost to everything below, where no branch leads around them; the wider layers
that follow work on no more than the narrow one let through. A 1×1 convolution to few channels, or a small kernel
before one that is much larger, saves the cost of the large kernel behind it; a large kernel that is itself the narrow
one saves nothing that the same width throughout would not. Left alone are a kernel laid apart into its axes, the wide
middle of an inverted bottleneck, what fuses a concat, and networks that make larger maps again: there the narrow
place is the code. Fewer values count, not fewer channels: what a stride of 2 takes away, four times the channels gives back.

Source: Szegedy et al. 2015, arXiv 1512.00567, section 2 (avoid representational bottlenecks); Nikanjam et al. 2021, arXiv
2105.08095 (blocks of alike convolutions).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"

BETWEEN = ("activation", "norm", "noise", "pool")
LARGER = 2
"""Times as many taps as the narrow kernel has, from which on it is there to save the cost of the larger one."""


def check(subject: Subject) -> Iterator[Finding]:
    if len(subject.graph.inputs) != 1:
        return
    if not [one for one in subject.learning if one.x[0] > one.y[0]]:
        return
    maps = [one for one in subject.learning if product(one.y[1:]) > 1]
    dips = [pair for pair in pairwise(maps[1:]) if _dips(*pair)]
    if not dips or subject.grows:  # where maps grow again the narrow place is the code
        return
    alone = _alone(subject)
    for one, below in dips:
        if alone[one.index] and subject.skip_after(one.index, BETWEEN) is below and not _meant(subject, one, below):
            yield subject.finding(
                one.node,
                f"'{one.node.name}' presses {one.x[0]} channels into {one.y[0]}, and '{below.node.name}' makes {below.y[0]} of them",
                help=f"make it {min(one.x[0], below.y[0])} channels, or those beside it fewer",
                option=next(iter(one.layer.schema_options)),
            )


def _dips(one: Known, below: Known) -> bool:
    """Whether a layer makes fewer channels than it reads and the next one makes, which makes more values as well."""
    return one.x[0] > one.y[0] < below.y[0] and product(one.y) < product(below.y)


def _meant(subject: Subject, one: Known, below: Known) -> bool:
    """Whether the narrow place makes what follows cheap, or only stands beside what is wide for another reason."""
    kernels = one.window.kernel, below.window.kernel
    if product(kernels[1]) >= LARGER * product(kernels[0]) or all(1 in taps for taps in zip(*kernels, strict=True)):
        return True
    above, then = subject.skip_before(one.index, BETWEEN), subject.skip_after(below.index, BETWEEN)
    if then is not None and then.y[0] < below.y[0] and then.role == "weights" and then not in subject.learning:
        return True  # an inverted bottleneck: below is its middle
    return above is None or (
        above.role != "weights" and above.x[0] != above.y[0]
    )  # a concat, or channels made of cells


def _alone(subject: Subject) -> list[bool]:
    """For each layer whether all that reaches the layers below goes through it: no branch leads around it."""
    last = [max(readers, default=-1) for readers in subject.read_by]
    for tensor in subject.results:
        last[tensor.node] = len(subject.nodes)
    found, farthest = [], last[-1]
    for index in range(len(subject.nodes)):
        found.append(farthest <= index)
        farthest = max(farthest, last[index])
    return found
