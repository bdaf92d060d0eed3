"""What a run loads: the speed of the tool is what it leaves out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "numpy", "pydantic", "dataclasses", "jsonschema", "rich", "importlib.metadata", "difflib"}
OWN = HEAVY - {"difflib"}  # typer itself loads difflib
MODEL = str(ROOT / "architectures" / "vgg16.yaml")

PROBE = """
import sys, json, io, contextlib
sys.argv = ["cnninspect", *{arguments!r}]
code = None
if {arguments!r}:
    from cnninspect.cli import main
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code
else:
    import cnninspect
print(json.dumps([code, sorted(sys.modules)]), file=sys.__stdout__)
"""


def loaded(*arguments: str) -> tuple[object, set[str]]:
    """The exit code and the modules that a fresh interpreter has after a command (or the bare import)."""
    script = PROBE.format(arguments=list(arguments))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    return code, set(modules)


def test_import_cnninspect_loads_no_dependency() -> None:
    """`import cnninspect` alone loads none of its dependencies, heavy or light."""
    _, modules = loaded()
    assert not modules & (HEAVY | {"yaml", "typer", "inspect", "subprocess"})
    assert not [name for name in modules if name.startswith("cnninspect.layers")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", MODEL),
        ("summary", MODEL, "--format", "json"),
        ("summary", MODEL, "--format", "csv"),
        ("summary", "resnet50", "vgg16"),
        ("summary", MODEL, "--columns", "all", "--roofline", "t4", "--flops-as", "fvcore"),
        ("expand", MODEL),
        ("rf", MODEL),
        ("memory", MODEL),
        ("limits", MODEL, "--axis", "together"),
        ("explain", MODEL, "features.0"),
        ("conv", "--input", "227", "--kernel", "11"),
        ("zoo",),
        ("check", MODEL),
    ],
    ids=" ".join,
)
def test_static_commands_stay_light(arguments: tuple[str, ...]) -> None:
    """A static command whose output is piped loads nothing heavy, and rich least of all."""
    code, modules = loaded(*arguments)
    assert code == 0
    assert not modules & OWN


@pytest.mark.parametrize("arguments", [("layers",), ("explain", "conv"), ("schema",)], ids=" ".join)
def test_commands_about_the_language_stay_light(arguments: tuple[str, ...]) -> None:
    """What lists every layer looks for plugins as well, which takes importlib.metadata and nothing else."""
    code, modules = loaded(*arguments)
    assert code == 0
    assert not modules & (OWN - {"importlib.metadata"})


def test_a_network_loads_only_the_layers_that_it_uses() -> None:
    """Layer modules are imported when a network first names one of their layers."""
    _, modules = loaded("summary", MODEL)
    layers = {name.rpartition(".")[2] for name in modules if name.startswith("cnninspect.layers.")}
    assert {"conv", "pool", "linear"} <= layers
    assert not layers & {"lenet", "region", "resample", "split", "scale"}
