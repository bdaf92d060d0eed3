"""Nothing that the network gives away depends on a layer.

The layer is computed, its weights are stored and sent to every machine, and no gradient ever reaches them. Mostly a
branch was meant to go on and the next line reads another tensor, as in programs where `x = …` stands where `x1 = …`
was meant; or a tap is left from an experiment.

Source: MATLAB's analyzeNetwork looks for such layers among its invalid network structures; Nikanjam et al. 2021,
arXiv 2105.08095, find them in programs whose pools nobody reads.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
    name: stem
  - relu
  - conv: {out: 32, kernel: 3, padding: 1}
  - {relu: , from: stem}
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
    name: stem
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

from cnninspect.ir import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.ends:
        return
    for end, lost in _ends(subject).items():
        node = subject.nodes[end]
        parameters = [subject.costs[index].parameters for index in lost]
        total = None if None in parameters else sum(filter(None, parameters))
        notes = (
            [f"{len(lost)} layers lead only there, from '{subject.nodes[lost[-1]].name}' on"] if len(lost) > 1 else []
        )
        notes += [f"{total:,} parameters that nothing learns"] if total else []
        yield subject.finding(
            node,
            f"nothing reads '{node.name}', and it is no output",
            notes=notes,
            help="let a later layer read it, name it under outputs:, or remove it",
        )


def _ends(subject: Subject) -> dict[int, list[int]]:
    """Each layer that nothing needs, with the layers that lead there and nowhere else, itself first."""
    found: dict[int, list[int]] = {index: [] for index in subject.ends}
    leads: list[int] = [-1] * len(subject.nodes)  # to which end alone a layer leads
    for index in range(len(subject.nodes) - 1, -1, -1):
        made = [Tensor(index, number) for number in range(len(subject.nodes[index].outputs))]
        ends = {leads[reader] for reader in subject.read_by[index]}
        if index in found:
            leads[index] = index
        elif len(ends) == 1 and subject.results.isdisjoint(made):
            leads[index] = ends.pop()
        if leads[index] >= 0:
            found[leads[index]].append(index)
    return found
