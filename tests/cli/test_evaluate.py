"""`cnninspect evaluate` and `predict`: what a trained network is worth, and what it takes pictures for."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch")

from cnninspect import api  # noqa: E402
from cnninspect.data.opening import open_data  # noqa: E402
from cnninspect.reports import evaluation as report  # noqa: E402
from tests.cli.test_summary import run  # noqa: E402
from tests.support.saving import flip  # noqa: E402
from tests.support.trained import trained  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has learned the digits a little."""
    return trained(tmp_path_factory.mktemp("learned"))


@pytest.fixture
def copied(learned: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(learned, tmp_path / "run"))


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text("utf-8").splitlines()]


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """The code and message with which something cannot be done."""
    with pytest.raises(api.CannotRun) as caught:
        call()
    return caught.value.problem.code, caught.value.problem.message


# --- evaluate ------------------------------------------------------------------------------


@pytest.mark.parametrize(("which", "entry"), [("best", -1), ("last", -1)])
def test_its_own_data_scores_what_training_logged(which: str, entry: int, learned: Path) -> None:
    """The images held out score to the last digit what the log has of that epoch."""
    found = api.evaluate(str(learned), which=which)
    logged = [one for one in log(learned) if one["best"] or which == "last"][entry]
    assert (found.judged.loss, found.judged.accuracy) == (logged["loss"], logged["accuracy"])
    assert (found.asked.position.step, found.judged.images) == (logged["step"], 359)


def test_what_was_learned_is_not_held_out(tmp_path: Path) -> None:
    """Where a share of the images was held out by --validation, the same images are judged: none of those learned from."""
    import numpy as np

    file, folder = str(tmp_path / "set.npz"), str(tmp_path / "run")
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype="u1")
    np.savez(file, images=images, labels=np.arange(40) % 4)
    options = ("--validation", "0.5", "--epochs", "1", "--batch", "20", "--run", folder)
    made = run("train", "lenet5", "--data", f"npz:{file}", *options)
    assert made.returncode == 0, made.stderr
    found = api.evaluate(folder, which="last")
    (logged,) = log(tmp_path / "run")
    assert (found.judged.images, found.judged.loss) == (20, logged["loss"])


def test_figures_agree_with_each_other(learned: Path) -> None:
    """Rows of the confusion matrix have each class's images, its diagonal those that are right."""
    found = api.evaluate(str(learned / "last.pt"), split="train")
    rows = found.judged.confusion
    labels = open_data("digits").train.labels
    assert [sum(row) for row in rows] == torch.bincount(labels).tolist()
    assert sum(row[place] for place, row in enumerate(rows)) == round(found.judged.accuracy * len(labels))


@pytest.mark.parametrize(("width", "titles"), [(80, report.TITLES), (41, report.TITLES[:5]), (30, report.TITLES[:4])])
def test_the_report_fits_the_terminal(width: int, titles: tuple[str, ...], learned: Path) -> None:
    """A narrow terminal goes without columns, and long lines are folded."""
    found = api.evaluate(str(learned))
    text = report.evaluation(found, [], report.Style(width))
    lines = [line for line in text.splitlines() if str(learned) not in line]
    assert max(map(len, lines)) <= max(width, len("335 of 359 images right, in 0.5 s"))
    assert " ".join(titles) in [" ".join(line.split()) for line in lines]


def test_a_checkpoint_by_hand(learned: Path) -> None:
    """Plain torch with the run's own YAML and the stored transform comes to the same accuracy."""
    state = torch.load(learned / "best.pt", weights_only=True)
    network = api.build(str(learned / "expanded.yaml"))
    network.load_state_dict(state["model"])
    network.eval()
    held = open_data("digits").validation
    images = torch.stack([held.read(number) for number in range(len(held))]).float() / 255
    transform = state["transform"]
    images = (images - transform["mean"][0]) / transform["std"][0]
    with torch.no_grad():
        right = (network(images).argmax(1) == held.labels).double().mean().item()
    assert right == pytest.approx(api.evaluate(str(learned)).judged.accuracy, abs=1e-9)


def test_the_report(learned: Path) -> None:
    """A heading, the scores, a line for each class, and which was taken for which."""
    done = run("evaluate", str(learned))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "tiny  on digits, validation"
    assert lines[1] == f"{learned}/best.pt, epoch 3, step 69, on cpu"
    assert lines[3].startswith("accuracy ")
    assert lines[6].split() == ["class", "images", "right", "recall", "precision", "most", "often", "taken", "for"]
    assert [line.split()[:2] for line in lines[7:9]] == [["0", "36"], ["1", "36"]]
    assert "what it is (rows) and what it was taken for (columns):" in lines


def test_formats(learned: Path) -> None:
    """JSON and CSV have every figure, Markdown the table."""
    found = json.loads(run("evaluate", str(learned), "--format", "json").stdout)
    assert (found["schema"], found["images"], len(found["classes"])) == ("cnninspect.evaluation/1", 359, 10)
    assert found["accuracy"] == log(learned)[-1]["accuracy"]
    rows = list(csv.DictReader(io.StringIO(run("evaluate", str(learned), "--format", "csv").stdout)))
    assert [int(row["taken_for_0"]) for row in rows] == [one["taken_for"][0] for one in found["classes"]]
    assert [float(row["recall"]) for row in rows] == [one["recall"] for one in found["classes"]]
    assert len(run("evaluate", str(learned), "--format", "markdown").stdout.splitlines()) == 16


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits that are held out as pictures in class folders, each named for the number that it shows."""
    pytest.importorskip("PIL")
    place = tmp_path_factory.mktemp("pictures")
    held = open_data("digits").validation
    for number in range(60):
        for split in ("train", "val"):
            label = int(held.labels[number])
            folder = place / split / str(label)
            folder.mkdir(parents=True, exist_ok=True)
            _saved(held.read(number), folder / f"{number}.png")
    return place


def _saved(image: Any, path: Path) -> None:
    from PIL import Image

    Image.frombytes("L", (8, 8), bytes(image.flatten().tolist())).save(path)


def test_other_images(learned: Path, pictures: Path) -> None:
    """Other images of the same classes are prepared as the checkpoint says, and scored."""
    found = api.evaluate(str(learned), data=f"folder:{pictures}", workers=0)
    held = open_data("digits").validation
    assert found.judged.images == 60
    assert [sum(row) for row in found.judged.confusion] == torch.bincount(held.labels[:60], minlength=10).tolist()


def test_classes_in_another_order_are_matched(copied: Path, pictures: Path) -> None:
    """The same class names in another order are matched by name, and it is said."""
    before = api.evaluate(str(copied), data=f"folder:{pictures}")
    from cnninspect.training import sealed

    state = torch.load(copied / "best.pt", weights_only=True)
    order = list(range(9, -1, -1))  # the same network with its classes turned round
    state["data"]["classes"] = [str(place) for place in order]
    for key in ("fc.weight", "fc.bias"):
        state["model"][key] = state["model"][key][order]
    sealed.write(str(copied / "best.pt"), state, 69)
    after = api.evaluate(str(copied), data=f"folder:{pictures}")
    assert after.judged.accuracy == before.judged.accuracy
    assert any("in another order: they are matched by name" in note for note in after.judged.notes)


def test_a_damaged_best_falls_back(copied: Path) -> None:
    """Where best.pt is damaged the newest intact one is taken, and both are said."""
    (copied / "best.pt").write_bytes((copied / "best.pt").read_bytes())  # no longer the same file as the last
    flip(copied / "best.pt", 90_000)
    done = run("evaluate", str(copied))
    assert done.returncode == 0
    assert f"'{copied}/best.pt' is damaged" in done.stderr
    assert "the newest checkpoint is taken, of step 69" in done.stderr


def test_what_cannot_be_evaluated(copied: Path, tmp_path: Path) -> None:
    """A folder without a run, a run without a checkpoint, other files and other classes are told apart."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "run.json").write_text("{}", "utf-8")
    torch.save({"model": {}}, tmp_path / "plain.pt")
    cases = {
        str(tmp_path): ("no-run", f"'{tmp_path}' is no folder of a run"),
        str(tmp_path / "new"): ("no-run", f"the run in '{tmp_path}/new' has no checkpoint yet"),
        str(tmp_path / "none.pt"): ("file-not-found", f"there is no file '{tmp_path}/none.pt'"),
        str(tmp_path / "plain.pt"): (
            "bad-checkpoint",
            f"'{tmp_path}/plain.pt' does not end as a checkpoint of a training does: it was cut off, or is another kind of file",
        ),
    }
    for target, expected in cases.items():
        assert refused(lambda target=target: api.evaluate(target)) == expected  # type: ignore[misc]
    code, message = refused(lambda: api.evaluate(str(copied), data="synthetic:classes=7"))
    assert (code, message[:40], message[-6:]) == ("bad-value", "the network knows 10 classes, and synthe", " has 7")


# --- predict -------------------------------------------------------------------------------


def test_pictures(learned: Path, pictures: Path) -> None:
    """A picture gets the classes that plain torch gives it, with their shares, the likeliest first."""
    folder = pictures / "val" / "3"
    found = api.predict(str(learned), [str(folder)], top=3)
    state = torch.load(learned / "best.pt", weights_only=True)
    network = api.build(str(learned / "expanded.yaml"))
    network.load_state_dict(state["model"])
    network.eval()
    held, transform = open_data("digits").validation, state["transform"]
    assert [Path(one.path).parent.name for one in found.pictures] == ["3"] * len(list(folder.iterdir()))
    for one in found.pictures:
        image = held.read(int(Path(one.path).stem)).float().unsqueeze(0) / 255
        with torch.no_grad():
            shares, places = network((image - transform["mean"][0]) / transform["std"][0]).softmax(1).topk(3)
        assert [answer.place for answer in one.answers] == places[0].tolist()
        assert [answer.name for answer in one.answers] == [str(place) for place in places[0].tolist()]
        assert [answer.share for answer in one.answers] == pytest.approx(shares[0].tolist(), abs=1e-6)


def test_a_bad_picture_keeps_no_other_from_being_told(learned: Path, pictures: Path, tmp_path: Path) -> None:
    """What cannot be read is told in its place and at the end, exit code 2; the others have their answers."""
    good = min((pictures / "val" / "0").iterdir())
    (tmp_path / "bad.png").write_bytes(b"no picture")
    done = run("predict", str(learned), str(tmp_path / "bad.png"), str(good), str(tmp_path / "none.png"), "--top", "1")
    assert done.returncode == 2
    assert done.stderr.count("cnninspect: ") == 2
    assert f"there is no file '{tmp_path}/none.png'" in done.stderr
    at = done.stdout.splitlines().index(str(good))
    assert done.stdout.splitlines()[at + 1].startswith("  0  ")
    rows = list(
        csv.DictReader(
            io.StringIO(
                run(
                    "predict", str(learned), str(tmp_path / "bad.png"), str(good), "--top", "2", "--format", "csv"
                ).stdout
            )
        )
    )
    assert [(row["rank"], bool(row["error"])) for row in rows] == [("", True), ("1", False), ("2", False)]


def test_predictions_as_json(learned: Path, pictures: Path) -> None:
    """Programs get index, name and share of each answer."""
    path = str(min((pictures / "val" / "1").iterdir()))
    found = json.loads(run("predict", str(learned), path, "--format", "json", "--checkpoint", "last").stdout)
    assert (found["schema"], found["checkpoint"]) == (
        "cnninspect.predictions/1",
        str(learned / "checkpoints" / "step-0000000069.pt"),
    )
    (picture,) = found["pictures"]
    assert picture["error"] is None
    assert sum(answer["share"] for answer in picture["answers"]) <= 1 + 1e-6
    assert [sorted(answer) for answer in picture["answers"]] == [["index", "name", "share"]] * 5


def test_options_that_are_wrong(learned: Path) -> None:
    """Words and numbers that an option does not take are refused."""
    for arguments, told in (
        (("evaluate", str(learned), "--split", "test"), "--split has no 'test'"),
        (("evaluate", str(learned), "--batch", "0"), "--batch must be between 1 and 16,777,216, got 0"),
        (("predict", str(learned), "x.png", "--top", "0"), "--top must be between 1 and 16,777,216, got 0"),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith(f"cnninspect: {told}")
