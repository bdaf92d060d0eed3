"""A comment silences a finding that there is none of.

What it was written for has been mended, or stands on another line. Left in place it would silence the next
mistake on that line, unseen. It is only said where every variant of the file was looked at, and only of rules that
are switched on.

Source: the comments themselves, and what the rules found.

Bad:

```yaml
input: [3, 6, 6]
layers:
  - conv: {out: 16, kernel: 3, padding: 1, bias: false}  # cnninspect: ignore[bias-before-norm] mended since
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

from cnninspect.values import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.comments import Ignore
    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding

SEVERITY = "warning"
LAST = True
FIX = "removes the comment where all of it silences nothing"


def check(subject: Subject) -> Iterator[Finding]:
    for comment in subject.ignores:
        if comment.span.file != subject.graph.source or comment.codes is None:
            continue
        idle = [(code, span) for code, span in comment.codes if code in subject.judged and code not in comment.used]
        edits = _removal(subject, comment) if len(idle) == len(comment.codes) else ()
        for code, span in idle:
            message = f"there is no {code} here to silence"
            yield subject.finding(None, message, span=span, help="remove it", edits=edits)


def _removal(subject: Subject, comment: Ignore) -> tuple[Edit, ...]:
    """The edit that takes the comment out of its line, and the line with it where there is nothing else."""
    span = comment.span
    line = subject.loaded.sources[0].line(span.line)
    before, own, after = line[: span.column - 1], line[span.column - 1], line[span.end_column - 1 :]
    if after.strip():  # another one, which must not lose the sign that makes both a comment, nor the blank before it
        begins = span.end_column + len(after) - len(after.lstrip())
        signed = own != "#" or line[begins - 1] == "#"
        return (Edit(Span(span.file, span.line, span.column, span.line, begins), ""),) if signed else ()
    if before.strip():
        return (Edit(Span(span.file, span.line, len(before.rstrip()) + 1, span.line, span.end_column), ""),)
    return (Edit(Span(span.file, span.line, 1, span.line + 1, 1), ""),)
