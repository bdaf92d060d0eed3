"""A residual branch ends in a rectifier, so that it can only add to the trunk.

What is added to the identity is never negative: block by block the trunk grows, no block can take back what another
put there, and half of what the branch learns is thrown away right before it counts. The activation belongs after the
sum (v1) or at the beginning of the branch (v2). A decoder that makes a smaller map large again is no branch of the map
that an encoder passes over to it, as in LinkNet.

Source: He et al. 2016, arXiv 1603.05027, table 2: "ReLU before addition" loses 1.2 points on CIFAR-10 with ResNet-110.

Bad:

```yaml
input: [16, 6, 6]
layers:
  - add:
      main:
        - conv: {out: 16, kernel: 3, padding: 1}
        - relu
        - conv: {out: 16, kernel: 3, padding: 1}
        - relu
      skip: []
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [16, 6, 6]
layers:
  - add:
      main:
        - conv: {out: 16, kernel: 3, padding: 1}
        - relu
        - conv: {out: 16, kernel: 3, padding: 1}
      skip: []
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
    from cnninspect.ir import Tensor
    from cnninspect.values import Finding

SEVERITY = "warning"


BETWEEN = ("noise", "view")


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("merge"):
        if not one.layer.sums or len(one.node.inputs) != 2:  # noqa: PLR2004 - a branch and the trunk
            continue
        for branch, trunk in (one.node.inputs, one.node.inputs[::-1]):
            if branch.node < trunk.node:
                continue  # a branch comes after the trunk that it leaves
            end = _end(subject, branch)
            if end is None or not end.layer.positive or not _above(subject, trunk, end.index):
                continue
            yield subject.finding(
                end.node,
                f"'{end.node.name}' ends a residual branch: '{one.node.name}' can only grow by it",
                help=f"move {end.layer.name} below the sum, or to the beginning of the branch",
            )


def _end(subject: Subject, tensor: Tensor) -> Known | None:
    """The layer that ends a branch, noise and views left out."""
    found = subject.known[tensor.node] if tensor.node >= 0 else None
    while found is not None and found.role in BETWEEN and len(found.node.inputs) == 1:
        found = subject.before(found.index)
    return found


def _above(subject: Subject, trunk: Tensor, end: int) -> bool:
    """Whether a branch of weights goes from the trunk to its end with nothing else coming in."""
    found, weights = subject.known[end], 0
    while found is not None and found.index > trunk.node and len(found.node.inputs) == 1:
        if found.y is not found.x and product(found.y[1:]) > product(found.x[1:]):
            return False
        weights += found.role == "weights"
        if found.node.inputs[0] == trunk:
            return weights > 0
        found = subject.before(found.index)
    return False
