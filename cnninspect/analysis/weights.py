"""A checkpoint held against a model: what loads, what does not, and which model it would fit better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.load import Family, Wanted, finish, load
from cnninspect.frontends.yaml.tree import Report
from cnninspect.passes.matching import COUNTER, LOADS, MISSING, SHAPE, STATUSES, UNEXPECTED, match
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, Span, clip, show_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnninspect.frontends.checkpoints.stored import Checkpoint
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph
    from cnninspect.passes.matching import Matching, Row
    from cnninspect.values import Shape

MOST_TRIED = 8
"""Values of params that are tried, and how many of the family's networks: each elaborates a network anew."""
MOST_VARIANTS = 16
MOST_NODES = 3000
"""Layers up to which a network is elaborated again only to give advice."""
MOST_TENSORS = 5000
"""Tensors up to which other networks are held against a checkpoint."""


class Fit(Record):
    """Another network of the same file, and how much of the checkpoint loads into it."""

    variant: str | None
    """None for the file's own network."""
    sets: Mapping[str, object]
    loads: int
    total: int
    differences: int


class Inspection(Record):
    """What a checkpoint is to a model."""

    loaded: Loaded
    checkpoint: Checkpoint
    matching: Matching | None
    """None where the model has mistakes."""
    strict: bool
    layout: str
    better: Fit | None
    """What loads more of it, where anything of the same file does."""

    @property
    def fits(self) -> bool:
        """Whether it can be loaded as it was asked for."""
        return self.matching is not None and accepted(self.matching, strict=self.strict)

    @property
    def advice(self) -> list[str]:
        """What was done so that it fits, and what would make it fit."""
        return advice(self)

    @property
    def verdict(self) -> str:
        """How much loads: ``161 of 163 tensors load: 2 missing, 1 unexpected``."""
        return "the model has mistakes" if self.matching is None else verdict(self.matching)

    @property
    def totals(self) -> dict[str, int] | None:
        """How many tensors have each status, and how many the network has to be brought."""
        if self.matching is None:
            return None
        return {"of": total(self.matching), **{status: self.matching.count(status) for status in STATUSES}}


class Networks:
    """A model file of which several networks are looked at."""

    def __init__(self, source: Source, wanted: Wanted, opener: Callable[[str, Source], Source]) -> None:
        self.wanted = wanted
        self.family = Family(source, opener)
        self.loaded = load(source, wanted, opener) if self.family.document is None else self._made(wanted)

    def _made(self, wanted: Wanted) -> Loaded:
        assert self.family.document is not None
        return finish(self.family.document, self.family.sources, wanted, Report())

    def graph(self, variant: str | None, sets: Mapping[str, object]) -> Graph | None:
        """Another network of the file; None where it has mistakes."""
        if self.family.document is None:
            return None
        loaded = self._made(self.wanted._replace(variant=variant, sets={**self.wanted.sets, **sets}))
        broken = any(finding.severity == "error" for finding in loaded.findings)
        return None if broken else loaded.graph


def accepted(matching: Matching, *, strict: bool) -> bool:
    """Whether it loads: strictly everything fits, otherwise something does and nothing has another shape."""
    if strict:
        return not matching.differences
    return not matching.count(SHAPE) and bool(matching.count(LOADS) or not matching.differences)


def total(matching: Matching) -> int:
    """How many tensors of the network a checkpoint has to bring."""
    return sum([row.status in (LOADS, MISSING, SHAPE) for row in matching.rows])


def inspect(
    family: Networks, checkpoint: Checkpoint, *, strict: bool = True, prefix: str | None = None, layout: str = "torch"
) -> Inspection:
    """Hold a checkpoint against a model; raises Problem where the prefix is nowhere."""
    loaded = family.loaded
    broken = loaded.graph is None or any(finding.severity == "error" for finding in loaded.findings)
    if loaded.graph is None or broken:
        return Inspection(loaded, checkpoint, None, strict, layout, None)
    shapes = {tensor.key: tensor.shape for tensor in checkpoint.tensors}
    found = match(loaded.graph, shapes, prefix=prefix, layout=layout)
    better = None
    if found.differences and len(loaded.graph.nodes) <= MOST_NODES and len(shapes) <= MOST_TENSORS:
        better = _better(family, loaded, shapes, found, prefix, layout)
    return Inspection(loaded, checkpoint, found, strict, layout, better)


# --- what fits better ----------------------------------------------------------------------


def _better(  # noqa: PLR0913 - the question, and what is known
    family: Networks, loaded: Loaded, shapes: Mapping[str, Shape], found: Matching, prefix: str | None, layout: str
) -> Fit | None:
    """The network of the same file that loads most, with another number of classes where only that differs."""

    def held(variant: str | None, sets: Mapping[str, object]) -> tuple[Graph, Matching] | None:
        graph = family.graph(variant, sets)
        return None if graph is None else (graph, match(graph, shapes, prefix=prefix, layout=layout, near=False))

    assert loaded.graph is not None
    own = family.wanted.variant
    best_variant, best, graph = own, found, loaded.graph
    for variant in [name for name in (None, *loaded.variants[:MOST_VARIANTS]) if name != own]:
        other = held(variant, {})
        if other is not None and other[1].differences < best.differences:
            best_variant, (graph, best) = variant, other
    sets: Mapping[str, object] = {}
    for tried in [] if not best.count(SHAPE) else _sizes(graph, best, keras=layout == "keras"):
        other = held(best_variant, tried)
        if other is not None and other[1].differences < best.differences:
            sets, best = tried, other[1]
    if best is found:
        return None
    return Fit(best_variant, sets, best.count(LOADS), total(best), best.differences)


def _sizes(graph: Graph, found: Matching, *, keras: bool) -> list[dict[str, object]]:
    """Values of params that may explain tensors of another shape: the sizes that differ, and what is made of them."""
    tried: list[dict[str, object]] = []
    for row in found.rows:
        if row.status != SHAPE or row.wanted is None or row.found is None or len(row.wanted) != len(row.found):
            continue
        given = (
            row.found if not keras else (*row.found[:-3:-1], *row.found[:-2])
        )  # the axes of outputs and inputs first
        for ours, theirs in zip(row.wanted, given):  # noqa: B905 - as many of each
            for name, value in graph.params.items():
                if ours == theirs or type(value) is not int:
                    continue
                guesses = (
                    [theirs]
                    if value == ours
                    else [theirs * value // ours]
                    if ours and not theirs * value % ours
                    else []
                )
                guesses += [theirs - ours + value] if "class" in name else []
                tried += [{name: guess} for guess in guesses if guess > 0 and {name: guess} not in tried]
        if len(tried) >= MOST_TRIED:
            break
    return tried[:MOST_TRIED]


# --- what to say -----------------------------------------------------------------------------


def advice(found: Inspection) -> list[str]:
    """What would make it fit, and what was done so that it does."""
    matching = found.matching
    if matching is None:
        return []
    told = []
    if matching.stripped:
        told.append(f"'{clip(''.join(matching.stripped))}' was taken from the beginning of the names")
    if matching.carried is not None:
        told.append(_prefixed(matching.carried, len(found.checkpoint.tensors)))
    if found.layout == "torch" and (matching.turned > matching.count(SHAPE) / 2 or _keras_names(found.checkpoint)):
        told.append("looks like Keras's layout; --layout keras converts")
    as_they_are = [row for row in matching.rows if row.status == SHAPE and row.kept and row.found == row.wanted]
    if len(as_they_are) > matching.count(SHAPE) / 2:
        told.append("is in torch's layout already: leave out --layout keras")
    if matching.renamed:
        told.append("it has the same shapes in the same order, under other names")
    told += [_told(found, found.better)] if found.better is not None else []
    whole = [row for row in matching.rows if row.status == LOADS]
    kinds = {tensor.key: tensor.dtype for tensor in found.checkpoint.tensors}
    words = [kinds[row.stored] for row in whole if row.stored and not (row.key or "").endswith((COUNTER, "count"))]
    integers = [word for word in words if word.startswith(("int", "uint"))]
    if integers:
        told.append(
            f"{len(integers):,} tensors are whole numbers ({integers[0]}), perhaps quantised: they are loaded as they are"
        )
    return told


def _told(found: Inspection, fit: Fit) -> str:
    own = found.loaded.graph.variant if found.loaded.graph is not None else None
    words = (
        ""
        if fit.variant == own
        else "the network without a variant"
        if fit.variant is None
        else f"the variant {clip(fit.variant)}"
    )
    sets = " ".join([f"--set {clip(name)}={clip(value)}" for name, value in fit.sets.items()])
    verb = "fits" if not fit.differences else "fits better"
    return f"{' with '.join(filter(None, [words, sets]))} {verb}: {fit.loads:,} of {fit.total:,} tensors load"


def _prefixed(carried: tuple[str, int], count: int) -> str:
    prefix = clip(carried[0])
    return f"{carried[1]:,} of {count:,} names begin with '{prefix}': --prefix {prefix} takes it away"


def _keras_names(checkpoint: Checkpoint) -> bool:
    words = {tensor.key.partition(":")[0].replace("/", ".").rpartition(".")[2] for tensor in checkpoint.tensors}
    return bool(words & {"kernel", "gamma", "moving_mean", "depthwise_kernel"})


def verdict(matching: Matching) -> str:
    """How much loads: ``161 of 163 tensors load: 2 missing, 1 unexpected``."""
    count, loads = total(matching), matching.count(LOADS)
    words = ((MISSING, "missing"), (UNEXPECTED, "unexpected"), (SHAPE, "of another shape"))
    others = [f"{matching.count(status):,} {word}" for status, word in words if matching.count(status)]
    first = f"all {count:,} tensors load" if loads == count else f"{loads:,} of {count:,} tensors load"
    return first + (f": {', '.join(others)}" if others else "")


def findings(found: Inspection) -> tuple[Finding, ...]:
    """Every difference as a finding, at the layer's place in the model."""
    if found.matching is None or found.loaded.graph is None:
        return found.loaded.findings
    return tuple(differences(found.loaded.graph, found.matching, found.checkpoint.name, strict=found.strict))


def differences(graph: Graph, matching: Matching, file: str, *, strict: bool) -> Iterator[Finding]:
    """A finding for each tensor that does not load; those of names are warnings where that is accepted."""
    stored = sum([row.stored is not None for row in matching.rows])
    told: tuple[str, ...] = () if matching.carried is None else (_prefixed(matching.carried, stored),)
    for row in matching.rows:
        problem = _problem(row, strict=strict)
        if problem is None:
            continue
        node = None if row.node is None else graph.nodes[row.node]
        span = Span(file, 0, 0, 0, 0) if node is None else node.span
        layer = None if node is None else node.name
        notes = (*problem.notes, *told)
        told = ()  # once, though all that follows comes of it
        yield Finding(problem.code, problem.severity, problem.message, notes, problem.help, span, layer)


def _problem(row: Row, *, strict: bool) -> Problem | None:
    severity = "error" if strict else "warning"
    if row.status == MISSING:
        meant = f"the checkpoint calls it '{clip(row.near)}'?" if row.near else ""
        message = f"the checkpoint has no '{clip(row.key)}', which is {show_shape(row.wanted)}"
        return Problem("tensor-missing", message, help=meant, severity=severity)
    if row.status == UNEXPECTED:
        meant = f"did you mean '{clip(row.near)}'?" if row.near else ""
        message = f"'{clip(row.stored)}' of the checkpoint, {show_shape(row.found)}, is no tensor of the network"
        return Problem("tensor-unexpected", message, help=meant, severity=severity)
    if row.status == SHAPE:
        message = f"'{clip(row.key)}' is {show_shape(row.found)} in the checkpoint, and {show_shape(row.wanted)} in the network"
        keras = "" if row.kept is None else f", which Keras keeps as {show_shape(row.kept)}"
        return Problem("tensor-shape", message + keras)
    return None
