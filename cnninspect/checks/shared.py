"""Lines that several models read: what is told of a file holds for every model that extends it, too.

Each model says what it makes of the lines of the files that it extends, without looking at what is told of them;
that a line is unused, or may be edited, is held against what all of them say.
"""

from __future__ import annotations

from os.path import realpath
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.unused import used
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cnninspect.checks.lint import Run
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.values import Finding, Span

    Place = tuple[int, int]

UNUSED = ("unused-block", "unused-ignore", "unused-name", "unused-param")
"""Findings that another model may contradict."""


class Reading(Record):
    """What the networks of one model file make of another file, which they extend."""

    file: str
    """The real path of the other one."""
    broken: bool = False
    """Whether they have errors: then nobody knows what they would make of it."""
    uses: Collection[Place] = ()
    """The declarations, and the codes of comments, that they need."""
    makes: Collection[Place] = ()
    """The places of layers that they make."""
    finds: Collection[tuple[str, Place]] = ()
    """Codes, and places of layers that have such a finding wherever they are made."""

    def needs(self, span: Span) -> bool:
        """Whether a declaration or a comment has to stay for these networks."""
        return self.broken or (span.line, span.column) in self.uses

    def denies(self, code: str, made: Span) -> bool:
        """Whether something that a line makes has no such finding."""
        place = made.line, made.column
        return self.broken or (place in self.makes and (code, place) not in self.finds)


def readings(run: Run, extended: Sequence[Source]) -> tuple[Reading, ...]:
    """What the networks that were looked at make of the files that they extend."""
    paths = {source.name: realpath(source.path) for source in extended if source.path is not None}
    document = run.networks[0].document
    if run.broken or document is None:
        return tuple([Reading(path, broken=True) for path in paths.values()])
    made = run.made_by_line()
    spans = [key.span for key in used(document)]
    spans += [span for one in run.comments for code, span in one.codes or () if code in one.used]
    alike = [(code, span) for (code, span), many in run.meant().items() if many == made[span]]
    return tuple(
        [
            Reading(
                path,
                uses=frozenset([_place(span) for span in spans if span.file == name]),
                makes=frozenset([_place(span) for span in made if span.file == name]),
                finds=frozenset([(code, _place(span)) for code, span in alike if span.file == name]),
            )
            for name, path in paths.items()
        ]
    )


def _place(span: Span) -> Place:
    return span.line, span.column


def settled(found: Sequence[tuple[Finding, Span | None]], others: Sequence[Reading]) -> list[Finding | None]:
    """Findings about a file, each with the line of the layer that it would edit, as those who extend it leave them.

    None for what one of them uses; without its edits what is right in one of them, or would go with what is used.
    """
    kept = [
        None if finding.code in UNUSED and any(one.needs(finding.span) for one in others) else finding
        for finding, _ in found
    ]
    stay = {finding.edits for (finding, _), left in zip(found, kept, strict=True) if left is None}
    return [
        finding
        if finding is None or not finding.edits or not (finding.edits in stay or _denied(finding.code, made, others))
        else finding._replace(edits=())
        for finding, (_, made) in zip(kept, found, strict=True)
    ]


def _denied(code: str, made: Span | None, others: Sequence[Reading]) -> bool:
    return made is not None and any(one.denies(code, made) for one in others)
