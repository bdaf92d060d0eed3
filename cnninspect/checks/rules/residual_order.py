"""Some residual sums of a network are followed by an activation, and a few are not.

Residual networks come in two forms: the activation after the sum (v1) or before the branch (v2), where the trunk stays
untouched from end to end. In a mix the trunk is neither: one block rectifies what the others carried on, or one
passes sums on that its neighbours expect to be rectified.

Source: He et al. 2015, arXiv 1512.03385, and He et al. 2016, arXiv 1603.05027, figure 4.

Bad:

```yaml
input: [16, 32, 32]
blocks:
  unit:
    args: {last: relu}
    layers:
      - add:
          main:
            - conv: {out: 16, kernel: 3, padding: 1}
            - relu
            - conv: {out: 16, kernel: 3, padding: 1}
          skip: []
      - $last
layers:
  - {unit: , repeat: 3}
  - unit: identity
  - {unit: , repeat: 3}
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [16, 32, 32]
blocks:
  unit:
    layers:
      - add:
          main:
            - conv: {out: 16, kernel: 3, padding: 1}
            - relu
            - conv: {out: 16, kernel: 3, padding: 1}
          skip: []
      - relu
layers:
  - {unit: , repeat: 7}
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
    from cnninspect.ir import Tensor
    from cnninspect.values import Finding

SEVERITY = "warning"


FEWEST = 4
"""Sums of one form below which nothing is the rule."""
BETWEEN = ("noise", "view")


def check(subject: Subject) -> Iterator[Finding]:
    sums = [one for one in subject.having("merge") if one.layer.sums]
    if len(sums) < FEWEST + 2:  # those of the rule, an exception and the last one
        return
    sums = [one for one in sums if _residual(subject, one)]
    forms = {True: [], False: []}  # type: dict[bool, list[Known]]
    for one in sums:
        below = subject.skip_after(one.index, BETWEEN)
        if one.index != sums[-1].index:  # the last one may be followed by what the head wants
            forms[below is not None and below.role == "activation"].append(one)
    few, many = sorted(forms.values(), key=len)
    if not few or len(many) < FEWEST or len(few) * 3 > len(many):
        return
    bent = few is forms[True]
    for one in few:
        yield subject.finding(
            one.node,
            f"the residual sum '{one.node.name}' is {'' if bent else 'not '}followed by an activation, as {len(many)} "
            f"others are{' not' if bent else ''}",
            help="remove the activation below it" if bent else "let the activation of the others follow it",
        )


def _residual(subject: Subject, one: Known) -> bool:
    """Whether one of the two summands is read by the branch that makes the other."""
    if len(one.node.inputs) != 2:  # noqa: PLR2004
        return False
    return any(_comes_from(subject, a.node, b) for a, b in (one.node.inputs, one.node.inputs[::-1]))


def _comes_from(subject: Subject, index: int, trunk: Tensor) -> bool:
    found = subject.known[index] if index >= 0 else None
    while found is not None and found.index > trunk.node:
        if trunk in found.node.inputs:
            return True
        found = subject.before(found.index)
    return False
