"""A network trained with cross-entropy ends in a softmax, or one trained with the binary loss in a sigmoid.

Cross-entropy takes scores and makes shares of them itself. torch's loss given shares makes shares of shares: it cannot
come near 0, gradients are small, and training looks as if the rate were too low. So does the binary loss with a sigmoid
above it. ``cnninspect train`` takes the logarithm of the shares instead, which is right and loses the smallest ones.
Scores as the output serve both; their order is the same. A log softmax does no harm: log shares made once more stay what
they are, and the loss is the same without the layer.

Source: torch.nn.CrossEntropyLoss and BCEWithLogitsLoss, whose inputs are logits; Humbatova et al. 2020, arXiv 1910.11015
(missing or redundant softmax is among the faults that practitioners name); Nikanjam et al. 2021, arXiv 2105.08095.

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

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "note"


def check(subject: Subject) -> Iterator[Finding]:
    loss = subject.loss
    if loss not in ("cross_entropy", "binary"):
        return
    for one in subject.last_layers:
        if one.role != "activation" or one.layer.gives not in ("shares", "log_shares"):
            continue
        what, order = (_again if loss == "cross_entropy" else _binary)(one)
        if what:
            yield subject.finding(one.node, f"'{one.node.name}' {what}", help=f"remove {one.layer.name}: {order}")


def _again(one: Known) -> tuple[str, str]:
    """What is said of shares, or their logarithm, above cross-entropy; of single ones ``activation-before-loss`` speaks."""
    shared, what = one.layer.shared_among(one.x), ""
    if shared and one.layer.gives == "shares":
        what = "makes shares of the scores, and cross-entropy does so again"
    elif shared == one.x[0]:  # among the classes
        what = "takes the logarithm of shares, and so does cross-entropy: the loss is the same without it"
    falling = one.layer.name == "softmin"
    return what, f"the {'smallest' if falling else 'largest'} score is the largest share"


def _binary(one: Known) -> tuple[str, str]:
    """What is said of shares above the binary loss; of coupled ones ``activation-before-loss`` speaks."""
    apart = one.layer.shared_among(one.x) is None
    what = "makes a share of each score, and the binary loss does so again" if apart else ""
    return what, "a score above 0 is a share above a half"
