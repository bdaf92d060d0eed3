"""A max pool is followed at once by a layer that strides again.

The map shrinks to a sixteenth before anything has learned from the pooled values: of each four maxima three are dropped
(or pooled once more), which a single stride could have done for less, or a layer between them used. A window over the
whole map is no stride: it sums up.

Source: Springenberg et al. 2014, arXiv 1412.6806 (a pool is a stride with a fixed layer before it).

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out: 32, kernel: 3, stride: 2, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
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
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


BETWEEN = ("activation", "norm", "noise")


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("pool"):
        if one.facts.window is None or max(one.window.stride) == 1:
            continue
        below = subject.skip_after(one.index, BETWEEN)
        if below is None or below.facts.window is None or max(below.window.stride) == 1 or below.window.transposed:
            continue
        if product(below.y[1:]) == 1:
            continue  # the whole map summed up, as a head does
        pairs = zip(one.window.stride, below.window.stride, strict=False)
        if len(one.window.stride) != len(below.window.stride) or not any(min(pair) > 1 for pair in pairs):
            continue
        strides = [a * b for a, b in zip(one.window.stride, below.window.stride, strict=True)]
        yield subject.finding(
            below.node,
            f"'{below.node.name}' strides right after the pool '{one.node.name}': together they keep one position in "
            f"{product(strides)}",
            help="let a layer with weights work at the pooled size first, or leave one of the two out",
            option="stride",
        )
