"""What a comparison says in a comment on a pull request, and that names in it are nothing but names."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from cnninspect import api
from cnninspect.api.changed import Since
from cnninspect.api.diffing import Case, case
from cnninspect.reports import diff, diff_json
from cnninspect.reports.diff_markdown import LONGEST, MARKER, block, code, render
from tests.reports.test_diff import NEW, OLD, compared

GOLDEN = """\
<!-- cnninspect-diff -->

### `tiny`: 1 layer added, 2 changed, 3 renamed, 4 with other shapes

|  | old | new | change |  |
| --- | ---: | ---: | ---: | ---: |
| parameters | 5,258 | 7,298 | +2,040 | +38.8% |
| trainable | 5,258 | 7,298 | +2,040 | +38.8% |
| buffers | 0 | 33 | +33 |  |
| MACs | 5,161,120 | 7,127,280 | +1,966,160 | +38.1% |
| FLOPs | 10,420,554 | 14,410,218 | +3,989,664 | +38.3% |
| weight bytes | 21,032 | 29,192 | +8,160 | +38.8% |
| peak activations | 131,072 | 163,840 | +32,768 | +25.0% |
| saved for backward | 208,960 | 307,424 | +98,464 | +47.1% |
| receptive field | 7x7 | 9x9 | +2x+2 | +28.6% |
| seen by the output | 32x32 | 32x32 |  |  |
| layers | 8 | 9 | +1 | +12.5% |
| with weights | 4 | 4 |  |  |
| input | 3x32x32 | 3x32x32 |  |  |
| output | 10 | 10 |  |  |

<details>
<summary>Layers and weights</summary>

```diff
! stem             conv             kernel 3 -> 5, padding 1 -> 2             new.yaml:4
+ body.1           batch_norm       -> 16x32x32                               new.yaml:8
! body.3           conv             out 16 -> 24                              new.yaml:10
# body.1 … body.3  renamed          -> body.2 … body.4 (3 layers, 2 tensors)
  body.4 … head    4 layers follow  first 16x32x32 -> 24x32x32
```

Old weights load: 4 of 13 tensors.

```
other shape  stem.weight                     16x3x3x3 -> 16x3x5x5
other shape  body.2.weight -> body.3.weight  16x16x3x3 -> 24x16x3x3
other shape  body.2.bias -> body.3.bias      16 -> 24
other shape  head.weight                     10x16 -> 10x24
gained       body.1.weight                   16
gained       body.1.bias                     16
gained       body.1.running_mean             16
gained       body.1.running_var              16
gained       body.1.num_batches_tracked      scalar
```

</details>
"""

HOSTILE = (
    "<script>alert(1)</script>",
    "a | b | c",
    "`x` ``y`` ```z```",
    "@everyone and @octocat",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "line\nnext\n\n# heading\n- item",
    "::error file=a::b",
    " ::stop-commands::x ##[error]x",
    "\x1b[31mred\x1b[0m \u202ereversed",
    "</details></code><h1>out</h1>",
    "\\| \\` \\",
    "&lt;b&gt; &amp; \"q\" 'q'",
    "http://evil.example www.evil.example a@evil.example #1 !1 ~1",
    "--> <!-- cnninspect-diff -->",
)
ALLOWED = {
    *("h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary", "sub"),
    *("ul", "li", "strong"),
}


class Page(HTMLParser):
    """What a browser would make of a comment: its tags, and the text outside of code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.inside: list[str] = []
        self.text = ""
        self.comments: list[str] = []
        self.depths: set[int] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & set(self.inside):
            self.text += data


def page(text: str) -> Page:
    """A comment, read by a parser of Markdown that lets HTML through and has tables."""
    found = Page()
    found.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    found.close()
    assert not found.inside
    return found


def hostile(name: str, new: str = NEW) -> list[Case]:
    """A model of such a name in a file of such a name, changed, new and broken."""
    texts = [text.replace("name: tiny", f"name: {json.dumps(name)}") for text in (OLD, new)]
    old, now = [api.read(name, text=text) for text in texts]
    broken = api.read(name, text=texts[1].replace("linear: 10", f"linear: {json.dumps(name)}"))
    files = (name, name)
    options = {"batch": 1, "dtype": "float32"}
    return [
        case(old, now, files, None, **options),  # type: ignore[arg-type]
        case(None, now, (None, name), name, **options),  # type: ignore[arg-type]
        case(old, broken, files, None, because=name, **options),  # type: ignore[arg-type]
    ]


def test_golden() -> None:
    """The figures stand open, layers and keys are folded; the marker comes first."""
    assert render([compared()]) == GOLDEN
    found = page(GOLDEN)
    assert found.tags <= ALLOWED
    assert found.comments == [" cnninspect-diff "]


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
@pytest.mark.parametrize("many", [False, True])
def test_names_are_nothing_but_names(name: str, many: bool) -> None:  # noqa: FBT001
    """Whatever a name contains, the comment has its own tags alone, and the name stands within code only."""
    cases = hostile(name)
    since = Since(name, "0" * 40, True, tuple(cases), 3, 0, 0, 0) if many else None
    limits = api.parse_limits(["parameters > +1%"])
    text = render(cases if many else cases[:1], api.verdicts(cases, limits), since)
    found = page(text)
    assert found.tags <= ALLOWED
    assert found.attributes <= {"class", "style"}
    assert found.comments == [" cnninspect-diff "]
    assert text.startswith(f"{MARKER}\n")
    for word in ("evil", "@", "script", "javascript", "octocat", "heading", "out", "::", "##["):
        assert word not in found.text.replace("output", "")
    assert all(sign.isprintable() or sign == "\n" for sign in text)


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_names_break_no_line_of_other_formats(name: str) -> None:
    """In a terminal and in JSON nothing of a name is a control character."""
    cases = hostile(name)
    text = diff.render(cases)
    assert all(sign.isprintable() or sign == "\n" for sign in text)
    assert not [line for line in text.split("\n") if line.lstrip().startswith(("::", "next", "- item"))]
    assert "##[" not in text
    found = json.loads(diff_json.render(cases, 1, "float32"))
    assert [one["old"] and one["old"]["file"] for one in found["comparisons"]] == [name, None, name]


def test_a_block_cannot_be_ended_from_within() -> None:
    """A fence is longer than any within it; a code span holds no backtick of the name."""
    assert block(["````"]).split("\n")[0] == "`````"
    assert code("a`b|c") == "`a\\u0060b\\u007cc`"
    assert code("") == ""


def test_a_comment_is_never_too_long() -> None:
    """Details for which a comment has no room are counted."""
    cases = [compared()] * 60
    since = Since("main", "0" * 40, True, tuple(cases), 60, 0, 0, 0)
    text = render(cases, (), since)
    assert len(text) < LONGEST + 1000
    assert text.count("<details>") + int(text.split("the details of ")[1].split()[0]) == 60
    page(text)


def test_nothing_changed() -> None:
    """Where nothing changed the comment says so, and what is the same is counted."""
    same = compared(OLD, OLD)
    since = Since("main", "0" * 40, False, (same,), 1, 2, 1, 1)
    assert render([same], (), since) == (
        "<!-- cnninspect-diff -->\n\n### Networks: 1 the same\n\n<sub>since `main` (0000000000): 1 model file, networks: "
        "1 the same; left alone: 2 other YAML files, 1 link out of the repository, 1 submodule</sub>\n"
    )
    assert render([same]) == "<!-- cnninspect-diff -->\n\n### `tiny`: no difference\n"
    limits = api.parse_limits(["parameters > +1%", "macs > 1T"])
    assert "None of 2 conditions to fail on is met." in render([same], api.verdicts([same], limits))
    assert "The condition to fail on is not met." in render([same], api.verdicts([same], limits[:1]))
