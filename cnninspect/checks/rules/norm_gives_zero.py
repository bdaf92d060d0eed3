"""A normalisation has a single value to normalise, so that it always gives its offset.

Instance norm takes the statistics of each channel over its own map, group norm over the map and the channels of
a group: of one value the mean is the value itself, and what is left is 0. Nothing above gets a gradient through it.

Source: the definitions (Ulyanov et al. 2016, arXiv 1607.08022; Wu and He 2018, arXiv 1803.08494); torch refuses the first.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - group_norm: 16
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
  - group_norm: 4
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

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("norm"):
        if one.layer.normalised(one.x) == 1:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' normalises single values: each becomes 0",
                help="normalise over more channels or a larger map, or leave it out",
            )
