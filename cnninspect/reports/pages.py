"""The pages that ``cnninspect explain`` prints, kept as Markdown beside the program and read only by it."""

from __future__ import annotations

from os import listdir
from os.path import dirname, join
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.checks.rules import Rule

PACKAGE = dirname(dirname(__file__))
FENCE = "```"


class Example(Record):
    """A complete model on a page."""

    label: str
    """``Bad`` or ``Good``, or nothing."""
    options: tuple[str, ...]
    """Options of the command line that belong to it."""
    language: str
    text: str


class Page(Record):
    """One page: its title and its text, examples included."""

    title: str
    text: str

    def first_sentence(self) -> str:
        """The beginning of the text, on one line."""
        text = " ".join(self.text.partition(f"\n{FENCE}")[0].split())
        return text.partition(". ")[0].rstrip(".")

    def examples(self) -> Iterator[Example]:
        """The models in fences, each with the line above it."""
        above = language = ""
        model: list[str] | None = None
        for line in self.text.split("\n"):
            if line.startswith(FENCE):
                if model is None:
                    model, language = [], line[len(FENCE) :]
                else:
                    label = above.rstrip(":").partition(" (with ")[0] if above.endswith(":") else ""
                    options = above.split("`")[1].split() if label and "`" in above else []
                    yield Example(label, tuple(options), language, "\n".join(model) + "\n")
                    model, above = None, ""
            elif model is not None:
                model.append(line)
            elif line:
                above = line


def codes() -> dict[str, Page]:
    """A page for each code of a finding."""
    return _read("codes")


def language() -> dict[str, Page]:
    """A page for each section and keyword of the language."""
    return _read("language")


def rules() -> dict[str, Page]:
    """A page for each design rule, with what silences it."""
    from cnninspect.checks.rules import rules as known

    return {code: Page(code, f"{rule.page}\n\n{_remedies(rule)}") for code, rule in known().items()}


def _remedies(rule: Rule) -> str:
    """How grave a rule's findings are, what mends them and what silences them."""
    usual = f"Severity: {rule.severity}, unless a configuration says otherwise."
    fix = f"\n\nFix: check --fix {rule.fix}." if rule.fix else ""
    return (
        f"{usual}{fix}\n\nTo silence it, end the line (or the first line of the layer or block, or of a call) with\n"
        f"`# cnninspect: ignore[{rule.code}] reason`; for all files, ignore `{rule.code}` in the configuration."
    )


def _read(name: str) -> dict[str, Page]:
    with open(join(PACKAGE, "pages", f"{name}.md"), encoding="utf-8") as file:
        _, *parts = f"\n{file.read()}".split("\n## ")
    found = {}
    for part in parts:
        title, _, text = part.partition("\n")
        found[title] = Page(title, text.strip("\n"))
    return found


def library_names() -> list[str]:
    """Every block that comes with the program."""
    return sorted(
        name[:-5] for name in listdir(join(PACKAGE, "frontends", "yaml", "library")) if name.endswith(".yaml")
    )


def library_text(name: str) -> str:
    """The declaration of a block that comes with the program, comments included."""
    with open(join(PACKAGE, "frontends", "yaml", "library", f"{name}.yaml"), encoding="utf-8") as file:
        return file.read()
