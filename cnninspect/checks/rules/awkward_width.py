"""A convolution or linear layer makes a number of channels that is no multiple of 8.

Tensor cores and vector units work on 8 or 16 channels at a time; a remainder is computed as if it were full, or sends
the whole layer down a slower path. 58 channels cost what 64 do. Output layers, whose width the task gives, do not count.

Source: NVIDIA, Deep Learning Performance documentation, "Convolutional Layers": channels in multiples of 8 (fp16) for
tensor cores; Sandler et al. 2018, arXiv 1801.04381, whose code rounds widths to multiples of 8.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - conv: {out: 58, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 64, kernel: 3, padding: 1}
  - relu
  - conv: {out: 64, kernel: 3, padding: 1}
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

SEVERITY = "note"


VECTOR = 8
NARROWEST = 32
FEWEST = 16_384
"""Weights below which a layer is small whatever its width."""


def check(subject: Subject) -> Iterator[Finding]:
    odd = [one for one in subject.having("weights") if one.made % VECTOR and one.made >= NARROWEST]
    for one in odd:
        weight = one.facts.weights.get("weight")
        if weight is None or product(weight) < FEWEST or one.node.shares is not None or not subject.inner[one.index]:
            continue
        if len(one.x) > 1 and product(one.x[1:]) == 1:  # a gate: it costs nothing
            continue
        down, up = one.made // VECTOR * VECTOR, -(-one.made // VECTOR) * VECTOR
        yield subject.finding(
            one.node,
            f"'{one.node.name}' makes {one.made} {'features' if one.axis else 'channels'}, no multiple of {VECTOR}",
            help=f"{down} or {up} use vector units fully",
            option=next(iter(one.layer.schema_options)),
        )
