"""What is installed: a wheel that works from any folder, with the shipped networks inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source tree as `pip install .` builds it."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to put on the path, with the wheel unpacked as pip unpacks it."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "cnninspect", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    """Every network, page, library block, marker and the licence is shipped, and no test."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "architectures").glob("*.yaml"):
        assert f"cnninspect/architectures/{path.name}" in names
    for path in (ROOT / "cnninspect").rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert str(path.relative_to(ROOT)) in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("entry_points.txt") for name in names)
    assert not [name for name in names if name.startswith("tests/")]


def test_the_installed_tool_works_from_any_folder(site: Path, tmp_path: Path) -> None:
    """A shipped network is found by name wherever the tool is called."""
    done = run(site, tmp_path, "summary", "vgg16")
    assert done.returncode == 0, done.stderr
    assert "138,357,544" in done.stdout
    assert "15,470,264,320" in done.stdout


def test_variants_and_pages_are_found(site: Path, tmp_path: Path) -> None:
    """Variants, library blocks and error pages come from the package, not from the checkout."""
    assert "11,689,512" in run(site, tmp_path, "summary", "resnet18", "--totals-only").stdout
    model = "input: [32, 8, 8]\nlayers: [squeeze_excite]\n"
    (tmp_path / "se.yaml").write_text(model)
    assert run(site, tmp_path, "summary", "se.yaml").returncode == 0
    assert run(site, tmp_path, "explain", "groups-do-not-divide").returncode == 0
