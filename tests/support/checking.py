"""Small models held against the design rules."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from cnninspect.checks.lint import lint
from cnninspect.checks.selection import EVERYTHING, Selection
from cnninspect.frontends import locate
from cnninspect.frontends.yaml.load import Family
from cnninspect.frontends.yaml.source import text_source

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.values import Finding


def networks(text: str, name: str = "model.yaml") -> list[Loaded]:
    """The network of a text and its variants."""
    family = Family(text_source(text, name), locate.Opener())
    return [family.load(), *[family.load(variant) for variant in family.variants]]


def look(text: str, selection: Selection = EVERYTHING, name: str = "model.yaml") -> list[Finding]:
    """Everything that is said about a text and its variants."""
    return lint(networks(dedent(text), name), selection)


def only(*codes: str) -> Selection:
    """Some rules alone."""
    return Selection(select=codes)


def told(found: list[Finding]) -> list[str]:
    """One line for each finding: ``line:column code``."""
    return [f"{finding.span.line}:{finding.span.column} {finding.code}" for finding in found]
