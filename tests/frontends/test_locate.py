"""Where models are found: files, shipped networks and variants, and what ``extends`` may name."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.values import clip

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "input: [3, 8, 8]\nlayers: [relu]\n"


def refusal(model: str) -> tuple[str, str, str]:
    """Code, message and help of a model that cannot be found."""
    with pytest.raises(api.CannotRun) as raised:
        api.read(model)
    assert str(raised.value) == raised.value.problem.message
    return raised.value.problem.code, raised.value.problem.message, raised.value.problem.help


def test_a_shipped_network_that_is_none() -> None:
    """A misspelled network or variant gets the nearest one; a word like nothing, the command that lists them."""
    none = "there is no file and no shipped network called"
    assert refusal("alexnett") == ("file-not-found", f"{none} 'alexnett'", "did you mean 'alexnet'?")
    assert refusal("resnet_101") == ("file-not-found", f"{none} 'resnet_101'", "did you mean 'resnet101'?")
    assert refusal("zzz") == ("file-not-found", f"{none} 'zzz'", "cnninspect zoo lists the networks that are shipped")
    assert refusal(".") == ("not-a-file", "'.' is a folder", "name a file in it")
    assert refusal(".hidden") == (
        "file-not-found",
        f"{none} '.hidden'",
        "cnninspect zoo lists the networks that are shipped",
    )


def test_a_file_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like a path is not looked for among the shipped networks; a near file of its folder is told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.yaml").write_text(MODEL)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "small.yaml").write_text(MODEL)
    assert refusal("modle.yaml") == ("file-not-found", "there is no file 'modle.yaml'", "did you mean 'model.yaml'?")
    assert refusal("sub/smal.yaml") == (
        "file-not-found",
        "there is no file 'sub/smal.yaml'",
        "did you mean 'sub/small.yaml'?",
    )
    assert refusal("nowhere/small") == ("file-not-found", "there is no file 'nowhere/small'", "")
    assert refusal("distant.yaml") == ("file-not-found", "there is no file 'distant.yaml'", "")


@pytest.mark.parametrize("path", ["VGG16.yaml", "./vgg16", "architectures/vgg16.yml"])
def test_a_path_to_a_shipped_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A path that leads nowhere and ends like a shipped network is told that network's name."""
    monkeypatch.chdir(tmp_path)
    help_ = "vgg16 is shipped: write vgg16 alone"
    assert refusal(path) == ("file-not-found", f"there is no file '{path}'", help_)


def test_a_name_without_its_suffix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a model without its suffix is told the file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yml").write_text(MODEL)
    message = "there is no file and no shipped network called 'small'"
    assert refusal("small") == ("file-not-found", message, "did you mean 'small.yml'?")


def test_changed_places_are_one_slip() -> None:
    """Two letters that changed places lead to the name in which they did."""
    message = "there is no file and no shipped network called 'vgg61'"
    assert refusal("vgg61") == ("file-not-found", message, "did you mean 'vgg16'?")


def test_a_link_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a link whose target is missing it is the target that is told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    message = "'dangling.yaml' is a link to 'nowhere', which is not there"
    assert refusal("dangling.yaml") == ("file-not-found", message, "mend the link, or name the file itself")


def extends(folder: Path, name: str, *, outside: bool = False) -> list[str]:
    """What is said of a model in ``folder`` that extends ``name``."""
    (folder / "own.yaml").write_text(f"extends: {name}\n")
    return [
        f"{found.code}: {found.message} | {found.help}"
        for found in api.read(str(folder / "own.yaml"), outside=outside).findings
    ]


def test_a_variant_is_not_extended(tmp_path: Path) -> None:
    """A variant is a file and some params: that file is what can be extended."""
    assert extends(tmp_path, "resnet18") == [
        "extends-not-found: 'resnet18' is a variant | extend resnet50 and set its params"
    ]


def test_extending_what_is_not_there(tmp_path: Path) -> None:
    """A file or network that does not exist gets the nearest one, or the folder that was searched."""
    (tmp_path / "base.yaml").write_text(MODEL)
    none = "extends-not-found: there is no file and no shipped network called"
    assert extends(tmp_path, "bass.yaml") == [f"{none} 'bass.yaml' | did you mean 'base.yaml'?"]
    assert extends(tmp_path, "alexnett") == [f"{none} 'alexnett' | did you mean 'alexnet'?"]
    assert extends(tmp_path, "zzz/y") == [f"{none} 'zzz/y' | looked in {clip(str(tmp_path.resolve()))}"]


def test_extending_outside_the_folder(tmp_path: Path) -> None:
    """A file outside the model's folder is read only where the caller allows it."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "base.yaml").write_text(MODEL)
    assert extends(inner, "../base.yaml") == [
        "extends-outside: '../base.yaml' lies outside the model's folder | "
        "only files below the model's own folder are followed; --allow-outside lifts that",
    ]
    assert extends(inner, "../base.yaml", outside=True) == []


def test_a_long_chain_of_files(tmp_path: Path) -> None:
    """Files extend each other sixteen times; a longer chain is refused."""
    (tmp_path / "16.yaml").write_text(MODEL)
    for i in range(16):
        (tmp_path / f"{i}.yaml").write_text(f"extends: {i + 1}.yaml\n")
    assert api.read(str(tmp_path / "0.yaml")).findings == ()
    (tmp_path / "16.yaml").write_text("extends: 17.yaml\n")
    (tmp_path / "17.yaml").write_text(MODEL)
    (found,) = api.read(str(tmp_path / "0.yaml")).findings
    assert (found.code, found.message) == ("extends-too-deep", "more than 16 files extend each other")


def test_a_model_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is what comes in on standard input, and is called so."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"input: [3]\nlayers: [rleu]\n")))
    (found,) = api.read("-").findings
    assert (str(found.span), found.code) == ("<stdin>:2", "unknown-layer")


def test_names_of_networks_in_capitals() -> None:
    """A shipped network is found however its name is capitalised."""
    loaded = api.read("VGG16")
    assert loaded.graph is not None
    assert (loaded.graph.name, loaded.findings) == ("vgg16", ())


def test_a_folder_hides_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder called as a network is no model: the network is meant. A file of that name is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vgg16").mkdir()
    loaded = api.read("vgg16")
    assert loaded.graph is not None
    assert loaded.graph.source == "vgg16.yaml"
    (tmp_path / "alexnet").write_text(MODEL)
    loaded = api.read("alexnet")
    assert loaded.graph is not None
    assert loaded.graph.source == "alexnet"


def test_a_text_may_extend_a_shipped_network() -> None:
    """A model that is no file extends what is found in the working folder or shipped."""
    loaded = api.read("mine.yaml", text="extends: vgg16\nname: mine\n")
    assert loaded.findings == ()
    assert loaded.graph is not None
    assert (loaded.graph.name, len(loaded.sources)) == ("mine", 2)
