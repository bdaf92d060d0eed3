"""Batch norm normalises a map of one position: training with a batch of one is impossible.

The statistics of a channel are taken over the positions of the whole batch. Where the map is 1×1, or a vector, a batch
of one leaves one value, whose variance is nothing: torch refuses it ("Expected more than 1 value per channel when
training"), and with few samples the statistics are noise. It strikes with the last, incomplete batch of an epoch.

Source: Ioffe and Szegedy 2015, arXiv 1502.03167; the pooled branch of DeepLabv3 is the case that people meet.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - conv: {out: 16, kernel: 1, bias: false}
  - batch_norm
  - relu
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - conv: {out: 16, kernel: 1}
  - relu
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

SEVERITY = "note"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("norm"):
        if product(one.x[1:]) == 1 and one.layer.centres() and one.layer.normalised(one.x) is None:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' has one value a channel and sample to take statistics of",
                help="train with batches of many, drop an incomplete last one, or leave this norm out",
            )
