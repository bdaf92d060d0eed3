"""Layers of other packages: a Python class in a module of yours, named on the command line or by an entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PLUGIN = '''
from cnninspect.layers.base import Single
from cnninspect.options import Int


class Maxout(Single, name="maxout"):
    """The largest of every few channels."""

    pieces = Int(2, min=1, help="channels that compete")

    def shape(self, x):
        return (x[0] // self.pieces, *x[1:])
'''
MODEL = "input: [6, 4, 4]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - maxout: 4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model that needs a layer of somebody else's, and the module that defines it."""
    (tmp_path / "model.yaml").write_text(MODEL)
    (tmp_path / "my_layers.py").write_text(PLUGIN)
    return tmp_path


def run(folder: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *([str(path)] if path else [])])}
    command = [sys.executable, "-m", "cnninspect", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)


def test_a_plugin_is_named_on_the_command_line(folder: Path) -> None:
    """--plugin imports a module, from the working folder too, and its layers work as ours do."""
    done = run(folder, "summary", "model.yaml", "--plugin", "my_layers", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["layers"][1]["output_shape"] == [2, 4, 4]


def test_without_it_the_layer_is_unknown(folder: Path) -> None:
    """A file alone never loads code: the layer is unknown and the finding points at it."""
    done = run(folder, "summary", "model.yaml")
    assert done.returncode == 1
    assert "error[unknown-layer]: there is no layer or block called 'maxout'\n --> model.yaml:4:5" in done.stdout


def test_a_plugin_is_found_by_its_entry_point(folder: Path, tmp_path: Path) -> None:
    """An installed package that offers the group cnninspect.layers needs no option."""
    info = tmp_path / "site" / "my_layers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-layers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cnninspect.layers]\nmaxout = my_layers\n")
    (folder / "my_layers.py").rename(tmp_path / "site" / "my_layers.py")
    done = run(folder, "summary", "model.yaml", "--format", "json", path=tmp_path / "site")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["layers"][1]["output_shape"] == [2, 4, 4]


def test_a_plugin_that_fails_is_named(folder: Path) -> None:
    """A plugin that cannot be imported ends the run with 2, its name and the reason."""
    (folder / "broken_layers.py").write_text("import nothing_of_that_name\n")
    done = run(folder, "summary", "model.yaml", "--plugin", "broken_layers")
    assert done.returncode == 2
    assert done.stderr == (
        "cnninspect: the plugin 'broken_layers' cannot be imported: "
        "ModuleNotFoundError: No module named 'nothing_of_that_name'\n"
        "  = help: a plugin is an importable module whose import defines layers\n"
    )


def test_an_installed_plugin_that_fails_is_told_where_a_layer_is_missed(tmp_path: Path, folder: Path) -> None:
    """An entry point that cannot be imported is a note on the unknown layer, not a crash."""
    info = tmp_path / "site" / "my_layers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-layers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cnninspect.layers]\nmaxout = not_there\n")
    done = run(folder, "summary", "model.yaml", path=tmp_path / "site")
    assert done.returncode == 1
    assert "= note: the plugin 'not_there' cannot be imported: ModuleNotFoundError" in done.stdout
