"""The hooks that the repository offers to pre-commit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnninspect.cli import COMMANDS, run

ROOT = Path(__file__).parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hooks_run_what_exists(hook: dict[str, Any]) -> None:
    """A hook runs a command of ours, without torch: in an environment of the plain package."""
    program, command, *_ = hook["entry"].split()
    assert (program, hook["language"]) == ("cnninspect", "python")
    assert command in COMMANDS
    assert "additional_dependencies" not in hook
    assert not any(char.isupper() for char in hook["id"])


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_what_a_hook_looks_at(hook: dict[str, Any]) -> None:
    """It runs whenever a model, what a repository wants of models, or what they cost at last changes, and for nothing else."""
    assert "types" not in hook  # both would have to fit
    ours = ("a.yaml", "m/b.yml", "cnninspect.toml", "sub/pyproject.toml", "cnninspect.lock.json", "locks/m.lock.json")
    others = ("a.py", "Cargo.toml", "my-cnninspect.toml", "package.json", "a.yaml.j2", "README.md")
    assert [name for name in (*ours, *others) if re.search(hook["files"], name)] == [*ours]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_and_fails(
    hook: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As pre-commit runs it, in the root of a repository without file names: models are found, other YAML is left alone."""
    assert hook["pass_filenames"] is False
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n", "utf-8")
    (tmp_path / "other.yaml").write_text("layers_of_cake: 3\n", "utf-8")
    model = tmp_path / "model.yaml"
    words = hook["entry"].split()[1:]
    model.write_text("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n", "utf-8")
    assert run([*words]) == 0
    model.write_text("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 9}\n", "utf-8")
    assert run([*words]) == 1
    assert "model.yaml:3:" in capsys.readouterr().out


def test_checking_needs_no_torch(tmp_path: Path) -> None:
    """A check loads neither torch nor rich, so that a hook costs a fraction of a second."""
    (tmp_path / "model.yaml").write_text("input: [3, 8, 8]\nlayers: [relu]\nbudgets: {parameters: 0}\n", "utf-8")
    code = (
        "import sys; from cnninspect.cli import run; run(['check']); print({'torch', 'rich', 'numpy'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("set()\n")
