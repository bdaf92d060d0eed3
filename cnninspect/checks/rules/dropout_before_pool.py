"""Dropout of single values stands before a pool, with no more than an activation or a norm between.

A max pool takes another value where the largest was dropped, so that less is dropped than was asked for; an average
over a map hardly changes; what works on each value alone in between does not help. After the pool fewer numbers have to be drawn, and each that is dropped is missed.

Source: Nikanjam et al. 2021, arXiv 2105.08095; Wu and Gu 2015, arXiv 1512.01400 (dropout before max pooling is a choice
among the window's values, no longer dropout).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - dropout: 0.3
  - max_pool: 2
  - conv: {out: 32, kernel: 3, padding: 1}
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
  - max_pool: 2
  - dropout: 0.3
  - conv: {out: 32, kernel: 3, padding: 1}
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
BETWEEN = ("activation", "norm")


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("noise"):
        pool = subject.skip_after(one.index, BETWEEN) if one.layer.disturbs else None
        if pool is not None and pool.role == "pool" and one.layer.noise == "element":
            yield subject.finding(
                one.node,
                f"'{one.node.name}' drops single values that the pool '{pool.node.name}' makes up for",
                help=f"put it below '{pool.node.name}', or use dropout_channels",
            )
