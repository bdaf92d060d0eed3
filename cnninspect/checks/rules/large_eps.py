"""The eps of a normalisation is as large as the variance that it is added to.

It is there so that nothing is divided by zero: 1e-5 in torch, 1e-3 in Keras. At 1 and more it decides what comes out:
values of variance 1 become an eighth of themselves with 64. Mostly the channels were meant, which torch's
``BatchNorm2d(64)`` is given and a model file knows: the bare value of ``batch_norm`` is its eps.

Source: Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1: a constant for numerical stability.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}
  - batch_norm: 16
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

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"
LEAST = 0.1
"""Far above what is published: no network of the zoo has more than 1e-3."""


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("norm"):
        eps = getattr(one.layer, "eps", None)
        if eps is not None and eps >= LEAST:
            message = f"'{one.node.name}' adds an eps of {eps:g} to the variance"
            yield subject.finding(one.node, message, help=_meant(one, eps), option="eps")


def _meant(one: Known, eps: float) -> str:
    if eps == one.x[0]:
        return f"the channels ({one.x[0]}) are known: leave them out"
    if eps >= 1:
        return "leave it out: 1e-5 is usual, and channels are known"
    if "momentum" in one.layer.schema_options:
        return "leave it out: 1e-5 is usual; a momentum is written momentum: and is the share of the newest batch"
    return "leave it out: 1e-5 is usual"
