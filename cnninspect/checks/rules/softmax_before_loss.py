"""A network that is trained with cross-entropy ends in a softmax.

Cross-entropy takes scores and makes shares of them itself. torch's loss given shares makes shares of shares: it cannot
come near 0, gradients are small, and training looks as if the rate were too low. ``cnninspect train`` takes the logarithm
of the shares instead, which is right and loses the smallest ones. Scores as the output serve both; their order is the same.

Source: torch.nn.CrossEntropyLoss, whose input are "unnormalized logits"; Humbatova et al. 2020, arXiv 1910.11015 (missing
or redundant softmax is among the faults that practitioners name).

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
  - softmax
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"


def check(subject: Subject) -> Iterator[Finding]:
    if subject.loss != "cross_entropy":
        return
    for one in subject.last_layers:
        if (
            one.layer.role == "activation"
            and one.layer.gives in ("shares", "log_shares")
            and one.layer.shared_among(one.x)
        ):
            yield subject.finding(
                one.node,
                f"'{one.node.name}' makes shares of the scores, and cross-entropy does so again",
                help=f"remove {one.layer.name}: the largest score is the largest share",
            )
