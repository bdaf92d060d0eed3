"""Every code has a page, every page a code, and the examples on the pages do what they say."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.checks import budgets
from cnninspect.reports import pages

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.reports.pages import Example
    from cnninspect.values import Finding

PACKAGE = Path(__file__).parent.parent.parent / "cnninspect"
CALLS = {"Trouble", "Finding", "Problem", "BadText", "Unreadable", "ExpressionError", "add", "say", "__init__"}
"""What is called with the code of a finding."""
WITHOUT_EXAMPLE = {
    *("bad-checkpoint", "unknown-checkpoint", "unsafe-checkpoint"),  # of files that are no models
    *("tensor-missing", "tensor-shape", "tensor-unexpected"),
    *("bad-baseline", "baseline-exceeded", "baseline-new", "baseline-unchecked"),  # take a lock file as well
    *("bad-data", "download-failed", "missing-data", "unknown-data", "unsafe-data"),  # of images, not of models
    "cannot-build",  # is found when a network is built, not when it is read
    *(
        "bad-input-file",
        "cannot-export",
        "cannot-import",
        "cannot-run",
        "missing-onnx",
        "out-of-memory",
    ),  # when it is run
    "cannot-measure",
    *(
        "cannot-train",
        "classes-differ",
        "loss-never-moved",
        "loss-not-finite",
        "not-a-recipe",
        "other-run",
    ),  # of trainings
    *("bad-setting", "config-syntax", "unknown-setting"),  # of configurations
    "cannot-save",  # a disk that is full
    "extends-too-deep",  # takes seventeen files
    "file-not-found",  # takes no file at all
    "file-too-large",
    *("change-beyond-limit", "git-failed", "looser-budget", "not-a-repository", "unknown-revision"),  # of repositories
    "internal-error",
    "missing-tensorboard",
    "missing-torch",
    "no-run",  # of folders
    "not-a-file",
    "plugin-failed",
    "process-died",
    "run-in-use",
    "too-many-values",  # a file of megabytes
    "unknown-axis",  # is asked of a model, not written in it
    "unreadable-file",
}
CODES = pages.codes()
LANGUAGE = pages.language()


def codes_in(nodes: list[ast.expr]) -> set[str]:
    """The words in kebab case among some expressions."""
    nodes = [part for node in nodes for part in ([node.body, node.orelse] if isinstance(node, ast.IfExp) else [node])]
    words = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {word for word in words if word.replace("-", "").isalpha() and word.islower() and "-" in word}


def reported() -> set[str]:
    """Every code that the program can report, by its source."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["CODE"]:
                found.add(ast.literal_eval(node.value))
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in CALLS:
                    found |= codes_in([*node.args, *[word.value for word in node.keywords if word.arg == "code"]])
            if isinstance(node, ast.FunctionDef):
                defaults = [*node.args.defaults, *[value for value in node.args.kw_defaults if value is not None]]
                found |= codes_in(defaults)
    return found


def test_every_code_has_a_page() -> None:
    """The pages of codes are exactly the codes that the program can report, those of design rules aside."""
    assert sorted(CODES) == sorted(reported() - set(pages.rules()))


def test_pages_are_in_order() -> None:
    """Pages of codes stand in alphabetical order, so that a reader of the file finds them."""
    assert list(CODES) == sorted(CODES)


def options_of(example: Example) -> dict[str, Any]:
    """The options of an example as the API takes them."""
    if not example.options:
        return {}
    option, value = example.options
    name, _, rest = value.partition("=")
    sizes = tuple(int(size) for size in rest.split("x") if size.isdecimal())
    known: dict[str, dict[str, Any]] = {
        "--variant": {"variant": value},
        "--set": {"sets": {name: rest}},
        "--input": {"inputs": {name: sizes}},
    }
    return known[option]


def read(example: Example, folder: Path) -> Loaded:
    """Read an example as model.yaml of a folder beside which lies a file shared.yaml."""
    inner = folder / "inner"
    inner.mkdir()
    (folder / "shared.yaml").write_text("input: [3, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    data = example.text.encode()
    if example.language == "yaml bytes":
        data = example.text.encode("latin-1").decode("unicode_escape").encode("latin-1")
    path = inner / "model.yaml"
    path.write_bytes(data)
    return api.read(str(path), **options_of(example))


def told(loaded: Loaded) -> tuple[Finding, ...]:
    """All that is found in an example: by reading it, and by holding it against what it demands of itself."""
    judged = [] if loaded.graph is None else budgets.judge(loaded.graph, loaded.budgets)
    return (*loaded.findings, *budgets.findings(judged))


@pytest.mark.parametrize("code", sorted(set(CODES) - WITHOUT_EXAMPLE))
def test_bad_example_is_refused(code: str, tmp_path: Path) -> None:
    """The bad example of a code reports that code and nothing else."""
    bad, good = CODES[code].examples()
    assert (bad.label, good.label) == ("Bad", "Good")
    assert {finding.code for finding in told(read(bad, tmp_path))} == {code}


@pytest.mark.parametrize("code", sorted(set(CODES) - WITHOUT_EXAMPLE))
def test_good_example_is_clean(code: str, tmp_path: Path) -> None:
    """The good example of a code has no finding at all."""
    _, good = CODES[code].examples()
    loaded = read(good, tmp_path)
    assert (told(loaded), loaded.graph is not None) == ((), True)


@pytest.mark.parametrize("code", sorted(WITHOUT_EXAMPLE))
def test_others_have_no_example(code: str) -> None:
    """A page without an example is one that no model can show."""
    assert [*CODES[code].examples()] == []


@pytest.mark.parametrize("word", sorted(LANGUAGE))
def test_language_examples_are_clean(word: str, tmp_path: Path) -> None:
    """Every section and keyword has a page with an example that has no finding."""
    (example,) = LANGUAGE[word].examples()
    loaded = read(example, tmp_path)
    assert (told(loaded), loaded.graph is not None) == ((), True)
    assert word in example.text


def test_every_section_and_sibling_has_a_page() -> None:
    """The pages of the language cover every section of the top level and every word beside a layer."""
    from cnninspect.frontends.yaml.document import KNOWN
    from cnninspect.frontends.yaml.items import SIBLINGS

    assert {*KNOWN, *SIBLINGS} <= set(LANGUAGE)


def test_library_is_listed() -> None:
    """The blocks that come with the program are those that the reader finds, each with its text."""
    from cnninspect.frontends.yaml import blocks

    assert pages.library_names() == blocks.library_names()
    for name in pages.library_names():
        assert f"\n{name}:\n" in f"\n{pages.library_text(name)}"
