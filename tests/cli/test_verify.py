"""`cnninspect verify`, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from tests.cli.test_summary import ROOT, run

TINY = """
name: tiny
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: stem}
  - {batch_norm: {}, name: norm}
  - {conv: {out: 2, kernel: 1}, name: lonely, from: stem}
  - {relu: {}, name: act, from: norm}
  - {flatten: {}, name: flat}
  - {linear: 10, name: fc}
"""
TABLE = """\
tiny  <stdin>, input 3x8x8, batch 2

figure              verdict  stated  measured  measured on  what
shapes              agreed       12        12  cpu, 3x8x8   tensors, at inference and in training
outputs             agreed        2         2  cpu, 3x8x8   heads and their shapes, at inference and in training
state_dict          agreed       11        11  cpu, 3x8x8   keys, their shapes and their order
parameters          agreed    2,700     2,700  cpu, 3x8x8
trainable           agreed    2,700     2,700  cpu, 3x8x8
buffers             agreed        9         9  cpu, 3x8x8   in the state_dict
weight bytes        agreed   10,800    10,800  cpu, 3x8x8   of parameters
MACs                agreed   19,968    19,968  cpu, 3x8x8   of each layer
saved for backward  agreed    5,664     5,664  cpu, 3x8x8   bytes, of each layer
gradients           agreed        6         6  cpu, 3x8x8   weights that a gradient reaches
peak activations    agreed    5,120     5,120  cpu, 3x8x8   bytes, built for inference
receptive field     agreed       28        28  cpu, 3x8x8   positions that the middle of 3 layers see, by gradient
determinism         agreed       10        10  cpu, 3x8x8   weights and heads, bit for bit, of two runs

unused: no output depends on the weights of lonely: no gradient reaches them
13 agreed
"""


@pytest.fixture(autouse=True)
def _torch() -> None:
    pytest.importorskip("torch")


def test_a_table() -> None:
    """Each figure with both numbers and what it was measured on; layers whose weights nothing needs are named."""
    done = run("verify", "-", stdin=TINY)
    assert (done.returncode, done.stdout, done.stderr) == (0, TABLE, "")


def test_json_without_values() -> None:
    """On the meta device nothing is computed; what needs values is unknown with the reason, not agreed."""
    done = run("verify", "-", "--meta", "--format", "json", stdin=TINY)
    found = json.loads(done.stdout)
    (model,) = found["models"]
    assert (done.returncode, found["schema"], model["agreed"], model["unused"]) == (
        0,
        "cnninspect.verify/1",
        True,
        ["lonely"],
    )
    assert model["figures"][7] == {
        "name": "MACs",
        "verdict": "agreed",
        "stated": 19968,
        "measured": 19968,
        "on": "meta, 3x8x8",
        "layer": None,
        "note": "of each layer",
    }
    assert [(figure["name"], figure["note"]) for figure in model["figures"] if figure["verdict"] == "?"] == [
        (name, "the meta device computes no values") for name in ("peak activations", "receptive field", "determinism")
    ]


def test_a_difference(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A layer that states another number than torch counts is named, and the exit code is 1."""
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "wrongly.py").write_text(
        "from cnninspect.layers.conv import Conv\n\n\n"
        "class Off(Conv, name='off'):\n    '''A conv that overstates.'''\n\n"
        "    def macs(self, x, y):\n        return super().macs(x, y) + 1\n",
        "utf-8",
    )
    text = TINY.replace("conv: {out: 4", "off: {out: 4")
    done = run("verify", "-", "--plugin", "wrongly", stdin=text, PYTHONPATH=f"{ROOT}:{folder}")
    assert (done.returncode, done.stderr) == (1, "")
    expected = (
        "MACs differs on cpu, 3x8x8 at 'stem': stated 19,970, measured 19,968: "
        "the layer has 13,824, stated 13,826, at inference\n"
    )
    assert expected in done.stdout
    done = run("verify", "-", "--plugin", "wrongly", "--format", "junit", stdin=text, PYTHONPATH=f"{ROOT}:{folder}")
    (suite,) = ET.fromstring(done.stdout)
    assert (suite.get("name"), suite.get("failures"), suite.get("skipped")) == ("tiny", "1", "0")


def test_too_large() -> None:
    """What would not fit is refused before anything is allocated, with the numbers and the ways out."""
    done = run("verify", "vgg16", "--batch", "60000")
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("cnninspect: verifying vgg16 with batch 60000 would need 5,9")
    assert lines[1].startswith("  = note: weights 553,430,176 twice, gradients 553,430,176, saved ")
    assert lines[2].startswith("  = help: --meta computes nothing, --small measures on a smaller input")


def test_several() -> None:
    """Several networks have a line each; a large one is computed with a smaller input where that is asked for."""
    done = run("verify", "lenet5", "resnet20_cifar", "resnet18", "--small", "--format", "json")
    models = json.loads(done.stdout)["models"]
    assert [(model["name"], model["agreed"]) for model in models] == [
        ("lenet5", True),
        ("resnet20_cifar", True),
        ("resnet18", True),
    ]
    assert [{figure["on"] for figure in model["figures"]} for model in models] == [
        {"cpu, 1x32x32"},
        {"cpu, 3x32x32"},
        {"meta, 3x224x224", "cpu, 3x32x32"},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the networks to verify, or give --zoo for all"),
        (("lenet5", "--zoo"), "name the networks to verify, or give --zoo for all"),
        (("lenet5", "--batch", "0"), "--batch must be between 1 and 65,536, got 0"),
        (("lenet5", "--format", "xml"), "--format has no 'xml'"),
        (("lenet5", "--device", "abacus"), "the device 'abacus' cannot be used"),
        (("nosuchnetwork",), "there is no file and no shipped network called 'nosuchnetwork'"),
    ],
)
def test_refusals(arguments: tuple[str, ...], message: str) -> None:
    """What cannot be done is told in a sentence, with exit code 2."""
    done = run("verify", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"cnninspect: {message}")


@pytest.mark.parametrize("command", ["verify", "run"])
def test_without_torch(command: str) -> None:
    """Where torch is missing one sentence says so with the command that installs it; exit code 2."""
    program = (
        "import sys, importlib.util as u; find = u.find_spec; "
        "u.find_spec = lambda name, *a: None if name == 'torch' else find(name, *a); "
        f"from cnninspect.cli import run; sys.exit(run(['{command}', 'lenet5']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    what = "verifying" if command == "verify" else "running"
    message = f"cnninspect: {what} a network needs PyTorch, which is not installed\n  = help: pip install 'cnninspect[torch]'\n"
    assert (done.returncode, done.stderr) == (2, message)
