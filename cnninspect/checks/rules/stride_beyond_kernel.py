"""A stride is larger than the kernel, so that whole rows between the windows are never read.

Of every s rows only k are looked at: with kernel 2 and stride 3 a third of the rows, five ninths of a map, is thrown
away unseen, although it was computed. (A kernel of a single cell that only samples is another rule's.)

Source: the window arithmetic itself (Dumoulin and Visin 2016, arXiv 1603.07285); Krizhevsky et al. 2012, section 3.4,
name the two sound cases, stride = kernel and stride < kernel.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2, stride: 3}
  - conv: {out: 32, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
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

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    for one in subject.unusual:
        window = one.window
        if product(window.kernel) == 1 or len(one.y) <= len(window.kernel):
            continue
        for kernel, stride, steps in zip(window.kernel, window.stride, one.y[1:], strict=False):
            if kernel < stride and steps > 1:
                yield subject.finding(
                    one.node,
                    f"'{one.node.name}' skips {stride - kernel} of every {stride} rows: its stride {stride} is larger than its kernel {kernel}",
                    help=f"make the kernel {stride}, or the stride {kernel}",
                    option="stride",
                )
                break
