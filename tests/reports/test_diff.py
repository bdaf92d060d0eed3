"""What a comparison looks like, to the letter."""

from __future__ import annotations

import json

from cnninspect import api
from cnninspect.api.diffing import Case, case
from cnninspect.reports import diff_json, diff_markdown
from cnninspect.reports.diff import Style, render

OLD = """\
name: tiny
input: [3, 32, 32]
layers:
  - {conv: {out: 16, kernel: 3, padding: 1}, name: stem}
  - name: body
    sequence:
      - conv: {out: 16, kernel: 3, padding: 1}
      - relu
      - conv: {out: 16, kernel: 3, padding: 1}
      - relu
  - global_avg_pool
  - flatten
  - {linear: 10, name: head}
"""
NEW = """\
name: tiny
input: [3, 32, 32]
layers:
  - {conv: {out: 16, kernel: 5, padding: 2}, name: stem}
  - name: body
    sequence:
      - conv: {out: 16, kernel: 3, padding: 1}
      - batch_norm
      - relu
      - conv: {out: 24, kernel: 3, padding: 1}
      - relu
  - global_avg_pool
  - flatten
  - {linear: 10, name: head}
"""
# stem: 16·3·3·3 + 16 = 448 parameters before, 16·3·5·5 + 16 = 1,216 now; the convs of the body 16·16·9 + 16 = 2,320,
# the second one 24·16·9 + 24 = 3,480 now; batch norm 2·16 = 32; head 170 before, 24·10 + 10 = 250 now: 5,258 and 7,298.
GOLDEN = """\
tiny  old.yaml -> new.yaml

                           old         new      change
parameters               5,258       7,298      +2,040  +38.8%
trainable                5,258       7,298      +2,040  +38.8%
buffers                      0          33         +33
MACs                 5,161,120   7,127,280  +1,966,160  +38.1%
FLOPs               10,420,554  14,410,218  +3,989,664  +38.3%
weight bytes            21,032      29,192      +8,160  +38.8%
peak activations       131,072     163,840     +32,768  +25.0%
saved for backward     208,960     307,424     +98,464  +47.1%
receptive field            7x7         9x9       +2x+2  +28.6%
seen by the output       32x32       32x32
layers                       8           9          +1  +12.5%
with weights                 4           4
input                  3x32x32     3x32x32
output                      10          10

1 layer added, 2 changed, 3 renamed, 4 with other shapes

~ stem             conv             kernel 3 -> 5, padding 1 -> 2             new.yaml:4
+ body.1           batch_norm       -> 16x32x32                               new.yaml:8
~ body.3           conv             out 16 -> 24                              new.yaml:10
> body.1 … body.3  renamed          -> body.2 … body.4 (3 layers, 2 tensors)
= body.4 … head    4 layers follow  first 16x32x32 -> 24x32x32

old weights load: 4 of 13 tensors
  other shape  stem.weight                     16x3x3x3 -> 16x3x5x5
  other shape  body.2.weight -> body.3.weight  16x16x3x3 -> 24x16x3x3
  other shape  body.2.bias -> body.3.bias      16 -> 24
  other shape  head.weight                     10x16 -> 10x24
  gained       body.1.weight                   16
  gained       body.1.bias                     16
  gained       body.1.running_mean             16
  gained       body.1.running_var              16
  gained       body.1.num_batches_tracked      scalar
"""


def compared(old: str = OLD, new: str = NEW) -> Case:
    """Two texts, compared."""
    loaded = api.read("old.yaml", text=old), api.read("new.yaml", text=new)
    return case(*loaded, ("old.yaml", "new.yaml"), None, batch=1, dtype="float32")


def test_golden() -> None:
    """Figures, layers and keys, each digit of them, without colour and without end of the line."""
    assert render([compared()]) == GOLDEN


def test_no_line_is_wider_than_the_paper() -> None:
    """On 80 columns nothing runs over the edge; no word is lost."""
    narrow = render([compared()], Style(80))
    assert max(map(len, narrow.split("\n"))) <= 80
    assert {word for word in GOLDEN.split() if "new.yaml:" not in word} == set(narrow.split())


def test_colours_are_only_added() -> None:
    """A coloured text without its colours is the plain one."""
    painted = render([compared()], Style(color=True))
    pieces = painted.split("\x1b[")
    assert len(pieces) > 10
    assert pieces[0] + "".join([piece.partition("m")[2] for piece in pieces[1:]]) == GOLDEN


def test_nothing_to_tell() -> None:
    """Of a network that is the same one sentence is told."""
    assert render([compared(OLD, OLD)]) == "tiny  old.yaml -> new.yaml\n\nno difference\n"


def test_one_line_each() -> None:
    """In brief each network has one line."""
    assert render([compared(), compared(OLD, OLD)], brief=True) == (
        "tiny  old.yaml -> new.yaml: 1 layer added, 2 changed, 3 renamed, 4 with other shapes\n"
        "tiny  old.yaml -> new.yaml: no difference\n"
    )


MISTAKES = """\
the old and the new model have mistakes: not compared

error[unknown-layer]: there is no layer or block called 'relo'
  --> new.yaml:11:9
   |
11 |       - relo
   |         ^^^^
   = note: the same in the old model, at old.yaml:10
   = help: did you mean 'relu'?

1 error

In the old model alone:

error[bad-value]: kernel must be at least 1, got 0
 --> old.yaml:4:30
  |
4 |   - {conv: {out: 16, kernel: 0, padding: 1}, name: stem}
  |                              ^

1 error

In the new model alone:

error[unknown-layer]: there is no layer or block called 'flaten'
  --> new.yaml:13:5
   |
13 |   - flaten
   |     ^^^^^^
   = help: did you mean 'flatten'?

1 error
"""


def test_mistakes_of_both_sides() -> None:
    """What is wrong with both is told once with both places, what is wrong with one under its side."""
    slip = "      - relu\n  -", "      - relo\n  -"
    old = OLD.replace(*slip).replace("kernel: 3, padding: 1}, name", "kernel: 0, padding: 1}, name")
    new = NEW.replace(*slip).replace("flatten", "flaten")
    assert render([compared(old, new)]) == f"tiny  old.yaml -> new.yaml\n\n{MISTAKES}"
    told = diff_markdown.render([compared(old, new)])
    assert (told.count("'relo'"), told.count("alone:"), told.count("1 error")) == (1, 2, 3)
    broken = api.read("old.yaml", text=old)
    same = render([case(broken, broken, ("old.yaml", "old.yaml"), None, batch=1, dtype="float32")])
    assert (same.count("error["), same.count("note"), same.count("alone")) == (2, 0, 0)


def test_other_beginnings() -> None:
    """How weights begin is told as it is written, with both sides, as text and as JSON."""
    conv = "- {conv: {out: 16, kernel: 3, padding: 1}, name: stem"
    found = compared(OLD, OLD.replace(conv, f"{conv}, init: {{weight: {{normal: 0.01}}, bias: -1}}"))
    told = "~ stem  conv  init none -> {weight: {normal: 0.01}, bias: -1.0}  new.yaml:4"
    assert told in render([found]).split("\n")
    (change,) = json.loads(diff_json.render([found], 1, "float32"))["comparisons"][0]["changed"]
    assert change["init"] == {"old": {}, "new": {"weight": {"normal": 0.01}, "bias": -1.0}}
    assert change["options"] == []


def test_json() -> None:
    """The document says all of it in raw numbers."""
    found = json.loads(diff_json.render([compared()], 1, "float32"))
    assert found["schema"] == "cnninspect.diff/1"
    assert found["counts"] == {"same": 0, "changed": 1, "added": 0, "deleted": 0, "broken": 0}
    (one,) = found["comparisons"]
    assert one["metrics"]["parameters"] == {"old": 5258, "new": 7298, "change": 2040, "percent": 38.798022}
    assert [layer["name"] for layer in one["added"]] == ["body.1"]
    assert one["removed"] == []
    assert [change["options"] for change in one["changed"]] == [
        [
            {"option": "kernel", "old": [3, 3], "new": [5, 5]},
            {"option": "padding", "old": [[1, 1]] * 2, "new": [[2, 2]] * 2},
        ],
        [{"option": "out", "old": 16, "new": 24}],
    ]
    keys = one["state_dict"]
    assert (keys["stored"], keys["wanted"], keys["loads"], keys["loads_renamed"]) == (8, 13, 4, 4)
    assert keys["renamed_keys"] == {"body.2.weight": "body.3.weight", "body.2.bias": "body.3.bias"}
    assert [shape["new"]["name"] for shape in one["reshaped"]] == ["body.4", "2", "3", "head"]
