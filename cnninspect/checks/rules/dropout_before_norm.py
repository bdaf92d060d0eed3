"""Dropout stands before a batch norm, whose statistics it changes between training and use.

In training dropout scales what it keeps, which keeps the mean and raises the variance; batch norm stores that variance.
In use nothing is dropped, the true variance is lower, and every channel is divided by too much: the shift grows
from norm to norm. The remedy is to put dropout after the last batch norm, or to use a noise that batch norm sees in
whole samples (drop_path).

Source: Li et al. 2018, arXiv 1801.05134 (dropout and batch norm together lose up to 4 points of accuracy on CIFAR-100).

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - relu
  - dropout: 0.3
  - conv: {out: 32, kernel: 3, padding: 1, bias: false}
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
  - conv: {out: 32, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - relu
  - global_avg_pool
  - flatten
  - dropout: 0.3
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


def check(subject: Subject) -> Iterator[Finding]:
    noise = [one for one in subject.having("noise") if one.layer.disturbs]
    if not noise or not any(one.facts.buffers for one in subject.having("norm")):
        return
    for one in noise:
        norm = _norm_below(subject, one.index)
        if norm is not None:
            yield subject.finding(
                one.node,
                f"'{one.node.name}' drops values before '{norm.node.name}' takes their statistics",
                notes=("in training their variance is higher than at inference, for which it is stored",),
                help="move the dropout below the last batch norm",
            )


def _norm_below(subject: Subject, start: int) -> Known | None:
    """The first norm with stored statistics of the network's own on any way down, one layer with weights between."""
    stack = [(start, 0)]
    while stack:
        index, crossed = stack.pop()
        for reader in subject.readers((index, 0)):
            found = subject.known[reader]
            role = found.role if found is not None else ""
            if found is not None and found.layer.centres() and found.facts.buffers:
                return found
            crosses = crossed + (role == "weights")
            if crosses <= 1 and role in ("weights", "activation", "view", "pool", "resize"):
                stack.append((reader, crosses))
    return None
