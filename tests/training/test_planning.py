"""What is looked at before the first step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

from cnninspect import api
from cnninspect.training import preflight
from tests.support.training import SMALL, wish

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.torch


def refused(folder: Path, text: str, **options: Any) -> Any:
    with pytest.raises((api.CannotRun, api.ModelError)) as stopped:
        api.plan_training(wish(folder, text=text, **options))
    return stopped.value


def test_classes_follow_the_images_and_it_is_said(tmp_path: Path) -> None:
    """A param called classes is what the images have, unless somebody says otherwise."""
    plan = api.plan_training(wish(tmp_path, text=SMALL.replace("classes: 10", "classes: 1000")))
    assert plan.preflight.notes == ("classes is 10, as digits has, in place of the file's 1000",)
    assert plan.graph.params["classes"] == 10
    asked = wish(tmp_path)._replace(sets={"classes": "7"})
    with pytest.raises(api.CannotRun) as stopped:
        api.plan_training(asked)
    problem = stopped.value.problem
    assert problem.message == "digits has 10 classes, and '5' gives (7,)"
    assert problem.help == "leave --set classes out: it is 10 then"


def test_sizes_and_channels_are_said(tmp_path: Path) -> None:
    """Images become what the network takes, and each change is a sentence."""
    plan = api.plan_training(wish(tmp_path, text=SMALL.replace("[1, 8, 8]", "[3, 16, 12]")))
    assert plan.preflight.notes == (
        "images have 1 channels and the network 3: they are given to all three channels",
        "images of 8x8 become 16x12, by stretch",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "input: [16]\nlayers: [linear: 10]\n",
            "training takes networks with one input of images (channels, height, width), and this one takes input (16,)",
        ),
        (
            "input: [2, 8, 8]\nlayers: [flatten, linear: 10]\n",
            "the network takes images of 2 channels, and images have 1 (grey) or 3 (colours)",
        ),
        ("input: [1, 8, 8]\nlayers: [flatten, linear: 9]\n", "digits has 10 classes, and '1' gives (9,)"),
        ("input: [1, 8, 8]\nlayers: [conv: {out: 10, kernel: 3}]\n", "digits has 10 classes, and '0' gives (10, 6, 6)"),
        (
            "input: [1, 8, 8]\nlayers: [flatten, {linear: 10, name: a}, {linear: 10, name: b}]\noutputs: [a, b]\n",
            "training takes networks with one answer, and this one gives a, b",
        ),
    ],
)
def test_networks_that_cannot_be_trained_are_refused(text: str, message: str, tmp_path: Path) -> None:
    """What the network takes and gives is held against the images."""
    assert refused(tmp_path, text).problem.message == message


@pytest.mark.parametrize("data", ["synthetic", "folder:nowhere"])
def test_what_no_images_can_train_is_refused_before_any_are_looked_for(data: str, tmp_path: Path) -> None:
    """A network with two answers is told before images are made or missed for it."""
    text = "input: [1, 4096, 4096]\nlayers: [{max: 2, name: a}, {max: 2, name: b, from: input}]\noutputs: [a, b]\n"
    assert refused(tmp_path, text, data=data).problem.message.endswith("one answer, and this one gives a, b")


def test_options_may_mend_what_the_section_contradicts(tmp_path: Path) -> None:
    """A section whose options do not go together stops a training, unless what stands over it says otherwise."""
    text = f"{SMALL}training: {{schedule: step}}\n"
    wrong = refused(tmp_path, text)
    assert [finding.message for finding in wrong.findings] == ["schedule step needs milestones"]
    assert api.plan_training(wish(tmp_path, text=text, milestones=[1])).recipe.milestones == (1,)


def test_budgets_are_kept(tmp_path: Path) -> None:
    """A file that sets itself limits and breaks them is not trained."""
    error = refused(tmp_path, SMALL + "budgets: {parameters: 10}\n")
    assert [finding.code for finding in error.findings] == ["budget-exceeded"]


def test_memory_is_foretold_with_the_largest_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that would not fit is refused before anything is allocated, with what would."""
    monkeypatch.setattr(preflight, "available", lambda _: 300_000)
    problem = refused(tmp_path, SMALL, batch=1000).problem
    assert problem.code == "out-of-memory"
    largest = int(problem.notes[0].rpartition(" ")[2].replace(",", ""))
    assert 1 < largest < 1000
    plan = api.plan_training(wish(tmp_path, batch=largest))
    assert plan.preflight.largest == largest
    parts = -(-1000 // largest)
    assert problem.help.startswith(f"--accumulate {parts} computes")
    api.plan_training(wish(tmp_path, batch=1000, accumulate=parts))


def test_heads_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    """The weights of heads name heads."""
    asked = wish(tmp_path, heads={"aux9": 0.3})
    with pytest.raises(api.CannotRun) as stopped:
        api.train_planned(api.plan_training(asked), asked)
    assert stopped.value.problem.message == "heads names 'aux9'"


def test_there_has_to_be_a_model_or_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model there is nothing to train, and without a run nothing to go on with."""
    monkeypatch.chdir(tmp_path)
    for asked, message in (
        (api.TrainWish(), "there is no model to train"),
        (api.TrainWish(resume=True), "there is no run below 'runs' to go on with"),
        (api.TrainWish(model="lenet5", run="x", resume=True), "there is no run in 'x' to go on with"),
    ):
        with pytest.raises(api.CannotRun) as stopped:
            api.plan_training(asked)
        assert stopped.value.problem.message == message


def test_python_trains_in_one_call(tmp_path: Path) -> None:
    """`cnninspect.train` takes fields of a wish and options of a recipe alike."""
    import cnninspect

    found = cnninspect.train(wish(tmp_path).model, run=str(tmp_path / "there"), epochs=1, batch=256)
    assert (tmp_path / "there" / "best.pt").is_file()
    assert found.plan.recipe.batch == 256
    with pytest.raises(api.CannotRun, match="training has no option 'epoch'"):
        cnninspect.train("lenet5", epoch=1)
