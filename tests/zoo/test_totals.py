"""Every shipped network meets the figures that others published or measured, exactly.

torchvision: version 0.28.0, MACs being half of what torch's FlopCounterMode reports at batch 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from cnninspect import api
from cnninspect.frontends.locate import shipped_names, zoo_files


class Figures(NamedTuple):
    """What a network has in all; buffers are elements, counters of batches included."""

    parameters: int
    trainable: int
    buffers: int
    macs: int
    outputs: str
    """The shapes of the heads that exist at inference, such as ``1000`` or ``21x64x64 21x64x64``."""
    source: str


# U-Net with 1 channel in and 2 classes. Parameters are k²·in·out + out of each convolution, by level
#   down   37,568 + 221,440 + 885,248 + 3,539,968, bottom 14,157,824
#   up     9,176,576 + 2,294,528 + 573,824 + 143,552, head 2·64 + 2 = 130; in all 31,030,658
# MACs are k²·in·out for each output position (transposed: each input position). 572 pixels, valid: the maps are
#   570 568 | 282 280 | 138 136 | 66 64 | 30 28 | 56: 54 52 | 104: 102 100 | 200: 198 196 | 392: 390 388
#   down   12,080,353,536 + 17,423,695,872 + 16,525,688,832 + 14,802,223,104, bottom 11,645,485,056
#   up     21,783,117,824 + 19,588,972,544 + 18,537,119,744 + 18,022,498,304, head 388²·128 = 19,269,632
# 512 pixels, padded: the maps are 512 256 128 64 32 and back
#   down   9,814,671,360 + 14,495,514,624 + 14,495,514,624 + 14,495,514,624, bottom 14,495,514,624
#   up     4 · (n²·2w² + 27·n²·w²) with n·w = 32,768, so 4 · 31,138,512,896, head 512²·128 = 33,554,432
#
# C3D. Keras prints the parameters. MACs are 27·in·out for each position of
#   16·112²: 3→64; 16·56²: 64→128; 8·28²: 128→256→256; 4·14²: 256→512→512; 2·7²: 512→512→512
#   1,040,449,536 + 11,098,128,384 + 5,549,064,192 + 11,098,128,384 + 2,774,532,096 + 5,549,064,192 + 2 · 693,633,024
#   and 8192·4096 + 4096·4096 + 4096·487 = 52,326,400 of the linear layers
#
# LeNet-5 of 1998. Parameters 156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000, fixed 84·10; MACs
#   28²·6·25 + 10²·60·25 + 120·400 + 84·120 + 10·84 = 117,600 + 150,000 + 48,000 + 10,080 + 840
# With a connection for each bias and 5 for each unit of S2 (1,176) and S4 (400) that is the paper's 340,908:
#   326,520 + 28²·6 + 10²·16 + 120 + 84 + 5·(1,176 + 400) = 326,520 + 4,704 + 1,600 + 204 + 7,880
# lenet5_modern: 156 + 2,416 + 48,120 + 10,164 + 850 and 28²·6·25 + 10²·16·150 + 120·400 + 84·120 + 10·84
ZOO = {
    name: Figures(int(parameters), int(trainable), int(buffers), int(macs), outputs, source)
    for name, parameters, trainable, buffers, macs, outputs, source in (
        line.split(",") for line in (Path(__file__).parent / "figures.csv").read_text("utf-8").splitlines()[1:]
    )
}


def test_every_network_has_a_row() -> None:
    """A network or variant that is shipped has its figures in the table, and the table has no others."""
    assert sorted(shipped_names()) == sorted(ZOO)


@pytest.mark.parametrize("name", ZOO)
def test_totals(name: str) -> None:
    """The network meets its figures exactly, at inference at batch 1."""
    graph = api.load(name)
    totals = api.summarize(graph).totals
    shapes = [graph.shape(output.tensor) for output in graph.outputs if not output.training]
    outputs = " ".join("x".join(map(str, shape or ())) for shape in shapes)
    found = (totals.parameters, totals.trainable, totals.buffers, totals.macs, outputs)
    assert found == ZOO[name][:5], ZOO[name].source


@pytest.mark.parametrize("name", ZOO)
def test_nothing_to_complain_about(name: str) -> None:
    """A shipped network is read without a warning, and says what it is and after which paper."""
    loaded = api.read(name)
    assert loaded.findings == ()
    assert loaded.graph is not None
    assert loaded.graph.name == name
    assert loaded.graph.description
    assert {"title", "year"} < {*loaded.graph.reference}


@pytest.mark.parametrize("path", zoo_files(), ids=lambda path: Path(path).name)
def test_opens_with_its_paper(path: str) -> None:
    """A file opens with a comment that names the year and arXiv number, or DOI, that its reference states."""
    text = Path(path).read_text(encoding="utf-8")
    comment = text[: text.index("\nname:")]
    reference = api.load(path).reference
    assert all(line.startswith("#") for line in comment.splitlines())
    assert str(reference["year"]) in comment
    assert reference.get("arxiv", "") in comment


def test_training_heads() -> None:
    """GoogLeNet's auxiliary classifiers are counted in the parameters, and not in the cost of inference."""
    graph = api.load("googlenet")
    summary = api.summarize(graph)
    assert [(output.name, output.training) for output in graph.outputs] == [
        ("logits", False),
        ("aux1", True),
        ("aux2", True),
    ]
    only_training = [row for row in summary.rows if not row.runs]
    assert sum(row.cost.parameters or 0 for row in only_training) == 13_004_888 - 6_624_904
    assert {row.node.name.partition(".")[0] for row in only_training} == {"aux1", "aux2"}
