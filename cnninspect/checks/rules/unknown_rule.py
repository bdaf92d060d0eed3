"""A comment silences a finding that does not exist.

A misspelt code silences nothing, and what it was meant for is told as before; a code of a rule that is gone stands
for nothing. Errors of a model cannot be silenced: it does not fit together, whatever a comment says.

Source: the comments themselves; `cnninspect lint-rules` lists every code.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - relu
  - global_avg_pool
  - flatten  # cnninspect: ignore[bias-befor-norm] kept for old weights
  - linear: 10
```

Good:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}  # cnninspect: ignore[bias-before-norm] kept for old weights
  - batch_norm
  - relu
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.checks.selection import nearest
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.ignores:
        return
    from cnninspect.checks.lint import codes

    known = codes()
    for comment in subject.ignores:
        for code, span in comment.codes or ():
            if code not in known and comment.span.file == subject.graph.source:
                message = f"no finding that can be silenced is called '{clip(code, 40)}'"
                yield subject.finding(None, message, span=span, help=nearest(code, known))
