"""What rules may ask of a network: its graph, its costs, where it is written, and edits of it."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.checks.fixing import apply
from cnninspect.checks.subject import Subject


def subject(text: str) -> Subject:
    return Subject(api.read("model.yaml", text=text))


def test_neighbours() -> None:
    """The layer before and after in a plain chain; none where several read it, or it is given away."""
    found = subject(
        "input: [3, 8, 8]\nlayers:\n  - {relu: , name: a}\n  - {dropout: , name: b}\n  - {conv: {out: 3, kernel: 1}, name: c}\n"
        "  - add: [a, c]\n    name: d\noutputs: [b, d]\n"
    )
    names = [node.name for node in found.nodes]
    after = [found.after(index) for index in range(4)]
    assert [one and one.node.name for one in after] == [None, None, "d", None]
    assert [one.node.name if one else None for one in map(found.before, range(4))] == [None, "a", "b", "a"]
    above = found.skip_before(names.index("c"), ("noise",))
    assert above is not None
    assert above.node.name == "a"
    assert found.skip_after(names.index("c"), ("merge",)) is None
    assert found.ends == []


def test_unknown_layers() -> None:
    """Of a network with mistakes the known part is told, and nothing of the rest."""
    found = subject("input: [3, 8, 8]\nlayers:\n  - relu\n  - conv: {out: 8, kernel: 99}\n  - relu\n  - batch_norm\n")
    assert [one is not None for one in found.known] == [True, False, False, False]
    assert [one.node.name for one in found.having("activation", "norm")] == ["0"]
    start = (1, 1), ((0.0, 1), (0.0, 1))
    assert found.reaches == [start, None, None, None, start]


def test_what_runs() -> None:
    """A head for training does not run at inference."""
    found = subject(
        "input: [3, 8, 8]\nlayers:\n  - {relu: , name: a}\n  - {tanh: , name: b}\n  - {relu: , from: a, name: c}\n"
        "outputs: {c: c, b: {from: b, training: true}}\n"
    )
    assert found.runs == [True, False, True]


def test_places() -> None:
    """A layer stands at its type, an option at its value; a shipped block's layer where the block is called."""
    found = subject(
        "input: [8, 8, 8]\nlayers:\n  - conv:\n      out: 8\n      kernel: 3\n  - {squeeze_excite: {squeeze: 2}}\n  - relu\n"
    )
    conv, inside = found.nodes[0], next(node for node in found.nodes if node.calls)
    assert (found.place(conv).line, found.place(conv, "kernel").line, found.place(conv, "bias").line) == (3, 5, 3)
    assert inside.span.file == "squeeze_excite.yaml"
    assert (found.place(inside).file, found.place(inside).line) == ("model.yaml", 6)
    assert found.item(inside) is None
    assert found.set_option(inside, "bias", "false") == ()


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("  - batch_norm", "  - batch_norm: {eps: 1}"),
        ("  - batch_norm: 0.1", "  - batch_norm: 1"),
        ("  - batch_norm: {eps: 0.1}  # why", "  - batch_norm: {eps: 1}  # why"),
        ("  - batch_norm: {momentum: 0.1}", "  - batch_norm: {momentum: 0.1, eps: 1}"),
        ("  - batch_norm:\n      momentum: 0.1", "  - batch_norm:\n      eps: 1\n      momentum: 0.1"),
        (
            "  - {batch_norm: {momentum: 0.1,\n      affine: true}}",
            "  - {batch_norm: {momentum: 0.1,\n      affine: true, eps: 1}}",
        ),
        ("  - sequence: [relu, batch_norm]", "  - sequence: [relu, batch_norm: {eps: 1}]"),
        # left alone: nothing there, a default, an expression, an alias, a merged key, quotes
        ("  - {batch_norm: , name: a}", None),
        ("  - batch_norm: {}", None),
        ("  - batch_norm: $e", None),
        ("  - batch_norm: {eps: $e}", None),
        ("  - 'batch_norm'", None),
        ("  - batch_norm: &a {momentum: 0.1}\n  - batch_norm: *a", None),
        ("  - relu: &a {}\n  - batch_norm: {<<: *b}", None),
        ("  - batch_norm: {momentum: *m}", None),
    ],
)
def test_set_option(written: str, mended: str | None) -> None:
    """An option is written as the rest of the layer is, or not at all where the place may mean something else."""
    text = f"input: [3, 8, 8]\nparams: {{e: 0.1, m: &m 0.2, b: &b {{momentum: 0.1}}}}\nlayers:\n{written}\n"
    found = subject(text)
    node = next(node for node in found.nodes if node.op == "batch_norm")
    edits = found.set_option(node, "eps", "1")
    if mended is None:
        assert edits == ()
        return
    new, _ = apply(text, [found.finding(node, "", edits=edits)])
    assert new == text.replace(written, mended)
    assert api.read("model.yaml", text=new).findings == api.read("model.yaml", text=text).findings


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("dropout: 0.5", "dropout: 0.1"),
        ("linear: 8", "linear: {out: 8, bias: false}"),
        ("linear: $w", "linear: {out: $w, bias: false}"),
        ("softmax: 'channels'", None),
        ("dropout: $w / 10", None),
        ("linear: 8.5", None),
    ],
)
def test_bare_values(written: str, mended: str | None) -> None:
    """A bare value becomes the first of several options, whatever it is; one that goes over lines is left."""
    text = f"input: [3]\nparams: {{w: 4}}\nlayers:\n  - {written}\n"
    found = subject(text)
    name, value = ("rate", "0.1") if "dropout" in written else ("bias", "false")
    edits = found.set_option(found.nodes[0], name, value)
    new, _ = apply(text, [found.finding(found.nodes[0], "", edits=edits)])
    assert new == (text if mended is None else text.replace(written, mended))
