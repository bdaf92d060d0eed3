"""DOT: whole files, names that mean something to Graphviz, folding."""

from __future__ import annotations

import re

from cnninspect import api
from cnninspect.reports import dot

TWO_PATHS = """
name: two_paths
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: stem.conv}
  - {relu: , name: stem.relu}
  - add: {main: [{conv: {out: 4, kernel: 1}, name: side}], skip: []}
  - {global_avg_pool: , name: pool}
outputs:
  out: pool
  early: {from: stem.relu, training: true}
"""
FOLDED = """\
digraph "two_paths" {
  rankdir=TB;
  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];
  edge [fontname="Helvetica", fontsize=9];
  graph [fontname="Helvetica", fontsize=11, style="rounded,filled", color="#9aa5b1", fillcolor="#f3f5f7"];
  label="two_paths";
  labelloc=t;
  in0 [label="input\\n3×8×8", shape=ellipse, fillcolor="#dbeafe"];
  n0 [label="stem\\n2 layers", fillcolor="#fef3c7", peripheries=2];
  n1 [label="side\\nconv"];
  n2 [label="3\\nadd"];
  n3 [label="pool\\nglobal_avg_pool"];
  out0 [label="out", shape=ellipse, fillcolor="#dcfce7"];
  out1 [label="early\\ntraining only", shape=ellipse, fillcolor="#dcfce7", style="rounded,filled,dashed"];
  in0 -> n0 [label="3×8×8"];
  n0 -> n1 [label="4×8×8"];
  n1 -> n2 [label="4×8×8"];
  n0 -> n2 [label="4×8×8"];
  n2 -> n3 [label="4×8×8"];
  n3 -> out0 [label="4×1×1"];
  n0 -> out1 [label="4×8×8", style=dashed];
}
"""
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|->|[\[\]{};=,]|[A-Za-z_0-9.]+')


def statements(text: str) -> list[list[str]]:
    """The tokens of each statement; every sign of the text belongs to one, and brackets close."""
    assert not TOKEN.sub("", text).strip()
    tokens = TOKEN.findall(text)
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in "[{") - (token in "]}")
        assert depth >= 0
        found[-1].append(token)
        if token in (";", "{", "}"):
            found.append([])
    assert depth == 0
    return found


def test_a_folded_file() -> None:
    """Below the depth a scope is one box; arrows carry shapes, heads for training are dashed."""
    graph = api.read("two_paths.yaml", text=TWO_PATHS).graph
    assert graph is not None
    assert dot.render(graph, 1) == FOLDED


def test_scopes_are_clusters() -> None:
    """Every name with names below it is a cluster around its layers."""
    graph = api.read("two_paths.yaml", text=TWO_PATHS).graph
    assert graph is not None
    cluster = '  subgraph "cluster_stem" {\n    label="stem";\n    n0 [label="conv\\nconv"];\n    n1 [label="relu\\nrelu"];\n  }\n'
    assert cluster in dot.render(graph)


def test_every_box_of_an_arrow_is_there() -> None:
    """A large network is read by the rules of the language, and no arrow names a box that does not exist."""
    for depth in (None, 1, 2):
        found = statements(dot.render(api.load("googlenet"), depth))
        boxes = {one[0] for one in found if len(one) > 2 and one[1] == "["} - {"node", "edge", "graph"}
        ends = {end for one in found if "->" in one for end in (one[0], one[2])}
        assert ends <= boxes


def test_hostile_names() -> None:
    """Nothing in a name ends its quotes, escapes what follows or is invisible."""
    assert dot.quoted('a"];evil[') == '"a\\"];evil["'
    assert dot.quoted("a\\") == '"a\\\\"'
    assert dot.quoted("a\nb\x1b[31m\u202e") == '"a b [31m "'
    graph = api.read("x.yaml", text='name: "a\\"]; b [\\\\"\ninput: [3, 8, 8]\nlayers: [relu]\n').graph
    assert graph is not None
    assert statements(dot.render(graph))[0] == ["digraph", '"a\\"]; b [\\\\"', "{"]
