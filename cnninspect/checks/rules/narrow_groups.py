"""The groups of a convolution are a few channels wide, too few for vector units and too many for a depthwise one.

A group of 1 runs as a depthwise convolution, which libraries know; a group of 8 or more fills a vector. In between
the work is scattered over groups that use a part of the unit each: many small multiplications in place of a large
one. ResNeXt's 32 groups of 4 have the MACs of a ResNet and take longer.

Source: Radosavovic et al. 2020, arXiv 2003.13678, whose best RegNets have groups of 8 and more.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1, groups: 16}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1, groups: 8}
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

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"


VECTOR = 8


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        weight = one.facts.weights.get("weight")
        if weight is None or one.facts.window is None or one.window.transposed or len(weight) != len(one.x) + 1:
            continue
        width = weight[1]
        if one.x[0] == width or not 1 < width < VECTOR:
            continue
        groups = one.x[0] // width
        fewer = [count for count in range(groups, 0, -1) if not (one.x[0] % count or one.y[0] % count)]
        best = next(count for count in fewer if one.x[0] // count >= VECTOR or count == 1)
        deep = f", or groups: {one.x[0]} (depthwise)" if one.y[0] % one.x[0] == 0 else ""
        yield subject.finding(
            one.node,
            f"the {groups} groups of '{one.node.name}' are {width} channels wide",
            help=f"groups: {best} gives {one.x[0] // best} channels each{deep}",
            option="groups",
        )
