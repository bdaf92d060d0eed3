"""Memory of small networks, worked out by hand, and the sums."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.passes.memory import Fit, Largest, Stored, largest_batch, memory, memory_totals
from cnninspect.passes.memory_use import usage
from tests.support.models import graph_of

PLAIN = """
    input: [3, 8, 8]
    layers:
      - conv: {out: 4, kernel: 3, padding: 1}
      - batch_norm
      - relu
      - max_pool: 2
      - flatten
      - linear: 10
"""
# elements of a sample: input 192, conv, batch_norm and relu 256 each, max_pool 64, linear 10
# weights: conv 4·3·9 + 4 = 112, batch_norm 8, linear 640 + 10 = 650


def test_a_network_by_hand() -> None:
    """Every figure of a small network at batch 2 in float32 is what one counts on paper."""
    found = memory(graph_of(PLAIN), batch=2, optimizer="adam")
    # batch_norm stores 2·4 statistics and an int64 counter; adam twice the weights and a count for each of 6 tensors
    assert found.stored == Stored(4 * 770, 4 * 8 + 8, 4 * 770, 2 * 4 * 770 + 4 * 6)
    assert [moment.alive for moment in found.timeline] == [
        8 * (192 + 256),
        8 * (256 + 256),
        8 * 256,  # in place
        8 * (256 + 64) + 2 * 8 * 64,  # with indices of 8 bytes
        8 * 64,  # a view
        8 * (64 + 10),
    ]
    assert [moment.saved for moment in found.timeline] == [
        8 * 192,  # its input, for the gradient of its weights
        8 * 256 + 4 * 2 * 4,  # its input, the mean and the inverse deviation of 4 channels
        8 * 256,  # its output, which overwrote its input
        2 * 8 * 64,  # indices; its input is the output of relu
        0,
        8 * 64,  # the output of max_pool, through a view
    ]
    assert (found.peak, found.peak_layer) == (8 * 512, "1")
    assert found.saved == 8 * (192 + 256 + 256 + 64) + 32 + 1024
    assert found.inference == 3080 + 40 + 4096
    assert found.training == 3080 + 40 + 3080 + 6184 + found.saved
    assert found.unknown == ()


def test_indices_do_not_grow_with_the_data_type() -> None:
    """Elements take the size of the data type, indices and counters do not."""
    graph = graph_of(PLAIN)
    single, half = memory_totals(graph, 2), memory_totals(graph, 2, "float16")
    indices = 2 * 8 * 64
    assert single.saved_activation_bytes is not None
    assert half.saved_activation_bytes == (single.saved_activation_bytes - indices) // 2 + indices
    assert memory(graph, dtype="float16").stored.buffers == 2 * 8 + 8


@pytest.mark.parametrize(("optimizer", "state"), [("sgd", 0), ("momentum", 3080), ("adam", 6184), ("adamw", 6184)])
def test_optimizers(optimizer: str, state: int) -> None:
    """Sgd keeps nothing, momentum a number for each parameter, adam two and a count for each tensor."""
    assert memory(graph_of(PLAIN), optimizer=optimizer).stored.optimizer == state


def test_optimizers_keep_what_torch_keeps() -> None:
    """The state of torch's optimizers after a step has as many bytes."""
    torch = pytest.importorskip("torch")
    weights = [(4, 3, 3, 3), (4,), (4,), (4,), (10, 64), (10,)]
    makers = {
        "sgd": (torch.optim.SGD, {}),
        "momentum": (torch.optim.SGD, {"momentum": 0.9}),
        "adam": (torch.optim.Adam, {}),
        "adamw": (torch.optim.AdamW, {}),
    }
    for name, (make, options) in makers.items():
        tensors = [torch.zeros(shape, requires_grad=True) for shape in weights]
        optimizer = make(tensors, lr=0.1, **options)
        torch.stack([tensor.sum() for tensor in tensors]).sum().backward()
        optimizer.step()
        kept = [part for state in optimizer.state.values() for part in state.values() if part is not None]
        assert memory(graph_of(PLAIN), optimizer=name).stored.optimizer == sum([part.nbytes for part in kept])


def test_frozen_layers_keep_less() -> None:
    """Without a gradient to make, nothing is kept: not by a frozen stem, nor by relu on the bare input."""
    graph = graph_of(
        "input: [3, 4, 4]\nlayers: [relu, {conv: {out: 2, kernel: 1, trainable: false}}, sigmoid, {linear: 3}]\n"
    )
    found = memory(graph, optimizer="momentum")
    assert [moment.saved for moment in found.timeline] == [0, 0, 0, 4 * 32]  # linear's input
    assert found.stored.gradients == 4 * (3 * 4 + 3)
    assert found.stored.optimizer == found.stored.gradients


def test_shared_tensors_count_once() -> None:
    """Weights that two layers share are stored once, and a tensor that two layers keep is kept once."""
    graph = graph_of(
        """
        input: [4, 4, 4]
        layers:
          - {conv: {out: 4, kernel: 1, bias: false}, name: a}
          - {conv: {out: 4, kernel: 1, bias: false}, from: a, name: b}
          - {share: b, from: a, name: c}
          - add: [b, c]
        """
    )
    found = memory(graph)
    assert found.stored.weights == 4 * (16 + 16)
    assert [moment.saved for moment in found.timeline] == [256, 256, 0, 0]


def test_heads_for_training_are_saved_and_not_alive_at_inference() -> None:
    """A head that exists in training only adds to what is saved and not to the peak."""
    graph = graph_of(
        """
        input: [4, 4, 4]
        layers:
          - {conv: {out: 4, kernel: 1}, name: a}
          - {conv: {out: 64, kernel: 1}, name: aux}
          - {conv: {out: 2, kernel: 1}, from: a, name: main}
        outputs:
          main: main
          aux: {from: aux, training: true}
        """
    )
    found = memory(graph)
    assert [moment.alive for moment in found.timeline] == [4 * 128, None, 4 * 96]
    assert found.peak == 4 * 128
    assert [moment.saved for moment in found.timeline] == [256, 256, 0]


def test_an_output_for_training_alone_is_not_kept_at_inference() -> None:
    """A map of the trunk that only a training step hands out dies at inference when its last reader has run."""
    layers = "input: [1, 4]\nlayers:\n  - {sigmoid: , name: n0}\n  - {conv: {out: 8, kernel: 1}}\n  - {conv: {out: 8, kernel: 1}, name: main}\n"
    kept = memory(graph_of(layers + "outputs: {main: main, helper: n0}\n"))
    calm = memory(graph_of(layers + "outputs: {main: main, helper: {from: n0, training: true}}\n"))
    assert [moment.alive for moment in kept.timeline] == [32, 144, 272]
    assert [moment.alive for moment in calm.timeline] == [32, 144, 256]
    assert calm.peak == 256
    assert calm.saved == kept.saved


def test_a_mistake_makes_totals_unknown() -> None:
    """Behind a layer with a mistake nothing is known: the totals are None and the layers named."""
    graph = api.read("model.yaml", text="input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 9}}, relu]\n").graph
    assert graph is not None
    found = memory(graph)
    assert found.stored == Stored(None, None, None, None)
    assert (found.peak, found.peak_layer, found.saved, found.inference, found.training) == (None,) * 5
    assert found.unknown == ("0", "1")
    assert largest_batch(graph, 2**30) == Largest(2**30, Fit(None, None, None), Fit(None, None, None))


def test_the_largest_batch_is_exact() -> None:
    """At the largest batch the need is within the memory, at one more it is not; too little memory is batch 0."""
    graph = graph_of(PLAIN)
    stored = memory(graph).stored
    assert stored.inference is not None
    one = stored.inference + 4 * 512
    assert largest_batch(graph, one).inference == Fit(1, one, one + 4 * 512)
    assert largest_batch(graph, one - 1).inference == Fit(0, stored.inference, one)
    assert largest_batch(graph, 100).training == Fit(0, 6200, 6200 + (memory(graph).saved or 0))
    many = largest_batch(graph, 2**30, dtype="float16", optimizer="adam")
    for mode in ("inference", "training"):
        fit = getattr(many, mode)
        assert fit.needs == getattr(memory(graph, batch=fit.batch, dtype="float16", optimizer="adam"), mode)
        assert fit.needs <= 2**30 < fit.next_needs


def test_training_needs_what_inference_needs() -> None:
    """Where little is saved, a step of training needs the peak of its forward, and no batch fits that inference does not."""
    graph = graph_of("input: [1, 8, 8]\nlayers: [{conv: {out: 8, kernel: 1, bias: false}}, {avg_pool: 8}]\n")
    found = memory(graph)
    assert (found.peak, found.saved) == (4 * (64 + 512), 4 * (64 + 512))  # the input and the map, alive and saved
    frozen = graph_of("input: [1, 8, 8]\nlayers: [{conv: {out: 8, kernel: 1, bias: false, trainable: false}}]\n")
    still = memory(frozen)
    assert (still.peak, still.saved, still.training) == (2304, 0, 32 + 2304)
    fits = largest_batch(frozen, 10_000)
    assert fits.inference == fits.training == Fit(4, 32 + 4 * 2304, 32 + 5 * 2304)


def test_an_unknown_shape_leaves_everything_unknown() -> None:
    """A network whose first layer has no shape has unknown figures and no mistake of the program's."""
    graph = api.read("m.yaml", text="input: [3, 1000000000, 1000000000]\nlayers: [relu, {conv: 4}]\n").graph
    assert graph is not None
    assert memory_totals(graph) == (None, None, [None, None], [None, None])


def test_regions_multiply() -> None:
    """What follows a region layer is alive and saved once a region."""
    graph = graph_of("input: [4, 8, 8]\nlayers: [{roi_align: {size: 2, regions: 5}}, {conv: {out: 8, kernel: 1}}]\n")
    found = memory(graph)
    assert found.timeline[1].alive == 4 * 5 * (4 * 4 + 8 * 4)
    assert found.timeline[1].saved == 4 * 5 * 16


def test_an_empty_network_needs_nothing() -> None:
    """A network without layers has no peak to speak of, and any batch fits."""
    graph = graph_of(PLAIN)._replace(nodes=(), outputs=())
    assert memory_totals(graph) == (0, 0, [], [])
    assert largest_batch(graph, 1).inference == Fit(2**53 - 1, 0, 0)
    assert usage(graph).unknown == ()
