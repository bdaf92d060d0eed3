"""All that there is to say about one file: what its reader found, what the rules find in each network, less what is silenced.

What stands on one line is said once, whatever repeats, blocks and variants make of it. A model with errors is not
held against rules: half of what they would say would follow from the errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.checks.comments import ignores, mentioned, spoken
from cnninspect.checks.rules import rules
from cnninspect.checks.selection import EVERYTHING
from cnninspect.checks.subject import Subject
from cnninspect.checks.written import Writing
from cnninspect.frontends.yaml.load import stem
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.checks.comments import Ignore
    from cnninspect.checks.selection import Selection
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.values import Edit, Finding, Span

READER = ("batch-in-shape", "channels-in-shape", "unused-argument", "unused-block", "unused-name", "unused-param")
"""Warnings of the reader, which are chosen and silenced as those of rules are."""
MOST_NAMED = 3
"""Layers that are named where many are meant."""


class Found(Record):
    """A finding and which of the networks have it."""

    finding: Finding
    networks: tuple[int, ...]
    """Their places among the networks that were looked at."""
    made: Span | None = None
    """Where the layer is written that it is about; None for what no rule says of a layer."""


def lint(networks: Sequence[Loaded], selection: Selection = EVERYTHING) -> list[Finding]:
    """Every finding about the networks of one file (itself and its variants), in file order.

    Errors of the reader are always among them; everything else can be chosen, silenced and made more or less grave.
    """
    return [found.finding for found in lint_each(networks, selection)]


def lint_each(networks: Sequence[Loaded], selection: Selection = EVERYTHING) -> list[Found]:
    """The same with the networks that have each finding."""
    return Run(networks, selection).findings()


def codes() -> list[str]:
    """Every code that can be chosen and silenced."""
    return sorted([*rules(), *READER])


class Said(Record):
    """A finding of one network."""

    finding: Finding
    network: int
    subject: Subject | None
    """What a rule looked at; None where it was the reader who found it."""


class Run:
    """One look at one file."""

    def __init__(self, networks: Sequence[Loaded], selection: Selection) -> None:
        self.networks = networks
        self.file = networks[0].sources[0].name
        self.broken = any(finding.severity == "error" for loaded in networks for finding in loaded.findings)
        self.selection = selection
        self.chosen = _chosen(selection, self.file)
        self.comments = self._comments()
        self.named = {code for comment in self.comments for code, _ in comment.codes or ()}
        """The codes that comments name."""
        self.spoken: dict[str, dict[tuple[str, int], list[list[Ignore]]]] = {}
        self.subjects: list[Subject] = []
        self._made: dict[Span, int] = {}
        self.groups: dict[tuple[str, Span, str], list[Said]] = {}

    def findings(self) -> list[Found]:
        """Everything that is left to say."""
        for index, loaded in enumerate(self.networks):
            for finding in loaded.findings:
                grave = finding.severity == "error"
                severity = finding.severity if grave else self.severity(finding.code, finding.severity)
                self._take(Said(finding._replace(severity=severity or ""), index, None))
        if not self.broken:
            self._rules()
        order = {source.name: index for loaded in self.networks for index, source in enumerate(loaded.sources)}

        def place(found: Found) -> tuple[int, int, int]:
            span = found.finding.span
            return order.get(span.file, -1), span.line, span.column

        return sorted([self._joined(group) for group in self.groups.values()], key=place)

    def severity(self, code: str, usual: str) -> str | None:
        """How grave a finding of that code is here; None where it is not wanted."""
        severities = self.chosen.severities
        if code not in severities:
            severities[code] = self.selection.severity(code, usual, self.file)
        return severities[code]

    def _rules(self) -> None:
        chosen = self.chosen
        judged = chosen.codes if self.comments and self._whole() else frozenset[str]()
        looked = [index for index, loaded in enumerate(self.networks) if loaded.graph is not None]
        self.subjects = [Subject(self.networks[index], self.comments, judged) for index in looked]
        subjects = [*zip(looked, self.subjects, strict=True)]
        for several, wanted in ((subjects, chosen.first), (subjects[-1:], chosen.last)):
            for index, subject in several:
                for code, severity, look in wanted:
                    for finding in look(subject):
                        self._take(Said(finding._replace(code=code, severity=severity), index, subject))

    def _whole(self) -> bool:
        """Whether every network of the file is there, so that it can be said that nothing needs a comment."""
        document = self.networks[0].document
        assert document is not None  # there are comments
        declared = [name for name, (key, _) in document.entries("variants").items() if key.source is document.source]
        seen = {loaded.graph.variant for loaded in self.networks if loaded.graph is not None}
        own = stem(self.file)  # a variant of that name is the file's own network
        return None in seen and seen.issuperset(name for name in declared if name != own)

    def _take(self, said: Said) -> None:
        """Keep a finding unless a comment silences it, or it is not wanted."""
        finding, ruled = said.finding, said.subject is not None
        if finding.severity != "error" or ruled:
            silenced = finding.code in self.named and self._silenced(said)
            if silenced or not finding.severity:
                return
        key = (finding.code, finding.span, "" if ruled else finding.message)
        self.groups.setdefault(key, []).append(said)

    def _silenced(self, said: Said) -> bool:
        """Whether a comment speaks for the place of a finding, or for a call that led there; they have been of use then."""
        finding, subject = said.finding, said.subject
        if finding.code not in self.spoken:
            self.spoken[finding.code] = spoken(self.comments, finding.code)
        calls = () if subject is None or finding.layer is None else subject.calls(finding.layer)
        found = False
        for span in (finding.span, *[call.span for call in calls]):
            for alike in self.spoken[finding.code].get((span.file, span.line), ()):
                found = True
                if finding.code not in alike[0].used:
                    for comment in alike:
                        comment.used.add(finding.code)
        return found

    def _comments(self) -> list[Ignore]:
        """The comments of every file that has a part in the networks."""
        found: list[Ignore] = []
        first = self.networks[0]
        if first.document is not None and any(mentioned(source.text) for source in first.sources):
            pairs = [*Writing(first.document, first.sources).pairs()]
            for source in first.sources:
                found += ignores(source, [(key, node) for key, node in pairs if key.source is source])
        return found

    def _joined(self, group: list[Said]) -> Found:
        """One finding for all that is said with one code in one place."""
        first = group[0]
        networks = tuple(dict.fromkeys([said.network for said in group]))
        if first.subject is None:
            return Found(first.finding, networks)
        layers = list(dict.fromkeys([said.finding.layer for said in group if said.finding.layer]))
        notes = list(first.finding.notes)
        if len(layers) > 1:
            more = f", and {len(layers) - 1 - MOST_NAMED} more" if len(layers) > MOST_NAMED + 1 else ""
            notes.append(f"the same line makes {', '.join(layers[1 : MOST_NAMED + 1])}{more}")
        made = _made_at(first)
        edits = self._certain(group, made)
        return Found(first.finding._replace(notes=tuple(notes), edits=edits), networks, made)

    def _certain(self, group: list[Said], made: Span | None) -> tuple[Edit, ...]:
        """The edits, if they hold for everything that the line makes in any of the networks."""
        edits = group[0].finding.edits
        if not edits or made is None:
            return edits
        meant = {(said.network, said.finding.layer) for said in group if said.finding.edits == edits}
        return edits if len(meant) == self.made_by_line()[made] else ()

    def made_by_line(self) -> dict[Span, int]:
        """How many layers each place makes in all networks; found out once that is asked for."""
        if not self._made:
            for one in self.subjects:
                for node in one.nodes:
                    self._made[node.span] = self._made.get(node.span, 0) + 1
        return self._made

    def meant(self) -> dict[tuple[str, Span], int]:
        """How many of the layers that a place makes have a finding of a code."""
        found: dict[tuple[str, Span], set[tuple[int, str | None]]] = {}
        for (code, _, _), group in self.groups.items():
            for said in group:
                made = _made_at(said)
                if made is not None:
                    found.setdefault((code, made), set()).add((said.network, said.finding.layer))
        return {key: len(layers) for key, layers in found.items()}


def _made_at(said: Said) -> Span | None:
    """Where the layer is written that a finding of a rule is about."""
    layer = said.finding.layer
    return None if said.subject is None or layer is None else said.subject.named[layer].span


class Chosen:
    """What a selection makes of the rules."""

    def __init__(self, selection: Selection, file: str) -> None:
        graded = [(rule, selection.severity(rule.code, rule.severity, file)) for rule in rules().values()]
        wanted = [(rule, severity) for rule, severity in graded if severity is not None]
        self.severities = {rule.code: severity for rule, severity in graded}
        """By code, as far as they have been asked for; None for what is not wanted."""
        self.first = [(rule.code, severity, rule.check) for rule, severity in wanted if not rule.last]
        self.last = [(rule.code, severity, rule.check) for rule, severity in wanted if rule.last]
        """The rules that look at what the others have found."""
        read = [code for code in READER if wanted and selection.severity(code, "warning", file) is not None]
        self.codes = frozenset([*[rule.code for rule, _ in wanted], *read])


_latest: list[tuple[Selection, Chosen]] = []


def _chosen(selection: Selection, file: str) -> Chosen:
    """What is made of the rules; found out once where nothing depends on the file."""
    if selection.overrides:
        return Chosen(selection, file)
    if not _latest or _latest[0][0] is not selection:
        _latest[:] = [(selection, Chosen(selection, file))]
    return _latest[0][1]
