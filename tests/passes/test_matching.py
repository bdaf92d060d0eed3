"""A table of names and shapes against a network: what loads, what differs, prefixes, near names, Keras's layout."""

from __future__ import annotations

import pytest

from cnninspect.passes.matching import Matching, Row, Turn, match, wanted
from cnninspect.values import Problem, Shape
from tests.support.models import graph_of

SMALL = """
input: [3, 4, 4]
layers:
  - {conv: {out: 8, kernel: 3, padding: 1}, name: stem.conv}
  - {batch_norm: , name: stem.bn}
  - {depthwise_conv: {kernel: 3, padding: 1, bias: false}, name: dw}
  - flatten
  - dropout
  - {linear: 5, name: fc}
"""
TABLE: dict[str, Shape] = {
    "stem.conv.weight": (8, 3, 3, 3),
    "stem.conv.bias": (8,),
    "stem.bn.weight": (8,),
    "stem.bn.bias": (8,),
    "stem.bn.running_mean": (8,),
    "stem.bn.running_var": (8,),
    "stem.bn.num_batches_tracked": (),
    "dw.weight": (8, 1, 3, 3),
    "fc.weight": (5, 128),
    "fc.bias": (5,),
}
GRAPH = graph_of(SMALL)


def said(found: Matching) -> list[tuple[str, str | None, str | None, str | None]]:
    """What does not simply load: status, names on both sides, near name."""
    return [(row.status, row.key, row.stored, row.near) for row in found.rows if row.status != "loads"]


def test_everything_fits() -> None:
    """A table of the network's own tensors loads whole, in the network's order."""
    assert {key: want.shape for key, want in wanted(GRAPH).items()} == TABLE
    found = match(GRAPH, dict(reversed(TABLE.items())))
    assert [row.key for row in found.rows] == list(TABLE)
    assert (said(found), found.differences, found.stripped, found.count("loads")) == ([], 0, (), 10)


def test_missing_unexpected_and_wrong() -> None:
    """Each tensor that differs is one row, with the near name of the same shape on the other side."""
    table = {**TABLE, "stem.conv.weigth": (8, 3, 3, 3), "other": (7,), "fc.bias": (6,)}
    del table["stem.conv.weight"]
    found = match(GRAPH, table)
    assert said(found) == [
        ("missing", "stem.conv.weight", None, "stem.conv.weigth"),
        ("shape", "fc.bias", "fc.bias", None),
        ("unexpected", None, "stem.conv.weigth", "stem.conv.weight"),
        ("unexpected", None, "other", None),
    ]
    assert found.rows[9] == Row("shape", "fc.bias", "fc.bias", (5,), (6,), 5)
    assert found.differences == 4


def test_a_name_is_near_to_one_only() -> None:
    """Two names that look alike are not both meant for one tensor; the same last word counts."""
    table = {key: shape for key, shape in TABLE.items() if key not in ("stem.bn.weight", "stem.bn.bias")}
    found = match(GRAPH, {**table, "stem.bm.bias": (8,), "stem.bm.weight": (8,), "stem.bx.bias": (8,)})
    near = [(row.stored, row.near) for row in found.rows if row.status == "unexpected"]
    assert near == [("stem.bm.bias", "stem.bn.bias"), ("stem.bm.weight", "stem.bn.weight"), ("stem.bx.bias", None)]
    assert {row.near for row in match(GRAPH, {**table, "stem.bm.bias": (8,)}, near=False).rows} == {None}


def test_the_same_letters_are_no_near_name() -> None:
    """Names of the same letters in another order are not near."""
    found = match(GRAPH, {"weight.conv.stem": (8, 3, 3, 3)})
    assert [row.near for row in found.rows if row.near is not None] == []


def test_what_batch_norm_counts() -> None:
    """A missing count of batches begins at 0 and is no difference; one that is written as (1,) is one number."""
    table = {key: shape for key, shape in TABLE.items() if "num_batches" not in key}
    found = match(GRAPH, table)
    assert (said(found), found.differences) == ([("defaulted", "stem.bn.num_batches_tracked", None, None)], 0)
    assert match(GRAPH, {**TABLE, "stem.bn.num_batches_tracked": (1,)}).differences == 0


def test_shared_weights() -> None:
    """A layer that shares weights stores none; a checkpoint may have them twice, of the same shape."""
    graph = graph_of("input: [4]\nlayers: [{linear: 4, name: one}, {linear: 4, share: one, name: two}]")
    table: dict[str, Shape] = {"one.weight": (4, 4), "one.bias": (4,), "two.weight": (4, 4), "two.bias": (5,)}
    found = match(graph, table)
    assert said(found) == [("tied", "two.weight", "two.weight", None), ("unexpected", None, "two.bias", None)]


# --- prefixes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix", ["module.", "model.", "backbone.", "_orig_mod.", "module._orig_mod.", "model.module."]
)
def test_a_prefix_that_every_name_carries(prefix: str) -> None:
    """Known prefixes, several too, are taken away where all names carry them."""
    found = match(GRAPH, {prefix + key: shape for key, shape in TABLE.items()})
    assert (said(found), "".join(found.stripped)) == ([], prefix)


def test_a_prefix_that_belongs_to_the_network() -> None:
    """A prefix stays where the names with it are the network's own."""
    graph = graph_of("input: [4]\nlayers: [{linear: 4, name: model.fc}]")
    found = match(graph, {"model.fc.weight": (4, 4), "model.fc.bias": (4,)})
    assert (said(found), found.stripped) == ([], ())
    found = match(graph, {"module.model.fc.weight": (4, 4), "module.model.fc.bias": (4,)})
    assert (said(found), found.stripped) == ([], ("module.",))


def test_a_prefix_that_some_names_carry() -> None:
    """A prefix that most names carry is mentioned, and stays."""
    table = {"model." + key: shape for key, shape in TABLE.items()}
    found = match(GRAPH, {**table, "loss.weight": (2,)})
    assert (found.carried, found.stripped, found.count("missing")) == (("model.", 10), (), 9)


def test_a_known_prefix_before_foreign_names() -> None:
    """A known prefix that most names carry is mentioned, though the network has none of them."""
    found = match(GRAPH, {"module.a.x": (2,), "module.a.y": (2,), "b": (2,)})
    assert (found.carried, found.stripped, found.count("loads")) == (("module.", 2), (), 0)


def test_a_prefix_that_nobody_knows() -> None:
    """A prefix behind which most of the network's names stand is mentioned, whatever it is called, and stays."""
    table = {"net.encoder_q." + key: shape for key, shape in TABLE.items()}
    found = match(GRAPH, {**table, "net.queue": (2,)})
    assert (found.carried, found.stripped, found.count("loads")) == (("net.encoder_q.", 10), (), 0)
    assert match(GRAPH, {"a.x": (2,), "a.y": (2,)}).carried is None
    assert match(GRAPH, TABLE).carried is None


def test_a_prefix_that_is_asked_for() -> None:
    """Any prefix is taken away on request, with or without its point; nothing where it is empty."""
    table = {"encoder." + key: shape for key, shape in TABLE.items()}
    for prefix in ("encoder", "encoder."):
        found = match(GRAPH, {**table, "rest": (1,)}, prefix=prefix)
        assert (said(found), found.stripped) == ([("unexpected", None, "rest", None)], ("encoder.",))
    assert match(GRAPH, {"module." + key: shape for key, shape in TABLE.items()}, prefix="").count("loads") == 0


def test_prefixes_that_cannot_be_taken_away() -> None:
    """A prefix that no name carries is refused, and one without which two names are the same."""
    with pytest.raises(Problem, match="no name of the checkpoint begins with 'x'") as raised:
        match(GRAPH, TABLE, prefix="x")
    assert raised.value.help == "the first one is 'stem.conv.weight'"
    with pytest.raises(Problem, match="no name of the checkpoint begins with 'x'") as raised:
        match(GRAPH, {}, prefix="x")
    assert raised.value.help == "it has none"
    with pytest.raises(Problem, match=r"without 'x\.', 'a' and 'x\.a' are both 'a'"):
        match(GRAPH, {"a": (), "x.a": ()}, prefix="x.")


def test_other_names_for_the_same_shapes() -> None:
    """The same shapes in the same order under other names are recognised."""
    renamed = {f"layer{index}": shape for index, shape in enumerate(TABLE.values()) if shape != ()}
    assert match(GRAPH, renamed).renamed
    assert not match(GRAPH, {**renamed, "more": (1,)}).renamed
    assert not match(GRAPH, TABLE).renamed


def test_a_great_many_names() -> None:
    """Near names are looked for as long as that is quick."""
    found = match(
        GRAPH, {"stem.conv.bias_": (8,), **{f"{index}": (8,) for index in range(9000)}, "stem.bn.bias_": (8,)}
    )
    assert [row.near for row in found.rows if row.near is not None] == ["stem.conv.bias_", "stem.conv.bias"]


# --- Keras ---------------------------------------------------------------------------------

KERAS: dict[str, Shape] = {
    "net/stem/conv/kernel:0": (3, 3, 3, 8),
    "net/stem/conv/bias:0": (8,),
    "net/stem/bn/gamma:0": (8,),
    "net/stem/bn/beta:0": (8,),
    "net/stem/bn/moving_mean:0": (8,),
    "net/stem/bn/moving_variance:0": (8,),
    "net/dw/depthwise_kernel:0": (3, 3, 8, 1),
    "net/fc/kernel:0": (128, 5),
    "net/fc/bias:0": (5,),
}


def test_keras_layout() -> None:
    """Keras's names and axes become torch's; behind a flatten features are put in torch's order."""
    found = match(GRAPH, KERAS, layout="keras")
    assert said(found) == [("defaulted", "stem.bn.num_batches_tracked", None, None)]
    turns = {row.key: row.turn for row in found.rows if row.turn is not None}
    assert turns == {
        "stem.conv.weight": Turn((3, 3, 3, 8), (3, 2, 0, 1), (8, 3, 3, 3)),
        "dw.weight": Turn((3, 3, 8, 1), (2, 3, 0, 1), (8, 1, 3, 3)),
        "fc.weight": Turn((4, 4, 8, 5), (3, 2, 0, 1), (5, 128)),
    }


def test_keras_layout_under_torch_names() -> None:
    """Tensors of torch's names that would fit with their axes moved are counted."""
    table = {
        **TABLE,
        "stem.conv.weight": (3, 3, 3, 8),
        "dw.weight": (3, 3, 8, 1),
        "fc.weight": (128, 5),
        "fc.bias": (4,),
    }
    found = match(GRAPH, table)
    assert (found.count("shape"), found.turned) == (4, 3)
    assert said(match(GRAPH, table, layout="keras")) == [("shape", "fc.bias", "fc.bias", None)]


def test_dense_layers_on_vectors() -> None:
    """A dense layer on a vector, or on a map of one position, is transposed only."""
    graph = graph_of(
        """
        input: [6, 4, 4]
        layers:
          - global_avg_pool
          - flatten
          - {linear: 3, name: one}
          - relu
          - {linear: 3, name: two}
        """
    )
    found = match(
        graph, {"one/kernel": (6, 3), "one/bias": (3,), "two/kernel": (3, 3), "two/bias": (3,)}, layout="keras"
    )
    assert [row.turn for row in found.rows] == [Turn((6, 3), (1, 0), (3, 6)), None, Turn((3, 3), (1, 0), (3, 3)), None]
    graph = graph_of("input: [6]\nlayers: [{linear: 3, name: one}]")
    assert match(graph, {"one/kernel": (6, 3)}, layout="keras").rows[0].turn == Turn((6, 3), (1, 0), (3, 6))


def test_separable_layers_and_names_that_are_not_known() -> None:
    """A separable convolution has two kernels; what nothing is known of keeps its name; two never mean one tensor."""
    graph = graph_of("input: [4, 9, 9]\nlayers: [{separable_conv: {out: 6, kernel: 3}, name: sep}]")
    table: dict[str, Shape] = {
        "sep/depthwise_kernel": (3, 3, 4, 1),
        "sep/pointwise_kernel": (1, 1, 4, 6),
        "sep/bias": (6,),
        "a/sep/bias": (6,),
        "counter": (),
        "x.kernel": (2,),
    }
    found = match(graph, table, layout="keras")
    assert found.count("loads") == 3
    assert said(found) == [
        ("unexpected", None, "a/sep/bias", None),
        ("unexpected", None, "counter", None),
        ("unexpected", None, "x.kernel", None),
    ]


def test_no_tensor_is_lost() -> None:
    """Names that mean the same tensor, in whatever order, are each told once; torch's own name comes first."""
    table: dict[str, Shape] = {
        "fc/kernel": (128, 5),
        "x.kernel": (1,),
        "x/kernel": (1,),
        "x.weight": (1,),
        "fc.weight": (128, 5),
    }
    found = match(GRAPH, table, layout="keras")
    assert [(row.status, row.stored) for row in found.rows if row.stored] == [
        ("loads", "fc.weight"),
        ("unexpected", "fc/kernel"),
        ("unexpected", "x.kernel"),
        ("unexpected", "x/kernel"),
        ("unexpected", "x.weight"),
    ]


def test_kernels_that_are_others() -> None:
    """A kernel whose axes fit in no order is of another shape."""
    found = match(
        GRAPH, {"stem/conv/kernel": (3, 3, 3, 9), "fc/kernel": (127, 5), "dw/kernel": (3, 3, 8)}, layout="keras"
    )
    assert [(row.key, row.status) for row in found.rows if row.stored] == [
        ("stem.conv.weight", "shape"),
        ("dw.weight", "shape"),
        ("fc.weight", "shape"),
    ]
    assert [row.kept for row in found.rows if row.stored] == [(3, 3, 3, 8), (3, 3, 8, 1), (128, 5)]


def test_torch_shapes_are_not_kept_in_keras() -> None:
    """In Keras's layout torch's own shapes are those of other tensors, but for tensors of one axis."""
    table = {key: shape for key, shape in TABLE.items() if shape}
    found = match(GRAPH, table, layout="keras")
    assert [(row.key, row.kept) for row in found.rows if row.status == "shape"] == [
        ("stem.conv.weight", (3, 3, 3, 8)),
        ("dw.weight", (3, 3, 8, 1)),
        ("fc.weight", (128, 5)),
    ]
    assert match(GRAPH, {"fc.bias": (6,)}, layout="keras").rows[-1].kept is None
    assert [row.kept for row in match(GRAPH, TABLE).rows] == [None] * 10


def test_a_network_with_an_unknown_layer() -> None:
    """A layer of which nothing is known stores nothing that is known."""
    from cnninspect import api

    broken = api.read(
        "model.yaml", text="input: [4]\nlayers: [{linear: 4, name: a}, {conv: {out: 0, kernel: 1}, name: b}]"
    ).graph
    assert broken is not None
    assert list(wanted(broken)) == ["a.weight", "a.bias"]
