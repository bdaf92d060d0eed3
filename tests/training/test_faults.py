"""What goes wrong in a training is said: where, why, and what to do; what was good stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch

from cnninspect import api
from cnninspect.training import loop
from tests.support.training import SMALL, digest, figures, trained, wish

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.torch

EXPLODING = SMALL.replace("  - batch_norm\n", "").replace("  - dropout: 0.2\n", "")
"""Nothing in it holds numbers back."""


def test_a_loss_that_is_no_number_ends_it_with_step_layer_and_checkpoint(tmp_path: Path) -> None:
    """The step and the first layer are named, and the last good checkpoint, which stays the newest."""
    asked = wish(
        tmp_path, text=EXPLODING, optimizer="sgd", lr=0.01, schedule="step", milestones=[1], factor=1, epochs=1
    )
    trained(asked)
    good = digest(tmp_path / "run" / "last.pt")
    plan = api.plan_training(asked._replace(options={"epochs": 3}))

    class Spoiling(api.Listener):
        """Turns a weight to infinity after the second step of the second epoch."""

        def __init__(self) -> None:
            self.steps = 0

        def stepped(self, *told: Any) -> None:
            self.steps += 1
            if self.steps == 2:
                training = told[2].__self__
                with torch.no_grad():
                    training.engine.network.get_parameter("0.weight")[1] = float("inf")

    found = api.train_planned(plan, asked, Spoiling())
    (problem,) = found.outcome.problems
    assert (found.outcome.reason, problem.code) == ("not-finite", "loss-not-finite")
    assert problem.message == "the loss is not a number at step 15 (epoch 2, batch 3)"
    first, last = problem.notes
    assert first.startswith("the first layer that makes one is '0' (")
    assert first.endswith("the step before has already made some of '0.weight'")
    assert last.startswith("the last good checkpoint is ")
    assert digest(tmp_path / "run" / "last.pt") == good


@pytest.mark.parametrize("looks", [True, False], ids=["cpu", "device"])
def test_the_step_is_found_where_looking_costs(looks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """A device that is not looked at each step is found out later, and the run is done again to find the step."""
    original = loop.Loop.__init__

    def begun(self: loop.Loop, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        self.engine.looks = looks

    monkeypatch.setattr(loop.Loop, "__init__", begun)
    found = trained(wish(tmp_path, text=EXPLODING, optimizer="sgd", lr=1e15, schedule="constant", epochs=1))
    (problem,) = found.outcome.problems
    assert problem.message.startswith("the loss is not a number at step 3")
    assert problem.notes[0].startswith("the first layer that makes one is '")
    assert problem.notes[1] == "there is no checkpoint yet"


class Last(api.Listener):
    """Turns a weight to infinity after the last step of an epoch, once or every time."""

    def __init__(self, *, once: bool) -> None:
        self.left = 1 if once else 2

    def stepped(self, *told: Any) -> None:
        if told[0] == 12 and self.left:
            self.left -= 1
            training = told[2].__self__
            with torch.no_grad():
                training.engine.network.get_parameter("0.weight")[1] = float("inf")


def test_weights_that_the_last_step_spoils_are_not_kept(tmp_path: Path) -> None:
    """A good loss before a step that spoils a weight makes no checkpoint after it; the epoch is tried once more."""
    found = trained(wish(tmp_path, run="twice", epochs=1), Last(once=False))
    (problem,) = found.outcome.problems
    assert (problem.code, found.outcome.reason) == ("loss-not-finite", "not-finite")
    assert not (tmp_path / "twice" / "last.pt").exists()
    once = trained(wish(tmp_path, run="once", epochs=1), Last(once=True))
    whole = trained(wish(tmp_path, run="whole", epochs=1))
    assert figures(once.outcome.epochs) == figures(whole.outcome.epochs)


def test_a_loss_that_never_moves_is_called_what_it_is(tmp_path: Path) -> None:
    """A network that answers as if it guessed has learned nothing, and that is said."""
    found = trained(wish(tmp_path, lr=0, label_smoothing=0, text=SMALL.replace("linear: $classes", "linear: $classes\n  - linear: $classes\n    init: {weight: 0.0, bias: 0.0}"), schedule="constant"))  # fmt: skip
    (problem,) = found.outcome.problems
    assert problem.message == (
        "the loss stays at ln(10) = 2.303: the network answers as if it guessed, and has learned nothing"
    )
    assert found.outcome.reason == "done"


def test_training_ends_when_nothing_gets_better(tmp_path: Path) -> None:
    """With patience a run ends so many epochs after its best one."""
    found = trained(wish(tmp_path, lr=0, schedule="constant", epochs=9, patience=2, text=SMALL.replace("  - dropout: 0.2\n", "").replace("  - batch_norm\n", "")))  # fmt: skip
    assert (found.outcome.reason, len(found.outcome.epochs)) == ("patience", 3)
    assert [epoch.best for epoch in found.outcome.epochs] == [True, False, False]


def test_the_same_seed_is_the_same_run_and_another_is_not(tmp_path: Path) -> None:
    """All that is random follows from the seed, also where torch is told to be deterministic."""
    try:
        one, same, other = (
            figures(trained(wish(tmp_path, run=run, seed=seed, epochs=1, deterministic=True)).outcome.epochs)
            for run, seed in (("a", 5), ("b", 5), ("c", 6))
        )
    finally:
        torch.use_deterministic_algorithms(False)
    assert one == same
    assert one != other


def test_one_batch_is_learned_by_heart_or_not(tmp_path: Path) -> None:
    """A network that can learn knows a batch soon; one that cannot is found out."""
    asked = wish(tmp_path, batch=32, lr=0.01)
    proof = api.prove_planned(api.plan_training(asked))
    assert (proof.known, proof.problem(), proof.images) == (True, None, 32)
    dead = wish(tmp_path, batch=32, lr=0, text=EXPLODING)
    failed = api.prove_planned(api.plan_training(dead))
    problem = failed.problem()
    assert problem is not None
    assert problem.message == "the network has not learned one batch of 32 images in 500 steps"


def test_rates_are_tried_until_the_loss_bursts(tmp_path: Path) -> None:
    """Rates grow by the same factor, and the one suggested lies well below the one that bursts."""
    found = api.find_planned_rate(api.plan_training(wish(tmp_path, optimizer="sgd", momentum=0)), first=1e-4, last=1e6, steps=60)  # fmt: skip
    rates = [one.rate for one in found.tried]
    assert rates[:2] == pytest.approx([1e-4, 1e-4 * 1e10 ** (1 / 59)])
    assert found.ended == "diverged"
    assert found.suggested is not None
    assert 1e-3 < found.suggested < rates[-1] / 10


def test_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written ends the run with the reason, and the checkpoints before stay intact."""
    from cnninspect.training import sealed

    asked = wish(tmp_path, epochs=1)
    trained(asked)
    before = digest(tmp_path / "run" / "last.pt")

    def full(*given: Any) -> None:
        del given
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed, "write", full)
    with pytest.raises(api.CannotRun) as stopped:
        trained(asked._replace(options={"epochs": 3}))
    assert stopped.value.problem.code == "cannot-save"
    assert "no space left on device" in stopped.value.problem.message
    assert digest(tmp_path / "run" / "last.pt") == before
