"""All that there is to say about one file: what its reader found, what the rules find in each network, less what is silenced.

What stands on one line is said once, whatever repeats, blocks and variants make of it. A model with errors is not
held against rules: half of what they would say would follow from the errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.checks.comments import MARK, ignores
from cnninspect.checks.rules import rules
from cnninspect.checks.selection import EVERYTHING
from cnninspect.checks.subject import Subject
from cnninspect.checks.written import Writing
from cnninspect.frontends.yaml.load import stem
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.checks.comments import Ignore
    from cnninspect.checks.selection import Selection
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.values import Edit, Finding, Span

READER = ("batch-in-shape", "unused-argument", "unused-block", "unused-name", "unused-param")
"""Warnings of the reader, which are chosen and silenced as those of rules are."""
MOST_NAMED = 3
"""Layers that are named where many are meant."""


class Found(Record):
    """A finding and which of the networks have it."""

    finding: Finding
    networks: tuple[int, ...]
    """Their places among the networks that were looked at."""


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
        self.severities = _severities(selection)
        self.comments = self._comments()
        self.subjects: list[Subject] = []
        self.made: dict[Span, int] = {}
        """How many layers each place makes, once that is asked for."""
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
        if code not in self.severities:
            self.severities[code] = self.selection.severity(code, usual, self.file)
        return self.severities[code]

    def _rules(self) -> None:
        graded = [(rule, self.severity(rule.code, rule.severity)) for rule in rules().values()]
        wanted = [(rule, severity) for rule, severity in graded if severity is not None]
        judged = {rule.code for rule, _ in wanted} if self._whole() else set()
        judged |= {code for code in READER if judged and self.severity(code, "warning") is not None}
        looked = [index for index, loaded in enumerate(self.networks) if loaded.graph is not None]
        self.subjects = [Subject(self.networks[index], self.comments, frozenset(judged)) for index in looked]
        for last in (False, True):
            for index, subject in [*zip(looked, self.subjects, strict=True)][-1 if last else 0 :]:
                for rule, severity in wanted:
                    if rule.last is last:
                        for finding in rule.check(subject):
                            self._take(Said(finding._replace(code=rule.code, severity=severity), index, subject))

    def _whole(self) -> bool:
        """Whether every network of the file is there, so that it can be said that nothing needs a comment."""
        document = self.networks[0].document
        if document is None:
            return False
        declared = [name for name, (key, _) in document.entries("variants").items() if key.source is document.source]
        seen = {loaded.graph.variant for loaded in self.networks if loaded.graph is not None}
        own = stem(self.file)  # a variant of that name is the file's own network
        return None in seen and seen.issuperset(name for name in declared if name != own)

    def _take(self, said: Said) -> None:
        """Keep a finding unless a comment silences it, or it is not wanted."""
        finding, ruled = said.finding, said.subject is not None
        if finding.severity != "error" or ruled:
            lines = self._lines(finding, said.subject)
            silencing = [one for one in self.comments if _speaks(one, finding.code, lines)]
            for comment in silencing:
                comment.used.add(finding.code)
            if silencing or not finding.severity:
                return
        key = (finding.code, finding.span, "" if ruled else finding.message)
        self.groups.setdefault(key, []).append(said)

    def _lines(self, finding: Finding, subject: Subject | None) -> list[Span]:
        """The place of a finding, and those of the calls that led there."""
        if subject is None or finding.layer is None or not self.comments:
            return [finding.span]
        return [finding.span, *[call.span for call in subject.calls(finding.layer)]]

    def _comments(self) -> list[Ignore]:
        """The comments of every file that has a part in the networks."""
        found: list[Ignore] = []
        first = self.networks[0]
        if first.document is not None and any(MARK in source.text for source in first.sources):
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
        return Found(first.finding._replace(notes=tuple(notes), edits=self._certain(group)), networks)

    def _certain(self, group: list[Said]) -> tuple[Edit, ...]:
        """The edits, if they hold for everything that the edited line makes in any of the networks."""
        first, subject = group[0].finding, group[0].subject
        if not first.edits or subject is None or first.layer is None:
            return first.edits
        span = subject.named[first.layer].span
        if not self.made:
            for one in self.subjects:
                for node in one.nodes:
                    self.made[node.span] = self.made.get(node.span, 0) + 1
        meant = {(said.network, said.finding.layer) for said in group if said.finding.edits == first.edits}
        return first.edits if len(meant) == self.made[span] else ()


_latest: list[tuple[Selection, dict[str, str | None]]] = []


def _severities(selection: Selection) -> dict[str, str | None]:
    """Where severities are kept once they are known: for all files where nothing depends on the file."""
    if selection.overrides:
        return {}
    if not _latest or _latest[0][0] is not selection:
        _latest[:] = [(selection, {})]
    return _latest[0][1]


def _speaks(comment: Ignore, code: str, places: Iterable[Span]) -> bool:
    """Whether a comment silences a code at one of some places."""
    if comment.codes is None or all(code != written for written, _ in comment.codes):
        return False
    return any(place.file == comment.span.file and place.line in comment.lines for place in places)
