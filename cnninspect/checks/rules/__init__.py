"""Design rules: what can be built and is probably not meant. One module a rule, found by itself.

To write a rule, add ``NAME.py`` here; its code is the name with ``-`` for ``_``. It holds

- a docstring, which is the page of ``cnninspect explain CODE`` in Markdown: one sentence that says what is found;
  why it matters, with figures; ``Source:`` and where that is known from; ``Bad:`` and a model in a ``yaml`` fence
  that gives exactly this finding; ``Good:`` and the same one mended, which gives none (both are run by a test);
- ``SEVERITY``: ``warning`` for what is almost surely a mistake, ``note`` for taste and speed, ``error`` only for
  what nobody can mean;
- ``check(subject)``, which yields ``subject.finding(node, message, …)`` for each layer that is concerned, whatever
  block, repeat or variant it comes from: the engine joins what stands on one line, and knows code and severity;
- where there is a certain remedy, ``FIX``: a word on what ``--fix`` does, the edits being those of the finding.

What is known of a network is in ``subject`` (``checks/subject.py`` and, of its graph, ``checks/structure.py``). A rule
asks for facts, never for the class or the name of a layer: where a fact is missing, its family in ``layers/`` states it.
Shapes may be unknown (None), maps may have one, two, three axes or none, there may be several inputs, outputs and
training heads. What costs time (``subject.field``) is asked for last, after something cheap (``subject.reaches``) has
shown that it may matter, and only where ``subject.followed``. In doubt nothing is said.
"""

from __future__ import annotations

from importlib import import_module
from os import listdir
from os.path import dirname
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnninspect.checks.subject import Subject
    from cnninspect.values import Finding


class Rule(Record):
    """One design rule."""

    code: str
    severity: str
    summary: str
    """One sentence: what is found."""
    page: str
    """Why it matters, with a bad and a good example, in Markdown."""
    check: Callable[[Subject], Iterator[Finding]]
    fix: str
    """What ``--fix`` does about it; empty where a person has to decide."""
    last: bool
    """Whether it looks at what the other rules have found."""


_known: dict[str, Rule] = {}


def rules() -> dict[str, Rule]:
    """Every rule by its code, in alphabetical order."""
    if not _known:
        files = sorted(name[:-3] for name in listdir(dirname(__file__)) if name.endswith(".py"))
        for name in files:
            if name != "__init__":
                _known[name.replace("_", "-")] = _rule(name)
    return _known


def _rule(name: str) -> Rule:
    module = import_module(f"{__name__}.{name}")
    page = (module.__doc__ or "").strip()
    summary = page.partition("\n\n")[0].replace("\n", " ").rstrip(".")
    fix, last = getattr(module, "FIX", ""), getattr(module, "LAST", False)
    return Rule(name.replace("_", "-"), module.SEVERITY, summary, page, module.check, fix, last)
