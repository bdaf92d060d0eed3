"""A linear layer reads a map, and combines its columns alone.

A linear layer works on the last axis, as torch's does. Of a map that is the width: every row of every channel is
combined by itself, channels and rows never meet. It fits together, and it is not what follows a convolution: a flatten,
or a global pool and a flatten, is missing. Where the channels are meant, `axis: channels` says so.

Source: torch.nn.Linear works on the last dimension whatever stands before it; Nikanjam et al. 2021, arXiv 2105.08095,
has the missing flatten among the faults of published programs (Stack Overflow 38584268).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import show_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"
BETWEEN = ("activation", "norm", "noise", "")
"""Roles of what leaves the axes where they are."""


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        if len(one.x) == 1 or one.facts.window is not None or one.y[:-1] != one.x[:-1]:
            continue
        above = subject.skip_before(one.index, BETWEEN)
        if above is not None and above.facts.window is not None:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' combines the columns of the map {show_shape(one.x)}, each row of each channel by itself",
                notes=(f"the map is made by '{above.node.name}'",),
                help="put a flatten above it, or global_avg_pool and flatten; for the channels write axis: channels",
            )
