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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.checks.comments import Ignore
    from cnninspect.checks.rules import Rule
    from cnninspect.checks.selection import Selection
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.values import Edit, Finding, Span

READER = ("batch-in-shape", "unused-argument", "unused-block", "unused-name", "unused-param")
"""Warnings of the reader, which are chosen and silenced as those of rules are."""
MOST_NAMED = 3
"""Layers that are named where many are meant."""


def lint(networks: Sequence[Loaded], selection: Selection = EVERYTHING) -> list[Finding]:
    """Every finding about the networks of one file (itself and its variants), in file order.

    Errors of the reader are always among them; everything else can be chosen, silenced and made more or less grave.
    """
    return Run(networks, selection).findings()


def codes() -> list[str]:
    """Every code that can be chosen and silenced."""
    return sorted([*rules(), *READER])


class Run:
    """One look at one file."""

    def __init__(self, networks: Sequence[Loaded], selection: Selection) -> None:
        self.networks = networks
        self.file = networks[0].sources[0].name
        self.broken = any(finding.severity == "error" for loaded in networks for finding in loaded.findings)
        self.severities: dict[str, str | None] = {}
        self.selection = selection
        self.comments = self._comments()
        self.subjects: list[Subject] = []
        self.groups: dict[tuple[str, Span], list[tuple[Finding, Subject | None]]] = {}

    def findings(self) -> list[Finding]:
        """Everything that is left to say."""
        for loaded in self.networks:
            for finding in loaded.findings:
                severity = (
                    finding.severity if finding.severity == "error" else self.severity(finding.code, finding.severity)
                )
                self._take(finding._replace(severity=severity or ""), None)
        if not self.broken:
            self._rules()
        order = {source.name: index for loaded in self.networks for index, source in enumerate(loaded.sources)}
        made = [self._joined(group) for group in self.groups.values()]
        return sorted(made, key=lambda f: (order.get(f.span.file, -1), f.span.line, f.span.column))

    def severity(self, code: str, usual: str) -> str | None:
        """How grave a finding of that code is here; None where it is not wanted."""
        if code not in self.severities:
            self.severities[code] = self.selection.severity(code, usual, self.file)
        return self.severities[code]

    def _rules(self) -> None:
        wanted = [rule for rule in rules().values() if self.severity(rule.code, rule.severity) is not None]
        judged = {rule.code for rule in wanted} if self._whole() else set()
        judged |= {code for code in READER if judged and self.severity(code, "warning") is not None}
        for loaded in self.networks:
            if loaded.graph is not None:
                self.subjects.append(Subject(loaded, self.comments, frozenset(judged)))
        for subject in self.subjects:
            for rule in wanted:
                if not rule.last:
                    self._apply(rule, subject)
        for rule in wanted:
            if rule.last:
                self._apply(rule, self.subjects[-1])

    def _whole(self) -> bool:
        """Whether every network of the file is there, so that it can be said that nothing needs a comment."""
        document = self.networks[0].document
        if document is None:
            return False
        declared = [name for name, (key, _) in document.entries("variants").items() if key.source is document.source]
        seen = {loaded.graph.variant for loaded in self.networks if loaded.graph is not None}
        stem = (
            self.file.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        )  # a variant of that name is the file's own
        return None in seen and seen.issuperset(name for name in declared if name != stem)

    def _apply(self, rule: Rule, subject: Subject) -> None:
        severity = self.severity(rule.code, rule.severity) or ""
        for finding in rule.check(subject):
            self._take(finding._replace(code=rule.code, severity=severity), subject)

    def _take(self, finding: Finding, subject: Subject | None) -> None:
        """Keep a finding unless a comment silences it, or it is not wanted."""
        if finding.severity != "error" or subject is not None:
            lines = self._lines(finding, subject)
            silencing = [one for one in self.comments if _speaks(one, finding.code, lines)]
            for comment in silencing:
                comment.used.add(finding.code)
            if silencing or not finding.severity:
                return
        self.groups.setdefault((finding.code, finding.span), []).append((finding, subject))

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

    def _joined(self, group: list[tuple[Finding, Subject | None]]) -> Finding:
        """One finding for all that is said with one code in one place."""
        first, subject = group[0]
        if subject is None:
            return first
        layers = list(dict.fromkeys([finding.layer for finding, _ in group if finding.layer]))
        notes = list(first.notes)
        if len(layers) > 1:
            more = f", and {len(layers) - 1 - MOST_NAMED} more" if len(layers) > MOST_NAMED + 1 else ""
            notes.append(f"the same line makes {', '.join(layers[1 : MOST_NAMED + 1])}{more}")
        variants = dict.fromkeys([one.graph.variant for _, one in group if one is not None])
        if None not in variants and len(self.networks) > 1:
            names = [name for name in variants if name]
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            notes.append(f"in the variant{'s' if len(names) > 1 else ''} {', '.join(names[:MOST_NAMED])}{more}")
        return first._replace(notes=tuple(notes), edits=self._certain(group))

    def _certain(self, group: list[tuple[Finding, Subject | None]]) -> tuple[Edit, ...]:
        """The edits, if they hold for everything that the edited line makes in any of the networks."""
        first, subject = group[0]
        if not first.edits or subject is None or first.layer is None:
            return first.edits
        span = subject.named[first.layer].span
        meant = {(id(one), finding.layer) for finding, one in group if finding.edits == first.edits}
        made = sum(node.span == span for one in self.subjects for node in one.nodes)
        return first.edits if len(meant) == made else ()


def _speaks(comment: Ignore, code: str, places: Iterable[Span]) -> bool:
    """Whether a comment silences a code at one of some places."""
    if comment.codes is None or all(code != written for written, _ in comment.codes):
        return False
    return any(place.file == comment.span.file and place.line in comment.lines for place in places)
