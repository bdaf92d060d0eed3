"""A comment begins as one that silences a finding, and says nothing that can be followed.

It has one form: `# cnninspect: ignore[code, code] reason`. The codes say what is silenced, so that nothing else is,
and the reason tells the next reader why. It may follow other words in a comment, and stand there more than once.

Source: the comment itself; docs/lint.md tells for what a comment speaks.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}  # cnninspect: ignore
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

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"
HELP = "write # cnninspect: ignore[code] reason, with a code that cnninspect lint-rules lists"


def check(subject: Subject) -> Iterator[Finding]:
    for comment in subject.ignores:
        if comment.codes is None and comment.span.file == subject.graph.source:
            yield subject.finding(None, "this comment silences nothing", span=comment.span, help=HELP)
