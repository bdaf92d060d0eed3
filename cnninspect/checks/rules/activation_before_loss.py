"""The last activation does not fit the loss that the training section states.

Cross-entropy compares scores of any sign: behind a rectifier a wrong class cannot be put below 0, behind tanh
no class gets more than e² times another; sigmoid answers each class by itself and belongs to the binary loss, which in
turn makes nothing of shares that a softmax has coupled.

Source: Nikanjam et al. 2021, arXiv 2105.08095 (last activation and loss have to fit).

Bad:

```yaml
input: [3, 6, 6]
training: {loss: cross_entropy}
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
  - relu
```

Good:

```yaml
input: [3, 6, 6]
training: {loss: cross_entropy}
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

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    loss = subject.loss
    if loss not in ("cross_entropy", "binary"):
        return
    for one in subject.last_layers:
        if one.role != "activation":
            continue
        coupled = one.layer.shared_among(one.x) is not None
        apart = one.layer.gives == "shares" and not coupled  # a share for each class by itself
        if coupled if loss == "cross_entropy" else apart:
            continue
        if loss == "binary":
            help_ = "remove it, or write loss: cross_entropy" if coupled else "remove it"
        elif apart:  # of one score cross-entropy would make nothing
            help_ = "write loss: binary" if product(one.y) == 1 else "remove it, or write loss: binary"
        else:
            help_ = "remove it"
        yield subject.finding(
            one.node,
            f"'{one.node.name}' ({one.layer.name}) is the last layer, which does not fit loss {loss}",
            help=help_,
        )
