"""The list of networks: its order, its limits, what is left out of a narrow one."""

from __future__ import annotations

import json

import cnninspect
from cnninspect import api
from cnninspect.frontends.locate import Opener
from cnninspect.frontends.yaml.load import Family
from cnninspect.frontends.yaml.tree import Source
from cnninspect.reports import zoo
from cnninspect.reports.zoo import Entry

TEXT = """
name: tiny
description: a network
reference: {year: 2001, arxiv: "0101.00001", top1: %s}
input: [3, 4, 4]
params: {out: 2}
variants: {wide: {out: 8}}
layers: [{conv: {out: $out, kernel: 1}}]
"""


def measured(variant: str | None, top1: str = "50.5") -> Entry:
    """The entry of the little network above."""
    graph = api.read("tiny.yaml", variant=variant, text=TEXT % top1).graph
    assert graph is not None
    return zoo.measured(variant or "tiny", "tiny", "tiny.yaml", variant, api.summarize(graph), api.widest_field(graph))


OWN, WIDE = measured(None), measured("wide")
OTHER = Entry("other", "other", "other.yaml", None)


def test_entry() -> None:
    """An entry has what the file says of itself, and the figures of the network."""
    expected = Entry(
        name="tiny",
        family="tiny",
        file="tiny.yaml",
        variant=None,
        year=2001,
        arxiv="0101.00001",
        top1=50.5,
        inputs={"input": (3, 4, 4)},
        outputs=[{"name": "0", "shape": (2, 4, 4), "training": False}],
        layers=1,
        weight_layers=1,
        parameters=3 * 2 + 2,
        macs=3 * 2 * 16,
        flops=3 * 2 * 16 * 2 + 2 * 16,
        description="a network",
        receptive_field=(1, 1),
    )
    assert expected == OWN


def test_accuracy_is_of_one_network() -> None:
    """A single top1 is that of the file's own network; a mapping tells it for each; anything else is unknown."""
    assert (measured("wide").top1, measured(None, "{wide: 60}").top1) == (None, None)
    assert (measured("wide", "{wide: 60}").top1, measured(None, "{tiny: 50.5, wide: 60}").top1) == (60, 50.5)
    assert (measured(None, "good").top1, measured(None, "true").top1) == (None, None)


def test_within() -> None:
    """A limit is met by what equals it; what is unknown meets no limit."""
    entries = [OWN, WIDE, OTHER]
    assert zoo.within(entries, None, None) == entries
    assert zoo.within(entries, 8, None) == [OWN]
    assert zoo.within(entries, 7, None) == []
    assert zoo.within(entries, 32, 96) == [OWN]
    assert zoo.within(entries, None, 384) == [OWN, WIDE]


def test_ordered() -> None:
    """Names are sorted from the first, figures from the largest; unknown is last, equals keep their order."""
    entries = [OTHER, OWN, WIDE]
    assert zoo.ordered(entries, "name") == [OTHER, OWN, WIDE]
    assert zoo.ordered(entries, "parameters") == [WIDE, OWN, OTHER]
    assert zoo.ordered(entries, "year") == [OWN, WIDE, OTHER]
    assert zoo.ordered(entries, "top1") == [OWN, OTHER, WIDE]


def test_families() -> None:
    """A family's name, year and paper stand in its first line only, unless the list is sorted otherwise."""
    head = "family  name   year  paper       input  parameters  MACs  field  top-1"
    ends = ["", "3 networks in 2 files", zoo.FIELD, zoo.NOTE, zoo.BROKEN, ""]
    assert zoo.render([OWN, WIDE, OTHER]).split("\n") == [
        head,
        "tiny    tiny   2001  0101.00001  3x4x4           8    96      1  50.50",
        "        wide                     3x4x4          32   384      1      -",
        "other   other     -  -           ?               ?     ?      ?      -",
        *ends,
    ]
    assert zoo.render([OWN, WIDE, OTHER], grouped=False).split("\n")[2] == (
        "tiny    wide   2001  0101.00001  3x4x4          32   384      1      -"
    )


def test_narrow() -> None:
    """A narrow terminal gets fewer columns, names and figures in any case; variants hang below their family."""
    full = zoo.render([OWN, WIDE]).split("\n")
    assert zoo.render([OWN, WIDE], width=70).split("\n") == full
    assert zoo.render([OWN, WIDE], width=47).split("\n")[:3] == [
        "name    year  input  parameters  MACs  top-1",
        "tiny    2001  3x4x4           8    96  50.50",
        "  wide        3x4x4          32   384      -",
    ]
    assert zoo.render([OWN, WIDE], width=1).split("\n")[0] == "name    parameters  MACs"
    assert zoo.render([WIDE], width=1).split("\n")[1] == "wide          32   384"


def test_nothing() -> None:
    """Without networks there is a count, and valid JSON."""
    assert zoo.render([]) == "0 networks in 0 files\n"
    assert json.loads(zoo.json([])) == {"schema": "cnninspect.zoo/1", "models": []}


def test_color() -> None:
    """The titles are bold and what stands below is dim."""
    lines = zoo.render([WIDE], color=True).split("\n")
    assert lines[0] == "\x1b[1mfamily  name  year  paper       input  parameters  MACs  field  top-1\x1b[0m"
    assert lines[3] == "\x1b[2m1 network in 1 file\x1b[0m"


def test_plot() -> None:
    """Networks are drawn by MACs; those without the figure are left out, and counted."""
    text = zoo.plot([OWN, WIDE, OTHER], width=60, height=12)
    assert ("o tiny" in text, "wide o" in text, "other" in text) == (True, True, False)
    assert text.endswith(
        "\n\n2 networks in 1 file, 2 named where there is room\nleft out: 1 network without parameters or MACs\n"
    )
    accuracy = zoo.plot([OWN, WIDE, OTHER], "top1", width=60, height=12)
    assert accuracy.startswith("top-1 in percent\n")
    assert accuracy.endswith("left out: 2 networks whose file states no top-1\n")
    assert "\na digit: so many networks in one place\n" in zoo.plot([OWN, OWN], width=60, height=12)
    assert zoo.plot([], width=60, height=12) == "nothing to draw\n"


def test_json() -> None:
    """A record has every field of an entry, and the first input by itself."""
    (record,) = json.loads(zoo.json([WIDE]))["models"]
    assert record == {
        "name": "wide",
        "family": "tiny",
        "file": "tiny.yaml",
        "variant": "wide",
        "year": 2001,
        "arxiv": "0101.00001",
        "top1": None,
        "input": [3, 4, 4],
        "inputs": {"input": [3, 4, 4]},
        "outputs": [{"name": "0", "shape": [8, 4, 4], "training": False}],
        "layers": 1,
        "weight_layers": 1,
        "parameters": 32,
        "macs": 384,
        "flops": 384 * 2 + 8 * 16,
        "description": "a network",
        "receptive_field": [1, 1],
    }


def test_a_family_is_the_same_network() -> None:
    """What is read together with its family equals what is read alone."""
    entries = {entry.name: entry for entry in api.shipped() if entry.family in ("vgg16", "lenet5")}
    assert [entry.read().graph for entry in entries.values()] == [cnninspect.load(name) for name in entries]


def test_a_family_with_mistakes() -> None:
    """A text with a mistake gives each of its networks that finding, as reading it alone does."""
    source = Source("tiny.yaml", TEXT % "1" + "colour: red\n")
    opened = Family(source, Opener())
    alone = api.read("tiny.yaml", text=source.text).findings
    assert [finding.code for finding in alone] == ["unknown-section"]
    assert (opened.load().findings, opened.load("wide").findings) == (alone, alone)
