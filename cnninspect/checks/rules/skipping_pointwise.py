"""A convolution of a single cell strides, and nothing else reads the cells that it skips.

With kernel 1×1 and stride 2 three of four cells of the map are never looked at: they were computed for nothing, and what
stood in them is lost. On a shortcut it does no harm where the branch beside it reads the same map with a larger window.
In the original residual networks it stands at the head of the branch itself: moving the stride to the 3×3 convolution
that follows keeps all cells, at the same number of parameters, and is more accurate by half a percent.

Source: He et al. 2018, "Bag of tricks for image classification with convolutional neural networks", arXiv 1812.01187,
section 4 (ResNet-B).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 32, kernel: 1, stride: 2}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 32, kernel: 3, stride: 2, padding: 1}
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

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.unusual:
        if one.role != "weights" or product(one.window.kernel) > 1 or product(one.y[1:]) == 1:
            continue
        if all(_skips(subject.known[index]) for index in subject.readers(one.node.inputs[0])):
            cells, read = product(one.x[1:]), product(one.y[1:])
            yield subject.finding(
                one.node,
                f"'{one.node.name}' reads {read:,} of {cells:,} cells, and nothing reads the others",
                help="stride in a layer with a larger kernel, or pool before it",
                option="stride",
            )


def _skips(one: Known | None) -> bool:
    """Whether a layer looks at single cells and steps over others."""
    window = one.facts.window if one is not None else None
    return window is not None and not window.transposed and product(window.kernel) == 1 < max(window.stride)
