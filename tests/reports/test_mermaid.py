"""Mermaid: whole charts, words and signs that mean something to it, folding."""

from __future__ import annotations

import re

from cnninspect import api
from cnninspect.reports import mermaid
from tests.reports.test_dot import TWO_PATHS

WHOLE = """\
flowchart TB
  %% two_paths
  in0(["input<br/>3×8×8"])
  n2["side<br/>conv"]
  n3["3<br/>add"]
  n4["pool<br/>global_avg_pool"]
  subgraph s0["stem"]
    n0["conv<br/>conv"]
    n1["relu<br/>relu"]
  end
  out0(["out"])
  out1(["early<br/>training only"])
  in0 -->|"3×8×8"| n0
  n0 -->|"4×8×8"| n1
  n1 -->|"4×8×8"| n2
  n2 -->|"4×8×8"| n3
  n1 -->|"4×8×8"| n3
  n3 -->|"4×8×8"| n4
  n4 -->|"4×1×1"| out0
  n1 -.->|"4×8×8"| out1
"""
ID = r"(?:n|s|in|out)\d+"
TEXT = r'"(?:[\w _\-.,:()×?]|#\d+;|<br/>)*"'
LINES = (
    rf"{ID}(?:\[{TEXT}\]|\[\[{TEXT}\]\]|\(\[{TEXT}\]\))",
    rf"subgraph {ID}\[{TEXT}\]",
    rf"{ID} (?:-->|-\.->)\|{TEXT}\| {ID}",
    r"%% [\w.\-]*",
    "end",
)
GRAMMAR = re.compile("|".join(LINES))


def check(text: str) -> None:
    """Every line is one that the language has, ids are safe, and subgraphs end."""
    first, *lines = text.splitlines()
    assert first == "flowchart TB"
    depth = 0
    for line in lines:
        assert GRAMMAR.fullmatch(line.strip()), line
        depth += line.strip().startswith("subgraph") - (line.strip() == "end")
        assert depth >= 0
    assert depth == 0


def test_a_whole_chart() -> None:
    """Scopes are subgraphs, arrows carry shapes, heads for training hang on dotted ones."""
    graph = api.read("two_paths.yaml", text=TWO_PATHS).graph
    assert graph is not None
    assert mermaid.render(graph) == WHOLE


def test_networks_keep_the_grammar() -> None:
    """Real networks are charts of lines that Mermaid reads."""
    for name in ("googlenet", "retinanet_resnet50_fpn"):
        for depth in (None, 1, 2):
            check(mermaid.render(api.load(name), depth))


def test_hostile_names() -> None:
    """Quotes, brackets, HTML and Markdown are written as numbers; a layer called end is only a label."""
    assert mermaid.quoted('a"]') == '"a#34;#93;"'
    assert mermaid.quoted("<b>&#`*") == '"#60;b#62;#38;#35;#96;#42;"'
    assert mermaid.quoted("a\n\u202e") == '"a  "'
    text = "name: end\ninput: [3, 8, 8]\nlayers: [{relu: , name: end}, {relu: , name: subgraph.end}]\n"
    graph = api.read("x.yaml", text=text).graph
    assert graph is not None
    check(mermaid.render(graph))
