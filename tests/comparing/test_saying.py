"""What two models say otherwise beside the layers: limits and training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.cli import run
from cnninspect.comparing.saying import said

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = "name: n\ninput: [3, 8, 8]\nlayers:\n  - sequence: [{conv: {out: 4, kernel: 3}}]\n    name: stem\n"


def told(old: str, new: str) -> list[tuple[Any, ...]]:
    """What differs between two models with the same layers."""
    first, second = [api.read("made", text=LAYERS + rest) for rest in (old, new)]
    assert not [found for loaded in (first, second) for found in loaded.findings if found.severity == "error"]
    return [(one.kind, one.name, one.old, one.new, one.effect) for one in said(first, second)]


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("<= 5M", "<= 6M", "looser"),
        ("<= 5M", "<= 4M", "tighter"),
        ("<= 5M", "< 5M", "tighter"),
        ("1M..5M", "1M..6M", "looser"),
        ("1M..5M", "2M..6M", "other"),
        ("1M..5M", "2M..4M", "tighter"),
        (">= 5M", ">= 4M", "looser"),
        (">= 5M", ">= 6M", "tighter"),
        (">= 5M", "<= 5M", "other"),
        ("== 5000", "<= 5K", "looser"),
        ("<= 5K", "1K..5K", "tighter"),
    ],
)
def test_what_a_limit_allows(old: str, new: str, effect: str) -> None:
    """Looser where all that was allowed still is, tighter where nothing new is allowed."""
    budgets = [f"budgets: {{parameters: '{text}'}}\n" for text in (old, new)]
    assert told(*budgets) == [("budget", "parameters", old, new, effect)]
    opposite = {"looser": "tighter", "tighter": "looser", "other": "other"}
    assert told(*reversed(budgets)) == [("budget", "parameters", new, old, opposite[effect])]


def test_a_limit_that_is_new_or_gone() -> None:
    """A limit more is tighter, one less looser; under other conditions it is another limit."""
    old = "budgets: {parameters: <= 5M, training_bytes: '<= 1GiB @ batch=4', stem: {macs: <= 1M}}\n"
    new = "budgets: {training_bytes: '<= 1GiB @ batch=8', parameters: <= 5000000, stem: {macs: <= 1M}, layers: <= 9}\n"
    assert told(old, new) == [
        ("budget", "training_bytes", None, "<= 1GiB @ batch=8", "tighter"),
        ("budget", "layers", None, "<= 9", "tighter"),
        ("budget", "training_bytes", "<= 1GiB @ batch=4", None, "looser"),
    ]
    assert told(old, "") == [
        ("budget", name, text, None, "looser")
        for name, text in (("parameters", "<= 5M"), ("training_bytes", "<= 1GiB @ batch=4"), ("stem.macs", "<= 1M"))
    ]


def test_training_is_compared_in_effect() -> None:
    """A default that is written down, or a value written otherwise, changes nothing."""
    assert told("", "training: {epochs: 30, optimizer: adamw}\n") == []
    assert told("training: {lr: 1e-3}\n", "training: {lr: 0.001}\n") == []
    assert told("training: {lr: 0.01, epochs: 5}\n", "training: {lr: 0.02}\n") == [
        ("training", "epochs", 5, 30, None),
        ("training", "lr", 0.01, 0.02, None),
    ]


@pytest.fixture
def models(tmp_path: Path) -> tuple[str, str]:
    """Two files of the same network, of which the second allows more and trains otherwise."""
    texts = (
        "budgets: {parameters: <= 5M, macs: 1M..2M}\n",
        "budgets: {parameters: <= 6M, macs: 2M..3M, stem: {layers: <= 2}}\ntraining: {optimizer: sgd}\n",
    )
    paths = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for path, rest in zip(paths, texts, strict=True):
        path.write_text(LAYERS + rest)
    return str(paths[0]), str(paths[1])


SENTENCE = "the same network: 1 looser, 1 tighter and 1 other budgets, 1 training option"
ROWS = """\
~ parameters   budget    <= 5M -> <= 6M (looser)  new.yaml:6
~ macs         budget    1M..2M -> 2M..3M         new.yaml:6
+ stem.layers  budget    <= 2 (tighter)           new.yaml:6
~ optimizer    training  adamw -> sgd             new.yaml:7
"""


def test_text(
    models: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The network is the same, and what is said of it is told line by line; to --exit-code that is a difference."""
    monkeypatch.chdir(tmp_path)
    assert run(["diff", "old.yaml", "new.yaml", "--exit-code"]) == 1
    assert capsys.readouterr().out == f"n  old.yaml -> new.yaml\n\n{SENTENCE}\n\n{ROWS}"
    assert run(["diff", "old.yaml", "new.yaml", "-q"]) == 0
    assert capsys.readouterr().out == f"n  old.yaml -> new.yaml: {SENTENCE}\n"
    assert run(["diff", "old.yaml", "new.yaml", "--format", "markdown"]) == 0
    coloured = ROWS.replace("~", "!")
    assert capsys.readouterr().out == (
        f"<!-- cnninspect-diff -->\n\n### `n`: {SENTENCE}\n\n"
        f"<details>\n<summary>Budgets and training</summary>\n\n```diff\n{coloured}```\n\n</details>\n"
    )


def test_with_other_layers(models: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is said stands below the layers that changed."""
    old, new = models
    with open(new, encoding="utf-8") as file:
        text = file.read()
    with open(new, "w", encoding="utf-8") as file:
        file.write(text.replace("out: 4", "out: 5"))
    assert run(["diff", old, new]) == 0
    out = capsys.readouterr().out
    assert "\n1 layer changed, 1 looser, 1 tighter and 1 other budgets, 1 training option\n" in out
    assert out.index("~ stem.0") < out.index("~ parameters") < out.index("old weights load")


def test_json(models: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, with the places; of a network that is not compared, nothing."""
    assert run(["diff", *models, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (case,) = found["comparisons"]
    assert (case["status"], found["counts"]["changed"]) == ("changed", 1)
    place = {"file": models[1], "line": 6, "column": 23}
    assert case["said"][0] == {
        "kind": "budget",
        "name": "parameters",
        "old": "<= 5M",
        "new": "<= 6M",
        "effect": "looser",
        "source": place,
    }
    assert [one["effect"] for one in case["said"]] == ["looser", "other", "tighter", None]
    with open(models[1], "a", encoding="utf-8") as file:
        file.write("  - conv\n")
    assert run(["diff", *models, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["comparisons"][0]["said"] is None


def test_services_are_warned_of_looser_limits(
    models: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit that allows more is a warning at its place, one that is gone at the file; neither fails anything."""
    monkeypatch.chdir(tmp_path)
    assert run(["diff", "old.yaml", "new.yaml", "--format", "github"]) == 0
    assert capsys.readouterr().out == (
        "::warning file=new.yaml,line=6,endLine=6,col=23,endColumn=28,title=cnninspect%3A looser-budget::"
        "the budget of parameters is looser: '<= 5M' before, '<= 6M' now%0Ahelp: see that this is meant\n"
        "1 warning in 1 file (1 model)\n"
    )
    assert run(["diff", "new.yaml", "old.yaml", "--format", "junit"]) == 0
    assert 'failures="0"' in capsys.readouterr().out
    assert run(["diff", "new.yaml", "old.yaml", "--format", "sarif"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("looser-budget", "warning")
    assert result["message"]["text"].startswith("the budget of stem.layers is gone: it was '<= 2'")
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("old.yaml", 1)
