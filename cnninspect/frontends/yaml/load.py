"""From a source of YAML to a graph: read, inherit, elaborate, and everything found on the way."""

from __future__ import annotations

from os.path import realpath
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.blocks import find
from cnninspect.frontends.yaml.context import Context
from cnninspect.frontends.yaml.document import Document, inherit, read_document
from cnninspect.frontends.yaml.elaborate import Elaborator
from cnninspect.frontends.yaml.environment import UNKNOWN, Environment
from cnninspect.frontends.yaml.growing import TooLarge
from cnninspect.frontends.yaml.naming import Frame, Scope
from cnninspect.frontends.yaml.parameters import read_params
from cnninspect.frontends.yaml.ports import lost_inputs, read_inputs, read_outputs, warn_of_orders
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.smallest import add_smallest_input
from cnninspect.frontends.yaml.tree import Enough, Mapping, Report, Scalar, Sequence, Source
from cnninspect.frontends.yaml.unused import check_defaults, warn_unused
from cnninspect.ir import Graph, Tensor, verify
from cnninspect.records import Record
from cnninspect.values import Problem, Span, clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as AnyMapping

    from cnninspect.frontends.budgets.metrics import Budget
    from cnninspect.frontends.yaml.recipes import Setting
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.values import Finding, Shape

MAX_EXTENDS = 16
HARMLESS = ("duplicate-key", "several-documents")
"""Mistakes in the text that leave a whole tree: what else is wrong with it is told as well."""


class Wanted(Record):
    """What the caller asks of a model besides what its file says."""

    variant: str | None = None
    sets: AnyMapping[str, object] = {}
    inputs: AnyMapping[str | None, Shape] = {}


class Loaded(Record):
    """A model as far as it could be read."""

    graph: Graph | None
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    """Every file that had a part in it, for showing lines."""
    variants: tuple[str, ...] = ()
    document: Document | None = None
    """What was read, for those who ask where something is written."""
    budgets: tuple[Budget, ...] = ()
    """The limits that its file sets for it; nothing has been held against them."""
    training: AnyMapping[str, Setting] = {}
    """What its ``training:`` section says."""


def load(source: Source, wanted: Wanted, opener: Callable[[str, Source], Source]) -> Loaded:
    """Read one model; whatever is wrong is in the findings, never raised."""
    report = Report()
    try:
        document, sources = open_document(source, opener, report)
    except Enough:
        return _stopped(report, [source], ())
    if document is None:
        return Loaded(None, ordered(report, sources), tuple(sources))
    return finish(document, sources, wanted, report)


class Family:
    """A source and its variants: what is written there is read once, whichever of its networks are loaded."""

    def __init__(self, source: Source, opener: Callable[[str, Source], Source]) -> None:
        self.source = source
        self.opener = opener
        self.document: Document | None = None
        report = Report()
        try:
            document, self.sources = open_document(source, opener, report)
        except Enough:
            return
        if not report.findings:  # a text with mistakes is read anew for each network, which then tells of them
            self.document = document

    @property
    def variants(self) -> list[str]:
        """The variants that the source itself declares, and those that it inherits and sets limits for."""
        if self.document is None:
            return []
        limited = _limited(self.document)
        declared = self.document.entries("variants")
        return [name for name, (key, _) in declared.items() if key.source is self.source or name in limited]

    def load(self, variant: str | None = None) -> Loaded:
        """The network itself, or one of its variants."""
        if self.document is None:
            return load(self.source, Wanted(variant), self.opener)
        return finish(self.document, self.sources, Wanted(variant), Report())


def _limited(document: Document) -> set[str]:
    """The variants that the budgets of a file itself speak of, by name or by pattern."""
    section = document.sections.get("budgets")
    if type(section) is not Mapping or document.keys["budgets"].source is not document.source:
        return set()
    from cnninspect.frontends.budgets.section import VARIANTS, fits

    named = section.get(VARIANTS)
    patterns = [key.text for key, _ in named.pairs] if type(named) is Mapping else []
    return {name for name in document.entries("variants") for pattern in patterns if fits(pattern, name)}


def finish(document: Document, sources: list[Source], wanted: Wanted, report: Report) -> Loaded:
    """The model of a document that has been opened."""
    variants = tuple(document.entries("variants"))
    try:
        graph = build(document, wanted, report)
    except Enough:
        return _stopped(report, sources, variants)
    if graph is not None and report.broken:

        def again(given: Shape, found: Report) -> Graph | None:
            return build(document, wanted._replace(inputs={None: given}), found)

        add_smallest_input(graph, report, again, last=document.text("layout") == "channels_last")
    budgets = _budgets(document, wanted, report) if "budgets" in document.sections else ()
    return Loaded(graph, ordered(report, sources), tuple(sources), variants, document, budgets, document.training)


def _budgets(document: Document, wanted: Wanted, report: Report) -> tuple[Budget, ...]:
    """The limits that a file sets for the network that is asked for; inherited ones may name variants that are gone."""
    from cnninspect.frontends.budgets.section import read_section

    section = document.sections["budgets"]
    assert type(section) is Mapping
    own = document.keys["budgets"].source is document.source
    variants = document.entries("variants") if own else None
    try:
        found = read_section(section, report, variant=wanted.variant, variants=variants)
    except Enough:
        return ()
    return found if own else tuple([budget._replace(inherited=True) for budget in found])


def _stopped(report: Report, sources: list[Source], variants: tuple[str, ...]) -> Loaded:
    last = report.findings[-1]
    report.findings[-1] = last._replace(notes=(*last.notes, f"stopped after {len(report.findings)} problems"))
    return Loaded(None, ordered(report, sources), tuple(sources), variants)


def open_document(
    source: Source,
    opener: Callable[[str, Source], Source],
    report: Report,
) -> tuple[Document | None, list[Source]]:
    """The document of a source with everything that it extends below it."""
    chain: list[Document] = []
    sources: list[Source] = []
    current: Source | None = source
    while current is not None:
        sources.append(current)
        known = len(report.findings)
        tree = read_tree(current, report)
        # A tree with holes would only lead to complaints about them.
        holes = any(finding.code not in HARMLESS for finding in report.findings[known:])
        document = None if tree is None or holes else read_document(tree, current, report)
        if document is None:
            return None, sources
        chain.append(document)
        try:
            current = _next(document, opener, sources)
        except Problem as problem:
            report.problem(document.sections["extends"], problem)
            return None, sources
    merged = chain.pop()
    while chain:
        merged = inherit(merged, chain.pop())
    return merged, sources


def _next(
    document: Document,
    opener: Callable[[str, Source], Source],
    seen: list[Source],
) -> Source | None:
    node = document.sections.get("extends")
    if type(node) is not Scalar:
        return None
    if len(seen) > MAX_EXTENDS:
        raise Problem("extends-too-deep", f"more than {MAX_EXTENDS} files extend each other")
    found = opener(node.text, document.source)
    if any(_same_file(found, other) for other in seen):
        circle = " → ".join([other.name for other in seen] + [found.name])
        raise Problem("extends-cycle", f"files extend each other in a circle: {clip(circle)}")
    return found


def _same_file(one: Source, other: Source) -> bool:
    if one.path is None or other.path is None:
        return one is other
    return realpath(one.path) == realpath(other.path)


def build(
    document: Document, wanted: Wanted, report: Report, kind: Callable[..., Elaborator] = Elaborator
) -> Graph | None:
    """The graph of a document, ``kind`` being what elaborates it; what is wrong goes into the report."""
    layers = document.sections.get("layers")
    if type(layers) is not Sequence:
        if "layers" not in document.mistaken and not report.broken:
            where = Span(document.source.name, 1, 1, 1, 2)
            report.add(
                where, "missing-layers", "the model has no layers", help="write layers: with one item for each layer"
            )
        return None
    params = read_params(document, wanted.variant, wanted.sets, report)
    inputs = read_inputs(document, params, wanted.inputs, report)
    if any(not finding.span.line for finding in report.findings):
        return None  # the caller asked for something that the model does not have: no other network is reported on
    check_defaults(document, report)
    training = document.sections.get("training")
    if type(training) is Mapping:
        from cnninspect.frontends.yaml.recipes import read_section  # few models have one

        document.training = read_section(training, params_scope(params), report)
    elaborator = kind(document, report, inputs, params)
    elaborator.namer.lost = lost_inputs(document, inputs)
    elaborator.namer.blind = "inputs" in document.mistaken
    for name in document.entries("blocks"):
        find(elaborator, name)  # a block that cannot be one is a mistake, called or not
    frame = Frame("", None)
    frame.tensors.update({given.name: (Tensor(-1 - index),) for index, given in enumerate(inputs)})
    context = Context(params_scope(params), Scope(""), frame)
    start = tuple([Tensor(-1 - index) for index in range(len(inputs))])
    try:
        last = elaborator.run_list(layers.items, start, context)
    except TooLarge:
        return None
    if not elaborator.nodes and (not report.broken or not layers.items):
        from cnninspect.frontends.yaml.empty import why_empty

        message = why_empty(elaborator, layers) if layers.items else "the model has no layers"
        report.add(layers, "missing-layers", message, help="" if layers.items else "write one item for each layer")
    outputs = read_outputs(elaborator, context, last, document)
    if not report.broken:  # what a mistake leaves out may be what uses them
        warn_unused(document, elaborator, report)
        warn_of_orders(document, inputs, wanted.inputs, report)
    if kind is Elaborator:
        vars(elaborator.namer).clear()  # it refers back: without it nothing of a model is left for the collector
    name = wanted.variant or document.text("name") or stem(document.source.name)
    description, reference = document.text("description"), _plain(document.sections.get("reference"))
    known = {key: value for key, value in params.values.items() if value is not UNKNOWN}
    nodes, called = tuple(elaborator.nodes), document.source.name
    return verify(Graph(name, inputs, nodes, outputs, called, description, reference, known, wanted.variant))


def params_scope(params: Environment) -> Environment:
    """The names that the top level sees; its own scope keeps ``$prev`` out of the params."""
    return Environment({}, params)


def _plain(node: Node | None) -> object:
    if node is None or type(node) is Scalar:
        return None if node is None else node.value
    if type(node) is Sequence:
        return [_plain(item) for item in node.items]
    assert type(node) is Mapping
    return {key.text: _plain(value) for key, value in node.pairs}


def stem(name: str) -> str:
    """What a model is called that has no name: its file without folder and suffix."""
    return name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name


def ordered(report: Report, sources: list[Source]) -> tuple[Finding, ...]:
    """The findings in file order: the model's own file first, then what it extends."""
    places = {source.name: index for index, source in enumerate(sources)}
    return tuple(sorted(report.findings, key=lambda f: (places.get(f.span.file, -1), f.span.line, f.span.column)))
