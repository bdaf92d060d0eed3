"""A bottleneck is wider in its middle than at its ends, where a whole convolution is paid for it.

A bottleneck goes through a 1×1 convolution to few channels, works there with the expensive kernel, and comes back. With
more channels in the middle than at both ends the expensive layer is the widest: the numbers were swapped, or the
middle was meant to be depthwise, as in inverted residuals.

Source: He et al. 2015, arXiv 1512.03385, figure 5 (bottleneck); Sandler et al. 2018, arXiv 1801.04381 (inverted, depthwise).

Bad:

```yaml
input: [64, 6, 6]
layers:
  - add:
      main:
        - conv: {out: 256, kernel: 1}
        - relu
        - conv: {out: 256, kernel: 3, padding: 1}
        - relu
        - conv: {out: 64, kernel: 1}
      skip: []
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [64, 6, 6]
layers:
  - add:
      main:
        - conv: {out: 16, kernel: 1}
        - relu
        - conv: {out: 16, kernel: 3, padding: 1}
        - relu
        - conv: {out: 64, kernel: 1}
      skip: []
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


BETWEEN = ("activation", "norm", "noise")


def check(subject: Subject) -> Iterator[Finding]:
    if [one.role for one in subject.windows].count("weights") == len(subject.learning):
        return  # none of them is pointwise
    for one in subject.learning:
        above = subject.skip_before(one.index, BETWEEN)
        if above is None or not _pointwise(above) or not _whole(one):
            continue
        below = subject.skip_after(one.index, BETWEEN)
        if below is None or not _pointwise(below):
            continue
        if min(one.x[0], one.y[0]) <= max(above.x[0], below.y[0]):
            continue
        yield subject.finding(
            one.node,
            f"'{one.node.name}' works on {one.x[0]} channels between ends of {above.x[0]} and {below.y[0]}",
            help=f"narrow '{above.node.name}'"
            + (f", or make this one depthwise (groups: {one.x[0]})" if one.y[0] % one.x[0] == 0 else ""),
            option="out",
        )


def _whole(one: Known) -> bool:
    """Whether a convolution has no groups."""
    weight = one.facts.weights.get("weight")
    return weight is not None and weight[1] == one.x[0]


def _pointwise(one: Known) -> bool:
    return one.role == "weights" and one.facts.window is not None and max(one.window.kernel) == 1
