"""A bias is taken away again by the normalisation that alone reads it.

Batch norm and instance norm subtract from each channel its mean, and with the mean whatever constant was added
before: the bias of the layer above has no effect on the output and no gradient that means anything. It costs one
parameter and one addition for each channel, optimiser state with it. The norm's own offset does the same work. A max
pool, a mean that counts no padding, a crop and an upsampling between them pass the constant on as it is.

Source: Ioffe and Szegedy 2015, arXiv 1502.03167, section 3.2, leave the bias out for that reason.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
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

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding, Shape

SEVERITY = "warning"
FIX = "writes bias: false, so that the network has fewer parameters and computes the same; old checkpoints have more"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        bias = _bias(one)
        if bias is None or one.node.shares is not None or one.index in subject.lenders:
            continue
        norm = subject.after(one.index)
        between = None
        while norm is not None and norm.layer.carries(norm.x):
            between, norm = norm, subject.after(norm.index)
        if norm is None or not norm.layer.centres() or norm.above != (between or one).index:
            continue
        yield subject.finding(
            one.node,
            f"the bias of '{one.node.name}' is subtracted again by '{norm.node.name}'",
            notes=_notes(bias, between),
            help="write bias: false",
            option="bias",
            edits=subject.set_option(one.node, "bias", "false") if "bias" in one.layer.schema_options else (),
        )


def _notes(bias: Shape, between: Known | None) -> Iterator[str]:
    yield f"{bias[0]:,} parameter{'s' if bias[0] > 1 else ''} without effect"
    if between is not None:
        yield f"'{between.node.name}' between them passes it on as it is"


def _bias(one: Known) -> Shape | None:
    """The shape of what is added to what the weights make, if there is anything."""
    for name, shape in one.facts.weights.items():
        if name == "bias" or name.endswith(".bias"):
            return shape
    return None
