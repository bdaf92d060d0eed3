"""Tables for other programs: CSV, TSV and Markdown."""

from __future__ import annotations

import csv
import io

from cnninspect.reports.delimited import (
    COLUMNS_OF_CSV,
    COLUMNS_OF_MARKDOWN,
    header_only,
    markdown,
    markdown_table,
    render,
    render_totals,
)
from cnninspect.reports.lines import flat
from tests.reports import BROKEN, SMALL, summary_of


def test_csv() -> None:
    """One record a layer with raw integers and shapes as --input takes them."""
    summary = summary_of(SMALL)
    text = render(summary, flat(summary), COLUMNS_OF_CSV)
    assert text.split("\n")[:4] == [
        "name,type,block,input,output,parameters,trainable,buffers,macs,flops,weight_bytes,activation_bytes,training,shares",
        "stem,conv,,3x8x8,4x4x4,112,112,0,1728,3520,448,256,,",
        "body.0.conv,conv,unit,4x4x4,4x4x4,144,144,0,2304,4608,576,256,,",
        "body.0.bn,batch_norm,unit,4x4x4,4x4x4,8,8,9,0,128,32,256,,",
    ]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == [row.node.name for row in summary.rows]
    assert sum(int(row["parameters"]) for row in rows) == summary.totals.parameters


def test_quotes() -> None:
    """A cell with separators and quotes comes back as it was; what cannot be seen is escaped."""
    summary = summary_of(SMALL)
    name = 'a "b",\nc\t'
    text = render(summary, flat(summary)[:1], ("name", "from", "weights"), model=name)
    assert list(csv.reader(io.StringIO(text))) == [
        ["model", "name", "from", "weights"],
        ['a "b",\\nc\\t', "stem", "input", "weight 4x3x3x3, bias 4"],
    ]
    assert render(summary, flat(summary)[:1], ("name", "type"), separator="\t") == "name\ttype\nstem\tconv\n"


def test_unknown_is_empty() -> None:
    """What is unknown is an empty cell."""
    summary = summary_of(BROKEN)
    assert render(summary, flat(summary), ("name", "output", "macs"), header=False) == "stem,6x6x6,5832\nmid,,\n2,,\n"


def test_scopes() -> None:
    """A folded scope says so in its type."""
    summary = summary_of(SMALL)
    text = render(summary, flat(summary, 1), ("name", "type", "parameters"))
    assert text.split("\n")[2] == "body,scope,456"


def test_totals() -> None:
    """The totals of several networks are one record each, empty where a network could not be read."""
    assert render_totals([("small", summary_of(SMALL)), ("bad", None)]) == (
        "model,layers,weight_layers,parameters,trainable,buffers,macs,flops,weight_bytes,activation_bytes\n"
        "small,13,5,613,613,27,8660,17842,2452,2232\n"
        "bad,,,,,,,,,\n"
    )
    assert header_only(("name", "macs"), model=True) == "model,name,macs\n"


MARKDOWN = """\
### small

small.yaml: Three stages and a head \\| for tests.

| name   | type            | output         | parameters |  MACs |
| ------ | --------------- | -------------- | ---------: | ----: |
| stem   | conv            | 4 × 4 × 4      |        112 | 1,728 |
| body   |                 | 4 × 4 × 4      |        456 | 6,912 |
| halves | chunk           | 2 of 2 × 4 × 4 |          0 |     0 |
| sum    | add             | 2 × 4 × 4      |          0 |     0 |
| 4      | global_avg_pool | 2 × 1 × 1      |          0 |     0 |
| 5      | flatten         | 2              |          0 |     0 |
| aux †  | linear          | 5              |         15 |    10 |
| fc     | linear          | 10             |         30 |    20 |

| total              |           |                                  |
| ------------------ | --------: | -------------------------------- |
| input              | 3 × 8 × 8 |                                  |
| output             |        10 | main                             |
| output             |         5 | aux †                            |
| layers             |        13 | 5 with weights                   |
| parameters         |       613 | 613 trainable, 0 frozen          |
| buffers            |        27 |                                  |
| MACs               |     8,660 |                                  |
| FLOPs              |    17,842 |                                  |
| weight bytes       |     2,452 | 2.39 KiB                         |
| activation bytes   |     2,232 | 2.18 KiB, all outputs at batch 1 |
| peak activations   |     1,024 | 1.00 KiB, at inference, in stem  |
| saved for backward |     2,408 | 2.35 KiB, in training            |

MAC: one multiply and one add of conv, linear and matmul, bias not counted. \
FLOPs: 2 × MACs + one for each other elementary operation. \
Parameters: learned tensors, trainable or frozen, shared ones once; running statistics are buffers. \
Peak: the most bytes of activations alive at once at inference. \
Saved: what torch keeps for backward in training, each storage once. Batch 1, float32. †: exists only while the network learns; counted in parameters, not in MACs and FLOPs.
"""


def test_markdown() -> None:
    """A Markdown table is aligned also in its source, numbers stand on the right, bars are escaped."""
    summary = summary_of(SMALL)
    assert markdown(summary, flat(summary, 1), COLUMNS_OF_MARKDOWN) == MARKDOWN


def test_markdown_shows_text_as_it_is() -> None:
    """Marks that Markdown has a meaning for are escaped, control characters spelled out."""
    assert markdown_table(["a"], [["<b> *c* `d` \\ |\n"]], [False])[2] == "| \\<b> \\*c\\* \\`d\\` \\\\ \\|\\\\n |"
