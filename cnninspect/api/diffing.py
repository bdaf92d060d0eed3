"""Two networks, or the networks of two revisions, held against each other."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import read
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.api.reading import Path
    from cnninspect.comparing.changes import Comparison
    from cnninspect.comparing.figures import Figure
    from cnninspect.comparing.saying import Said
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.values import Shape

SAME, CHANGED, ADDED, DELETED, BROKEN = "same", "changed", "added", "deleted", "broken"
STATUSES = (SAME, CHANGED, ADDED, DELETED, BROKEN)
"""A network and what is said of it is the same; it differs; there was none; there is none any more; one has mistakes."""


class Case(Record):
    """One network then and now."""

    name: str
    status: str
    old: Loaded | None
    """None where there was none."""
    new: Loaded | None
    old_file: str | None
    new_file: str | None
    variant: str | None
    figures: tuple[Figure, ...]
    """Old and new; of a network that came, went or broke only those that are known."""
    comparison: Comparison | None
    """None where one of the two is missing or has mistakes."""
    because: str | None = None
    """The file that it extends, where that is what changed."""
    said: tuple[Said, ...] = ()
    """What the two models say otherwise beside the layers: budgets and training."""

    @property
    def moved(self) -> bool:
        """Whether the file is called otherwise now."""
        return None not in (self.old_file, self.new_file) and self.old_file != self.new_file


def diff(  # noqa: PLR0913 - what a caller may ask of two models, by keyword
    old: Path,
    new: Path,
    *,
    variant: str | None = None,
    sets: Mapping[str, object] | None = None,
    inputs: Mapping[str | None, Shape] | None = None,
    batch: int = 1,
    dtype: str = "float32",
    outside: bool = False,
) -> Case:
    """Hold two models against each other, each a path, ``-`` or a shipped name.

    What is wrong with one of them is in its findings; CannotRun is raised where one cannot be read.
    """
    old, new = fspath(old), fspath(new)
    before = read(old, variant=variant, sets=sets, inputs=inputs, outside=outside)
    after = before if old == new else read(new, variant=variant, sets=sets, inputs=inputs, outside=outside)
    return case(before, after, (old, new), variant, batch=batch, dtype=dtype)


def case(  # noqa: PLR0913 - the parts of one record
    old: Loaded | None,
    new: Loaded | None,
    files: tuple[str | None, str | None],
    variant: str | None,
    *,
    batch: int,
    dtype: str,
    because: str | None = None,
) -> Case:
    """A network then and now, compared as far as that can be done."""
    from cnninspect.comparing.compare import compare
    from cnninspect.comparing.figures import figures, together
    from cnninspect.comparing.saying import said

    graphs = [None if loaded is None or broken(loaded) else loaded.graph for loaded in (old, new)]
    name = next((loaded.graph.name for loaded in (new, old) if loaded is not None and loaded.graph is not None), None)
    shown = name or variant or files[1] or files[0] or ""
    before, after = graphs
    if before is not None and after is not None:
        found = compare(before, after, batch=batch, dtype=dtype)
        assert old is not None
        assert new is not None
        beside = said(old, new)
        status = SAME if found.same and not beside else CHANGED
        return Case(shown, status, old, new, *files, variant, found.figures, found, because, beside)
    status = BROKEN if any(loaded is not None and broken(loaded) for loaded in (old, new)) else ADDED
    if status == ADDED and new is None:
        status = DELETED
    known = [None if graph is None else figures(graph, batch, dtype) for graph in graphs]
    return Case(shown, status, old, new, *files, variant, together(known[0], known[1]), None, because)


def broken(loaded: Loaded) -> bool:
    """Whether a model has a mistake."""
    return loaded.graph is None or any(finding.severity == "error" for finding in loaded.findings)
