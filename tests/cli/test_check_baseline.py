"""``cnninspect check --baseline``: the ratchet as people turn it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnninspect.cli import run
from tests.cli.test_check import check

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """name: tiny
input: [3, 8, 8]
params: {width: 8}
variants: {big: {width: 16}}
layers:
  - conv: {out: $width, kernel: 3}
"""
LOCK = ["--baseline", "l.json"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and its lock file, which one stands in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.yaml").write_text(MODEL, "utf-8")
    assert run(["check", "-q", *LOCK, "--update-baseline"]) == 0
    return tmp_path


def models(folder: Path) -> dict[str, int]:
    """The parameters of each network in the lock file."""
    found = json.loads((folder / "l.json").read_text("utf-8"))
    assert found.pop("schema") == "cnninspect.lock/1"
    return {key: known["parameters"] for key, known in found.items()}


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "models" / "a.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_growth_fails_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is as it was passes, what is smaller too; growth is an error where the network is named."""
    assert run(["check", *LOCK]) == 0
    change(folder, "width: 8", "width: 7")
    assert run(["check", *LOCK]) == 0
    change(folder, "width: 7", "width: 9")
    capsys.readouterr()
    assert run(["check", *LOCK]) == 1
    assert capsys.readouterr().out == (
        "error[baseline-exceeded]: 'tiny' has grown against l.json: flops +12.5%, macs +12.5%, parameters +12.5%, "
        "peak_activation_bytes +7.5%\n"
        " --> models/a.yaml:1:1\n"
        "  |\n"
        "1 | name: tiny\n"
        "  | ^^^^\n"
        "  = note: flops is 17,820, 1,980 (12.5%) more than 15,840\n"
        "  = note: macs is 8,748, 972 (12.5%) more than 7,776\n"
        "  = note: parameters is 252, 28 (12.5%) more than 224\n"
        "  = note: peak_activation_bytes is 2,064 (2.02 KiB), 144 bytes (7.5%) more than 1,920\n"
        "  = note: most comes from '0' 17,820 (100.0%) of flops\n"
        "  = note: in tiny: 1 of 2 models of the file\n"
        "  = help: cnninspect diff shows what changed; --update-baseline accepts it\n"
        "\n"
        "1 error in 1 file (2 models)\n"
    )
    assert run(["check", *LOCK, "--tolerance", "12.5%"]) == 0
    assert run(["check", *LOCK, "--tolerance", "12.4%"]) == 1


def test_verbose_tells_what_is_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -v the limits that are kept are told as well, those of budgets and of the lock, with what is left of them."""
    change(folder, "width: 8", "width: 7")
    assert run(["check", "-v", *LOCK, "--budget", "parameters <= 1K"]) == 0
    err = capsys.readouterr().err
    assert "cnninspect: models/a.yaml: tiny: parameters <= 1K: 196, 804 to spare\n" in err
    assert "cnninspect: models/a.yaml: tiny: parameters <= 224: 196, 28 to spare\n" in err
    assert err.count(" to spare\n") == 14
    assert run(["check", "-v"]) == 0
    assert "to spare" not in capsys.readouterr().err


def test_every_figure_is_a_case(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures that did not grow are passing cases of a report of tests."""
    change(folder, "width: 8", "width: 9")
    assert run(["check", *LOCK, "--format", "junit"]) == 1
    out = capsys.readouterr().out
    assert 'tests="14" failures="4"' in out  # two networks with six figures each, and the networks themselves
    assert "parameters &lt;= 224" in out


def test_a_lock_file_without_a_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is empty, as of a variable that is not set, holds nothing and is refused; so is a tolerance of nothing."""
    assert folder.is_dir()
    assert run(["check", "--baseline", ""]) == 2
    assert capsys.readouterr().err.startswith("cnninspect: the name of the lock file is empty\n")
    assert run(["check", "--tolerance", ""]) == 2
    assert capsys.readouterr().err.startswith("cnninspect: --tolerance needs a baseline\n")


def test_a_figure_that_was_taken_out_is_noted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who takes a figure out of the lock lets it grow: that shows until it is written anew."""
    written = json.loads((folder / "l.json").read_text("utf-8"))
    del written["models/a.yaml"]["macs"]
    (folder / "l.json").write_text(json.dumps(written), "utf-8")
    change(folder, "width: 8", "width: 9")
    assert run(["check", *LOCK, "--fail-level", "note", "--ignore", "*"]) == 1
    out = capsys.readouterr().out
    assert "note[baseline-new]: 'tiny' is not held in full: l.json has no macs of it\n" in out
    assert "parameters +12.5%" in out
    assert run(["check", *LOCK, "--update-baseline"]) == 0


def test_new_networks_are_noted_until_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A network that the lock does not know is a note; an update adds it and says so."""
    change(folder, "big: {width: 16}", "big: {width: 16}, huge: {width: 32}")
    assert run(["check", *LOCK]) == 0
    assert (
        "note[baseline-new]: 'huge' is not in the baseline l.json\n --> models/a.yaml:4:30" in capsys.readouterr().out
    )
    assert run(["check", *LOCK, "--update-baseline"]) == 0
    assert capsys.readouterr().err == "cnninspect: l.json has 3 networks, 1 new\n"
    assert models(folder) == {"models/a.yaml": 224, "models/a.yaml:big": 448, "models/a.yaml:huge": 896}
    assert run(["check", *LOCK, "--update-baseline"]) == 0
    assert capsys.readouterr().err == "cnninspect: l.json has 3 networks, nothing changed\n"


def test_an_update_looks_at_what_is_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Networks that are not looked at stay; those whose file is gone go; a broken one stays and is told."""
    (folder / "b.yaml").write_text(MODEL, "utf-8")
    assert run(["check", *LOCK, "b.yaml", "--update-baseline"]) == 0
    assert [*models(folder)] == ["b.yaml", "b.yaml:big", "models/a.yaml", "models/a.yaml:big"]
    (folder / "b.yaml").unlink()
    change(folder, "kernel: 3", "kernel: 9")
    capsys.readouterr()
    assert run(["check", *LOCK, "--update-baseline"]) == 1
    assert capsys.readouterr().err == "cnninspect: l.json has 2 networks, 2 gone\n"
    assert models(folder) == {"models/a.yaml": 224, "models/a.yaml:big": 448}


def test_a_broken_model_does_not_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a network with a mistake the mistake is the error; its figures are not known to be kept."""
    change(folder, "kernel: 3", "kernel: 9")
    assert run(["check", *LOCK, "--format", "json"]) == 1
    assert '"budget-unknown"' in capsys.readouterr().out


def test_keys_are_seen_from_the_lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever one stands a network has one name in the lock: its file as seen from the lock's folder."""
    monkeypatch.chdir(folder / "models")
    assert run(["check", "--baseline", "../l.json", "--tolerance", "0"]) == 0
    assert run(["check", "-q", "--baseline", "../l.json", "--update-baseline"]) == 0
    assert [*models(folder)] == ["models/a.yaml", "models/a.yaml:big"]


def test_what_is_no_file_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shipped network is in nobody's lock."""
    assert run(["check", *LOCK, "lenet5"]) == 0
    assert "baseline" not in capsys.readouterr().out
    assert run(["check", "-q", *LOCK, "lenet5", "--update-baseline"]) == 0
    assert [*models(folder)] == ["models/a.yaml", "models/a.yaml:big"]


def test_standard_input_is_in_no_lock(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be held against the lock file is refused where nothing else is asked, and otherwise said."""
    for words, option in (
        (LOCK, "--baseline cannot judge"),
        ([*LOCK, "--update-baseline"], "--update-baseline cannot write down"),
    ):
        assert run(["check", "-", *words]) == 2
        assert capsys.readouterr() == (
            "",
            f"cnninspect: {option} standard input: a lock file calls networks by files\n"
            "  = help: name the file instead of '-'\n",
        )
    (folder / "cnninspect.toml").write_text('baseline = "l.json"\n', "utf-8")
    said = "cnninspect: standard input is not held against l.json, which knows files\n"
    for more, told in (([], said), (["models"], said), (["models", *LOCK], said), (["-q"], "")):
        done = check(folder, "-", *more, stdin=MODEL)
        assert (done.returncode, done.stderr) == (0, told), more


def test_configuration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lock and the tolerance stand in the configuration, seen from its folder; options win."""
    (folder / "cnninspect.toml").write_text('baseline = "l.json"\ntolerance = "13%"\n', "utf-8")
    change(folder, "width: 8", "width: 9")
    assert run(["check"]) == 0
    assert run(["check", "--tolerance", "0"]) == 1
    assert run(["check", "models", "--isolated"]) == 0
    assert run(["check", "-q", "--update-baseline"]) == 0
    assert models(folder)["models/a.yaml"] == 252


CANNOT = [
    (["--baseline", "no.json"], "there is no lock file 'no.json'"),
    (["--baseline", "models"], "'models' is a folder"),
    (["--update-baseline"], "--update-baseline needs a baseline"),
    (["--tolerance", "1%"], "--tolerance needs a baseline"),
    ([*LOCK, "--tolerance", "1"], "--tolerance is how much a figure may grow, got '1'"),
]


@pytest.mark.parametrize(("words", "message"), CANNOT)
def test_what_cannot_be_used(words: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lock that is not there, or a tolerance that is none, ends the check before it begins."""
    assert run(["check", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"cnninspect: {message}")


def test_damage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged lock is an error, and is written anew where that is asked for; a conflict has two sides to choose from."""
    lock = folder / "l.json"
    lock.write_text("{", "utf-8")
    assert run(["check", *LOCK]) == 2
    assert run(["check", *LOCK, "--update-baseline"]) == 0
    assert models(folder) == {"models/a.yaml": 224, "models/a.yaml:big": 448}
    lock.write_text("<<<<<<< HEAD\n" + lock.read_text("utf-8"), "utf-8")
    capsys.readouterr()
    for words in ([], ["--update-baseline"]):
        assert run(["check", *LOCK, *words]) == 2
        assert "line 1 is a conflict that git could not merge" in capsys.readouterr().err


def test_a_lock_is_written_whole_or_not_at_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lock that may not be written stays as it is."""
    before = (folder / "l.json").read_text("utf-8")
    (folder / "l.json").chmod(0o400)
    change(folder, "width: 8", "width: 9")
    code = run(["check", *LOCK, "--update-baseline"])
    after = (folder / "l.json").read_text("utf-8")
    assert (code, after == before) in ((2, True), (0, False))  # root may write anything
    assert [*folder.glob(".cnninspect-*")] == []
