"""A step is what a person would write by hand with torch: same losses, same gradients, same weights."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn
from torch.nn import functional

from cnninspect.data.loading import Batch
from cnninspect.passes.answers import gives
from cnninspect.recipe import Recipe
from cnninspect.training.averaging import Average
from cnninspect.training.engine import Engine
from cnninspect.training.losses import Heads, Objective
from cnninspect.training.metrics import Sums
from cnninspect.training.optimisers import grouped, optimizer_of
from cnninspect.training.preparing import heads_of
from cnninspect.training.schedules import schedule_of
from tests.support.models import graph_of

pytestmark = pytest.mark.torch

PLAIN = "input: [1, 6, 6]\nlayers: [conv: {out: 4, kernel: 3}, relu, flatten, linear: 5]\n"
AUXILIARY = """
input: [1, 6, 6]
layers:
  - {conv: {out: 4, kernel: 3}, name: stem}
  - flatten
  - {linear: 5, name: side, from: prev}
  - {flatten: {}, from: stem}
  - {linear: 5, name: head}
outputs: {main: head, aux: {from: side, training: true}}
"""


def build(text: str = PLAIN) -> Any:
    from cnninspect.backends.build import build_graph

    return build_graph(graph_of(text), seed=1)


def batch(count: int = 12, seed: int = 0, *, soft: bool = False) -> Batch:
    random = torch.Generator().manual_seed(seed)
    images = torch.randn(count, 1, 6, 6, generator=random)
    labels = torch.randint(5, (count,), generator=random)
    shares = torch.rand(count, 5, generator=random)
    return Batch(images, labels, shares / shares.sum(1, keepdim=True) if soft else None, count, count, labels)


def engine(network: Any, *, weights: Any = None, text: str = PLAIN, **options: Any) -> Engine:
    recipe = Recipe({"schedule": "constant", "epochs": 1, **options})
    objective = Objective(recipe, heads_of(graph_of(text), recipe), 5, weights)
    return Engine(network, recipe, objective, schedule_of(recipe, 10), torch.device("cpu"))


def weights_of(network: Any) -> Any:
    return torch.cat([one.detach().flatten() for one in network.parameters()])


LOSSES: dict[str, tuple[dict[str, Any], Any]] = {
    "plain": ({}, functional.cross_entropy),
    "smoothed": (
        {"label_smoothing": 0.1},
        lambda made, wanted: functional.cross_entropy(made, wanted, label_smoothing=0.1),
    ),
    "binary": (
        {"loss": "binary"},
        lambda made, wanted: functional.binary_cross_entropy_with_logits(made, functional.one_hot(wanted, 5).float()),
    ),
    "mse": ({"loss": "mse"}, lambda made, wanted: functional.mse_loss(made, functional.one_hot(wanted, 5).float())),
}


@pytest.mark.parametrize("accumulate", [1, 3, 5])
@pytest.mark.parametrize(("options", "loss"), LOSSES.values(), ids=LOSSES)
def test_a_step_is_that_of_torch_by_hand(options: dict[str, Any], loss: Any, accumulate: int) -> None:
    """Whatever the loss, and in however many parts it is computed, the weights after three steps are torch's."""
    ours, theirs = build(), build()
    made = engine(ours, optimizer="sgd", lr=0.1, weight_decay=0, accumulate=accumulate, **options)
    sums = Sums(torch.device("cpu"))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=0.9)
    total, right = 0.0, 0
    for step in range(3):
        given = batch(seed=step)
        made.step(given, step, sums)
        answer = theirs(given.images)
        value = loss(answer, given.labels)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total += value.item() * 12
        right += int((answer.argmax(1) == given.labels).sum())
    assert torch.allclose(weights_of(ours), weights_of(theirs), atol=1e-6)
    scores = sums.scores(made.world)
    assert scores.loss == pytest.approx(total / 36, rel=1e-5)
    assert (scores.accuracy, scores.images) == (right / 36, 36)


@pytest.mark.parametrize("accumulate", [1, 4])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_class_weights_are_those_of_cross_entropy(accumulate: int, smoothing: float) -> None:
    """A batch in parts divides once by the weights of all of its labels, as torch does in one piece."""
    weights = torch.tensor([0.5, 2.0, 1.0, 3.0, 0.1])
    network = build()
    made = engine(network, weights=weights, accumulate=accumulate, label_smoothing=smoothing, lr=0)
    given, sums = batch(), Sums(torch.device("cpu"))
    wanted = functional.cross_entropy(network(given.images), given.labels, weight=weights, label_smoothing=smoothing)
    made.step(given, 0, sums)
    assert sums.scores(made.world).loss == pytest.approx(wanted.item(), rel=1e-5)


def test_soft_labels_are_learned_in_place_of_hard_ones() -> None:
    """Where images are blended the shares of their classes are what the loss is of."""
    network, given, sums = build(), batch(soft=True), Sums(torch.device("cpu"))
    made = engine(network, lr=0)
    assert given.soft is not None
    wanted = functional.cross_entropy(network(given.images), given.soft)
    made.step(given, 0, sums)
    assert sums.scores(made.world).loss == pytest.approx(wanted.item(), rel=1e-5)


def test_heads_for_training_count_with_their_weight() -> None:
    """The loss of an auxiliary head is added at 0.3, or as the recipe says; judging leaves it out."""
    network, given = build(AUXILIARY), batch()
    both = network(given.images)
    main, aux = (functional.cross_entropy(both[name], given.labels).item() for name in ("main", "aux"))
    for heads, weight in (({}, 0.3), ({"heads": 0.5}, 0.5), ({"heads": {"aux": 0.0}}, 0.0)):
        sums = Sums(torch.device("cpu"))
        made = engine(network, text=AUXILIARY, lr=0, **heads)
        made.step(given, 0, sums)
        assert sums.scores(made.world).loss == pytest.approx(main + weight * aux, rel=1e-5)
    judged = made.judge([given], lambda: False)
    assert judged is not None
    assert judged[0].scores(made.world).loss == pytest.approx(main, rel=1e-5)


GIVES: dict[str, tuple[str, Any]] = {
    "linear: 5": ("scores", lambda made: made),
    "rbf: 5": ("distances", lambda made: -made),
    "softmax": ("shares", lambda made: made.log()),
    "log_softmax": ("log_shares", lambda made: made),
    "sigmoid": ("shares", lambda made: made.log()),
}


@pytest.mark.parametrize("last", GIVES)
def test_the_last_layer_says_what_its_output_means(last: str) -> None:
    """Scores, shares and distances become logits, so that cross-entropy means the same for each."""
    text = f"input: [1, 6, 6]\nlayers: [flatten, linear: 5, {last}, identity]\n"
    word, logits = GIVES[last]
    graph = graph_of(text)
    assert gives(graph, graph.outputs[0].name) == word
    network, given, sums = build(text), batch(), Sums(torch.device("cpu"))
    wanted = functional.cross_entropy(logits(network(given.images)), given.labels)
    made = engine(network, text=text, lr=0)
    made.step(given, 0, sums)
    assert sums.scores(made.world).loss == pytest.approx(wanted.item(), rel=1e-5)


def test_the_nearest_centre_is_the_answer() -> None:
    """Of distances the smallest answers."""
    objective = Objective(Recipe(), Heads("out", "distances", {}), 3)
    assert objective.answers(objective.logits(torch.tensor([[3.0, 1.0, 2.0], [0.5, 9.0, 9.0]]))).tolist() == [1, 0]


def test_one_number_answers_for_two_classes() -> None:
    """A network with a single output says how much it is the second class."""
    objective = Objective(Recipe({"loss": "binary"}), Heads("out", "scores", {}), 2)
    made = torch.tensor([[2.0], [-1.0]])
    targets = objective.targets(torch.tensor([1, 1]), None, 2.0)
    loss, logits = objective(made, targets)
    assert loss.item() == pytest.approx(functional.binary_cross_entropy_with_logits(made, torch.ones(2, 1)).item())
    assert objective.answers(logits).tolist() == [1, 0]


def test_norms_and_biases_do_not_decay() -> None:
    """Weight decay pulls what multiplies; norms, whatever their axes, and biases are spared unless all is to decay."""
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.LayerNorm([2, 4, 4]), nn.Flatten(), nn.Linear(32, 5), nn.PReLU())  # fmt: skip
    names = {id(one): name for name, one in network.named_parameters()}
    decayed, spared = grouped(network, Recipe({"weight_decay": 0.1}))
    assert [names[id(one)] for one in decayed["params"]] == ["0.weight", "4.weight"]
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.1, 0.0)
    assert len(spared["params"]) == 7
    everything, nothing = grouped(network, Recipe({"decay_all": True}))
    assert (len(everything["params"]), nothing["params"]) == (9, [])


def test_frozen_weights_stay() -> None:
    """What does not learn is in no group, and a network without anything to learn can still be trained."""
    network = nn.Linear(2, 2)
    network.weight.requires_grad_(False)
    assert [len(group["params"]) for group in grouped(network, Recipe())] == [0, 1]
    network.bias.requires_grad_(False)
    assert len(optimizer_of(network, Recipe()).param_groups) == 1


OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda weights: torch.optim.SGD(weights, 0.05, 0.9, weight_decay=0.01),
    "adam": lambda weights: torch.optim.Adam(weights, 0.003, weight_decay=0.01),
    "adamw": lambda weights: torch.optim.AdamW(weights, 0.003, weight_decay=0.01),
    "rmsprop": lambda weights: torch.optim.RMSprop(weights, 0.001, momentum=0.9, weight_decay=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_are_torchs(name: str) -> None:
    """Five steps with each optimizer end where torch's own ends, with its default rate."""
    ours, theirs = build(), build()
    made = engine(ours, optimizer=name, decay_all=True)
    optimizer = OPTIMIZERS[name](theirs.parameters())
    for step in range(5):
        given = batch(seed=step)
        made.step(given, step, Sums(torch.device("cpu")))
        optimizer.zero_grad()
        loss: Any = functional.cross_entropy(theirs(given.images), given.labels)
        loss.backward()
        optimizer.step()
    assert torch.allclose(weights_of(ours), weights_of(theirs), atol=1e-6)


def test_gradients_are_clipped_together() -> None:
    """The norm of all gradients is at most what the recipe says."""
    network = build()
    made = engine(network, optimizer="sgd", momentum=0, lr=1, weight_decay=0, clip=0.01)
    before = weights_of(network)
    made.step(batch(), 0, Sums(torch.device("cpu")))
    assert (weights_of(network) - before).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_averaged_weights_follow_their_formula() -> None:
    """After step t the average has moved to the weights by 1 - min(decay, t / (t + 9))."""
    network = nn.Linear(1, 1, bias=False)
    average, expected = Average(network, 0.5), network.weight.item()
    for step in range(1, 30):
        with torch.no_grad():
            network.weight.fill_(float(step))
        average.update(step)
        expected += (1 - min(0.5, step / (step + 9))) * (step - expected)
        assert average.average["weight"].item() == pytest.approx(expected, rel=1e-5)
    with average.instead():
        assert network.weight.item() == pytest.approx(expected, rel=1e-5)
    assert network.weight.item() == 29


def test_a_loss_that_is_no_number_changes_no_weight() -> None:
    """On the CPU a bad loss is seen before its step is taken."""
    from cnninspect.training.engine import NotFinite

    network, given = build(), batch()
    before = weights_of(network)
    given.images[3, 0, 2, 2] = float("nan")
    with pytest.raises(NotFinite):
        engine(network).step(given, 0, Sums(torch.device("cpu")))
    assert torch.equal(weights_of(network), before)


def test_judging_counts_every_class_that_was_taken_for_another() -> None:
    """The confusion matrix has a row for each class as it is, and its sum is the images."""
    network, given = build(), batch(40)
    made = engine(network)
    judged = made.judge([given], lambda: False)
    assert judged is not None
    assert network.training  # as it was before
    rows = judged[1].rows(made.world)
    answers = network.eval()(given.images).argmax(1)
    assert rows == tuple(
        tuple(int(((given.labels == row) & (answers == column)).sum()) for column in range(5)) for row in range(5)
    )
    assert made.judge([given], lambda: True) is None


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_learns_nearly_the_same(precision: str) -> None:
    """Under autocast, with a scaler for fp16, a step is that of float32 but for rounding; weights stay float32."""
    ours, theirs = build(), build()
    half, full = engine(ours, precision=precision, optimizer="sgd"), engine(theirs, optimizer="sgd")
    for step in range(3):
        for one in (half, full):
            one.step(batch(seed=step), step, Sums(torch.device("cpu")))
    assert torch.allclose(weights_of(ours), weights_of(theirs), atol=0.01)
    assert weights_of(ours).dtype == torch.float32


def test_channels_last_is_the_same_network() -> None:
    """The layout of images changes nothing but the time."""
    ours, theirs = build(), build()
    engine(ours, channels_last=True).step(batch(), 0, Sums(torch.device("cpu")))
    engine(theirs).step(batch(), 0, Sums(torch.device("cpu")))
    assert torch.allclose(weights_of(ours), weights_of(theirs), atol=1e-6)
