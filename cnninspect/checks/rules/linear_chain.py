"""Two layers with weights follow each other with nothing nonlinear between them.

A weighted sum of weighted sums is a weighted sum: two convolutions in a row are one convolution with a larger kernel,
two linear layers one linear layer, batch norm, pooling by means and flatten notwithstanding. The second one costs
parameters and time and adds nothing that the first could not have been; the activation was forgotten. A max pool alone
between them is no activation either: it chooses among weighted sums, and no published network relies on it; on the maximum
of a whole map PointNet does (Qi et al. 2016, arXiv 1612.00593), and it is left alone. Left alone are also
chains that save work on purpose: through fewer channels than either end has, through the code of an autoencoder (fewer
values, of which a transposed convolution makes a map again), through groups or single channels (separable
convolutions), along one axis after the other (1×3 after 3×1), or with weights that are shared with others; and those
that upsample by a pixel shuffle, as EDSR does.

Source: Goodfellow, Bengio and Courville, Deep Learning, section 6.3; Nikanjam et al. 2021, arXiv 2105.08095, ask for an
activation after every layer that learns.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - conv: {out: 32, kernel: 3, padding: 1}
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

    from cnninspect.checks.structure import Known
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.having("weights"):
        pool = ""
        following = subject.after(one.index)
        while following is not None and _passes(following) and not (one.axis and following.role == "view"):
            if not following.layer.linear:
                pool = following.node.name
            following = subject.after(following.index)
        if following is None or following.role != "weights" or not following.layer.linear:
            continue
        if _shared(subject, one) or _shared(subject, following):
            continue
        if _full(one) and _full(following) and not _saves(one, following):
            what = f"no activation between them, only the pool '{pool}'" if pool else "nothing nonlinear between them"
            yield subject.finding(
                following.node,
                f"'{following.node.name}' follows '{one.node.name}' with {what}{'' if pool else ': both could be one layer'}",
                help="put an activation between them, or leave one out",
            )


def _passes(one: Known) -> bool:
    """Whether it is no activation, nor a layer with weights of its own, nor one that joins."""
    if one.role == "view" and len(one.x) == len(one.y) and one.y[0] < one.x[0]:
        return False  # channels laid out as cells: upsampling, with what is below
    if one.role == "pool":
        return one.layer.linear or product(one.y[1:]) > 1
    return one.layer.linear and one.role not in ("weights", "merge")


def _shared(subject: Subject, one: Known) -> bool:
    """Whether its weights work elsewhere as well, so that they cannot be put into another layer's."""
    return one.node.shares is not None or one.index in subject.lenders


def _full(one: Known) -> bool:
    """Whether every output channel reads all input channels."""
    weight = one.facts.weights.get("weight")
    taps = product(one.facts.window.kernel) if one.facts.window is not None else 1
    return one.layer.linear and weight is not None and product(weight) == one.given * one.made * taps


def _saves(one: Known, other: Known) -> bool:
    """Whether the two are cheaper than what they could be: a bottleneck, a code, or one axis after the other."""
    if one.made < min(one.given, other.made):
        return True
    first, second = one.facts.window, other.facts.window
    if second is not None and second.transposed and product(one.y) < min(product(one.x), product(other.y)):
        return True
    if first is None or second is None or len(first.kernel) != len(second.kernel):
        return False
    sizes = list(zip(first.kernel, second.kernel, strict=True))
    return any(a > 1 == b for a, b in sizes) and any(b > 1 == a for a, b in sizes)
