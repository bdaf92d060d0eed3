"""A run that was stopped anywhere ends as the one that was not, bit for bit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch

from cnninspect import api
from tests.support.training import SMALL, digest, figures, trained, wish

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.training.metrics import Scores

pytestmark = pytest.mark.torch

RECIPES: dict[str, dict[str, Any]] = {
    "adamw": {},
    "ema": {"ema": 0.9, "optimizer": "sgd", "nesterov": True, "lr": 0.05},
    "parts": {"accumulate": 3, "clip": 1, "mixup": 0.2, "schedule": "cosine", "warmup": 0.5},
    "rmsprop": {"optimizer": "rmsprop", "rotate": 10, "erase": 0.2, "schedule": "step", "milestones": [1]},
    "half": {"precision": "bf16"},
}


class Killed(Exception):
    """The process is gone."""


class Killer(api.Listener):
    """Ends a training after so many steps, or while it judges for the so manieth time."""

    def __init__(self, *, step: int = 0, judging: int = 0) -> None:
        self.left = step
        self.judged = judging

    def stepped(self, *told: object) -> None:
        del told
        self.left -= 1
        if self.left == 0:
            raise Killed

    def judging(self) -> None:
        self.judged -= 1
        if self.judged == 0:
            raise Killed


def lines(folder: Path) -> list[dict[str, object]]:
    """The log, times left out."""
    found = [json.loads(line) for line in (folder / "metrics.jsonl").read_text("utf-8").splitlines()]
    return [{key: value for key, value in line.items() if "second" not in key} for line in found]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_killed_run_ends_as_one_that_was_not(recipe: dict[str, Any], tmp_path: Path) -> None:
    """Weights, scores and the log are those of the run that nobody stopped, whatever has a state."""
    whole = trained(wish(tmp_path, run="whole", **recipe))
    asked = wish(tmp_path, run="killed", every_steps=4, **recipe)
    for step in (3, 7, 6):  # before the first checkpoint, after one in the middle, after the first epoch
        with pytest.raises(Killed):
            trained(asked, Killer(step=step))
    found = trained(asked)
    assert figures(found.outcome.epochs) == figures(whole.outcome.epochs)
    assert digest(tmp_path / "killed" / "last.pt") == digest(tmp_path / "whole" / "last.pt")
    assert lines(tmp_path / "killed") == lines(tmp_path / "whole")
    assert found.outcome.confusion == whole.outcome.confusion


def test_a_run_killed_while_it_judges_goes_on_before_that(tmp_path: Path) -> None:
    """The epoch's steps after the last checkpoint are done again, and the epoch is judged once."""
    whole = trained(wish(tmp_path, run="whole"))
    asked = wish(tmp_path, run="killed", every_steps=5)
    with pytest.raises(Killed):
        trained(asked, Killer(judging=2))
    assert figures(trained(asked).outcome.epochs) == figures(whole.outcome.epochs)
    assert digest(tmp_path / "killed" / "last.pt") == digest(tmp_path / "whole" / "last.pt")


def test_a_run_that_is_done_stays_as_it_is(tmp_path: Path) -> None:
    """Going on with a finished run trains nothing and tells how it went."""
    asked = wish(tmp_path)
    first = trained(asked)
    before = digest(tmp_path / "run" / "last.pt")
    again = trained(asked)
    assert (again.outcome.reason, figures(again.outcome.epochs)) == ("done", figures(first.outcome.epochs))
    assert (again.outcome.confusion, digest(tmp_path / "run" / "last.pt")) == (first.outcome.confusion, before)


def test_more_epochs_may_be_asked_for(tmp_path: Path) -> None:
    """Options that change no step may be others when a run goes on."""
    trained(wish(tmp_path, epochs=1, schedule="constant"))
    more = trained(wish(tmp_path, epochs=3, schedule="constant"))
    assert [epoch.number for epoch in more.outcome.epochs] == [1, 2, 3]


def test_a_run_needs_no_model_to_go_on(tmp_path: Path) -> None:
    """The folder has all that it takes: the network, the recipe and the state."""
    asked = wish(tmp_path, epochs=1)
    trained(asked)
    found = trained(api.TrainWish(run=asked.run))
    assert found.plan.graph.name == "small"
    assert found.plan.recipe.batch == 128


def test_another_network_is_refused_with_the_difference(tmp_path: Path) -> None:
    """A run trains the network that it was begun with; the difference is told."""
    trained(wish(tmp_path, epochs=1))
    with pytest.raises(api.CannotRun) as refused:
        trained(wish(tmp_path, epochs=1, text=SMALL.replace("out: 8", "out: 9")))
    assert refused.value.problem.message.endswith("trains another network than the one that is asked for")
    case = getattr(refused.value, "case")  # noqa: B009 - of a class that is not exported
    assert case.comparison is not None
    assert not case.comparison.same


def test_other_options_are_refused_by_name(tmp_path: Path) -> None:
    """What changes a step stays as it was begun, and the message says what differs."""
    asked = wish(tmp_path, epochs=1)
    trained(asked)
    with pytest.raises(api.CannotRun) as refused:
        trained(wish(tmp_path, epochs=1, lr=0.5))
    assert refused.value.problem.notes == ("lr is 0.003 there, and 0.5 is asked for",)


def test_other_images_are_refused(tmp_path: Path) -> None:
    """A run whose images have changed does not go on as if nothing had happened."""
    numbers = torch.arange(64, dtype=torch.float32).reshape(1, 1, 8, 8)

    def write(seed: int) -> None:
        import numpy as np

        random = torch.Generator().manual_seed(seed)
        images = (numbers + torch.randn(60, 1, 8, 8, generator=random)).byte().numpy()
        np.savez(tmp_path / "images.npz", images=images, labels=np.arange(60) % 10)

    write(0)
    spec = f"npz:{tmp_path / 'images.npz'}"
    trained(wish(tmp_path, data=spec, epochs=1))
    write(1)
    with pytest.raises(api.CannotRun) as refused:
        trained(wish(tmp_path, data=spec, epochs=2))
    assert refused.value.problem.code == "other-run"


def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path: Path) -> None:
    """What is damaged is told of, and the run goes on from the one before to the same end."""
    whole = trained(wish(tmp_path, run="whole", epochs=3))
    asked = wish(tmp_path, run="killed", epochs=3)
    with pytest.raises(Killed):
        trained(asked, Killer(step=30))
    newest = max((tmp_path / "killed" / "checkpoints").glob("*.pt"))
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.write_bytes(data)
    told: list[str] = []

    class Listening(api.Listener):
        def resumed(self, *place: Any) -> None:
            told.extend(place[-1])

    found = trained(asked, Listening())
    assert "is damaged" in told[0]
    assert figures(found.outcome.epochs) == figures(whole.outcome.epochs)
    assert digest(tmp_path / "killed" / "last.pt") == digest(tmp_path / "whole" / "last.pt")


def test_scores_do_not_disturb(tmp_path: Path) -> None:
    """Looking at the scores in an epoch's middle changes nothing."""

    class Looking(api.Listener):
        def stepped(self, *place: Any) -> None:
            seen: Scores = place[-1]()
            assert seen.images > 0

    looked = trained(wish(tmp_path, run="looked"), Looking())
    assert figures(looked.outcome.epochs) == figures(trained(wish(tmp_path)).outcome.epochs)
