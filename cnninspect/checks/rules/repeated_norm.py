"""A normalisation reads what another one has normalised just before.

Between the two stands nothing that changes mean or variance on purpose: only dropout, a view, another batch norm. The
second one finds values that are even already, and its factor and offset could be those of the first. Mostly the line
was meant for another tensor, as in programs where a branch is called `x1` and the norm below it is given `x`.

Source: Ioffe and Szegedy 2015, arXiv 1502.03167: what a batch norm gives away has the mean and variance it has learned.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - batch_norm
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}
  - batch_norm
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

SEVERITY = "warning"
BETWEEN = ("noise", "view")
"""Roles of what leaves mean and variance of a channel as they are, or nearly so."""


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("norm"):
        above = subject.skip_before(one.index, BETWEEN)
        if above is not None and above.layer.centres() and one.layer.centres() and above.y[0] == one.y[0]:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' normalises what '{above.node.name}' has normalised already",
                help="leave one out, or give this one the branch that it was meant for",
            )
