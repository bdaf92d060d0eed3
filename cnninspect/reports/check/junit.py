"""JUnit's XML: a suite for each file, a case for each model, those that pass as well.

The schema is that of Jenkins's xUnit plugin, the strictest of those in use. XML 1.0 has no way to write most control
characters: they are escaped before as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.checked import Told
from cnninspect.reports.check.words import models_of, sentences
from cnninspect.reports.findings import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checked import Checked, File, Model
    from cnninspect.checks.budgets import Verdict
    from cnninspect.frontends.discover import Trouble
    from cnninspect.reports.check import View

ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\n": "&#10;"}


class Suite:
    """The cases of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[str] = []
        self.failures = self.errors = 0

    def add(self, name: str, failing: Sequence[str], passing: Sequence[str] = ()) -> None:
        """A case: what makes it fail, and what is only told; each text's first line is its title."""
        inside = [
            f"<failure {_attributes(message=text.partition(NEWLINE)[0])}>{_text(text)}</failure>" for text in failing
        ]
        inside += [f"<system-out>{_text(NEWLINE.join(passing))}</system-out>"] if passing else []
        self.failures += bool(failing)
        self._case(name, inside)

    def error(self, name: str, message: str) -> None:
        """A case that could not be run."""
        self.errors += 1
        self._case(name, [f"<error {_attributes(message=message)}/>"])

    def _case(self, name: str, inside: Sequence[str]) -> None:
        head = f"    <testcase {_attributes(name=name, classname=self.name)}"
        lines = "".join([f"\n      {line}" for line in inside])
        self.cases.append(f"{head}>{lines}\n    </testcase>" if inside else f"{head}/>")

    def text(self) -> str:
        """The suite as XML."""
        sums = {"tests": len(self.cases), "failures": self.failures, "errors": self.errors}
        head = f"  <testsuite {_attributes(name=self.name, **{key: str(many) for key, many in sums.items()})}>"
        return "\n".join([head, *self.cases, "  </testsuite>"])


NEWLINE = "\n"


def render(checked: Checked, view: View) -> str:
    """All suites with their sums."""
    models = models_of(checked)
    suites = [_suite(file, models, view) for file in checked.files]
    suites += [] if checked.lock is None else [_lock(checked.lock, view)]
    suites += [_trouble(trouble, view) for trouble in checked.troubles]
    sums = {
        "tests": sum(len(suite.cases) for suite in suites),
        "failures": sum(suite.failures for suite in suites),
        "errors": sum(suite.errors for suite in suites),
    }
    head = _attributes(name="cnninspect", **{key: str(many) for key, many in sums.items()})
    return "\n".join(
        ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {head}>"]
        + [suite.text() for suite in suites]
        + ["</testsuites>\n"]
    )


def _suite(file: File, models: dict[str, int], view: View) -> Suite:
    """A case for each model of a file, and one for each of its budgets."""
    suite = Suite(view.place(file.path))
    for model in file.models:
        limits = [verdict.finding for verdict in model.verdicts if verdict.finding is not None]
        own = [told for told in file.findings if model.name in told.models and told.finding not in limits]
        bad = [told for told in own if told.finding.severity in view.failing]
        other = [told for told in own if told not in bad]
        suite.add(model.name, [_told(told, models) for told in bad], [_told(told, models) for told in other])
        for verdict in model.verdicts:
            _budget(suite, model, verdict, view)
    return suite


def _lock(lock: File, view: View) -> Suite:
    """A case for each network of the lock file that was not checked."""
    suite = Suite(view.place(lock.path))
    for told in lock.findings:
        text, failing = _told(told, {}), told.finding.severity in view.failing
        suite.add(str(told.finding.facts["network"]), [text] if failing else (), () if failing else [text])
    return suite


def _budget(suite: Suite, model: Model, verdict: Verdict, view: View) -> None:
    """A case for one limit of one model, whether it is kept or not."""
    name = f"{model.name}: {verdict.title}"
    if verdict.finding is None:
        suite.add(name, (), [said(verdict)])
        return
    text = _told(Told(verdict.finding, ()), {})
    failing = verdict.finding.severity in view.failing
    suite.add(name, [text] if failing else (), () if failing else [text])


def said(verdict: Verdict) -> str:
    """What became of a limit that is kept."""
    from cnninspect.checks.budget_words import short, shown

    if verdict.value is None or verdict.margin is None:
        return verdict.title
    return f"{verdict.title}: {shown(verdict.value, verdict.unit)}, {short(verdict.margin, verdict.unit)} to spare"


def _trouble(trouble: Trouble, view: View) -> Suite:
    suite = Suite(view.place(trouble.path))
    suite.error(suite.name, trouble.message)
    return suite


def _told(told: Told, models: dict[str, int]) -> str:
    """A finding as lines of text, its place on the second one."""
    finding = told.finding
    first, *more = sentences(told, models)
    place = f"{finding.span.file}:{finding.span.line}:{finding.span.column}" if finding.span.line else finding.span.file
    return "\n".join([f"{finding.severity}[{finding.code}]: {first}", f"at {safe(place)}", *more])


def _attributes(**given: str) -> str:
    return " ".join(
        [f'{key}="{"".join([ESCAPES.get(sign, sign) for sign in safe(text)])}"' for key, text in given.items()]
    )


def _text(text: str) -> str:
    """A text between tags; only our own line ends are left in it."""
    return "\n".join(["".join([ESCAPES.get(sign, sign) for sign in safe(line)]) for line in text.split("\n")])
