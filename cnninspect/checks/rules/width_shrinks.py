"""The channels do not grow where the map shrinks.

Halving a map throws three quarters of its positions away; doubling the channels keeps half of the numbers, and the cost
of each stage about equal. A stage that is narrower than the larger one before it is a bottleneck for everything
below: seldom meant in a network that only goes down.

Source: Simonyan and Zisserman 2014, arXiv 1409.1556; He et al. 2015, arXiv 1512.03385, section 3.3 (rule ii);
Nikanjam et al. 2021, arXiv 2105.08095.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"


def check(subject: Subject) -> Iterator[Finding]:
    maps = [one for one in subject.seen if one.role in ("weights", "merge") and len(one.y) > 1]
    widths = [one.y[0] for one in maps]
    if widths == sorted(widths) or len(subject.graph.inputs) != 1 or subject.grows:
        return  # nothing narrows, or on purpose: what goes up again
    widest: dict[int, Known] = {}
    for one in maps:
        area = product(one.y[1:])
        if area == 1 or not subject.inner[one.index] or not subject.runs[one.index]:  # a vector, an output
            continue
        if area not in widest or widest[area].y[0] < one.y[0]:
            widest[area] = one
    stages = [widest[area] for area in sorted(widest, reverse=True)]
    for large, small in itertools.pairwise(stages):
        if small.y[0] < large.y[0] and small.index > large.index:
            yield subject.finding(
                small.node,
                f"maps shrink to {'x'.join(map(str, small.y[1:]))} and the channels with them: at most {small.y[0]} "
                f"here, {large.y[0]} before, in '{large.node.name}'",
                help=f"make it {large.y[0]} or more, or keep the map larger",
                option=next(iter(small.layer.schema_options), ""),
            )
