"""A linear layer between others makes more values than it is given.

In a classifier's head each layer sums up: from many features to few, to the classes. A layer that spreads them again adds
parameters without adding anything to know, unless a wide layer in the middle was the intention (as in networks that make
pictures from a vector, which are left alone).

Source: Nikanjam et al. 2021, arXiv 2105.08095: units of dense layers should not grow towards the output.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 64
  - relu
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 16
  - relu
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


BETWEEN = ("activation", "norm", "noise")


def check(subject: Subject) -> Iterator[Finding]:
    if not any(len(given.shape) > 1 for given in subject.graph.inputs):
        return
    for one in subject.having("weights"):
        if len(one.x) != 1 or one.y[0] <= one.x[0]:
            continue
        below = subject.skip_after(one.index, BETWEEN)
        if below is not None and below.layer.role == "weights" and len(below.x) == 1 and below.y[0] <= one.y[0]:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' makes {one.y[0]} values of {one.x[0]}, and '{below.node.name}' {below.y[0]} of them",
                help=f"{one.x[0]} or fewer lose nothing",
                option=next(iter(one.layer.schema_options)),
            )
