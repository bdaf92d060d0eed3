"""`cnninspect rf`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cnninspect.cli import run as command
from tests.cli.test_summary import ROOT
from tests.reports.test_rf import DEEP, MIXED, TWO

if sys.platform != "win32":
    import pty


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the models, which is the working folder."""
    for name, text in {"mixed": MIXED, "deep": DEEP, "two": TWO}.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, the output and what was said beside it."""
    code = command(["rf", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    ("model", "layer", "size", "stride", "start"),
    [
        ("resnet18", "layer4.1.6", 435, 32, -217),
        ("vgg16", "features.30", 212, 32, -90),
        ("alexnet", "features.12", 195, 32, -66),  # -2 - 2·8 - 3·16, the pools having no padding
    ],
)
def test_published_fields(
    capsys: pytest.CaptureFixture[str], model: str, layer: str, size: int, stride: int, start: int
) -> None:
    """Fields that are known: ResNet-18's 435 and VGG-16's 212 (Araujo, Norris and Sim 2019, distill.pub), AlexNet's 195."""
    code, out, _ = told(capsys, model, "--format", "json")
    document = json.loads(out)
    field = next(each["receptive_field"] for each in document["layers"] if each["name"] == layer)
    assert (code, document["schema"]) == (0, "cnninspect.rf/1")
    assert {key: field[key] for key in ("size", "stride", "start", "global")} == {
        "size": [size, size],
        "stride": [stride, stride],
        "start": [start, start],
        "global": False,
    }


def test_gates_are_looked_through_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """A squeeze-excite block makes what follows global, and with --through-gates does not."""
    for options, expected in ((), True), (("--through-gates",), False):
        _, out, _ = told(capsys, "efficientnet_b0", "--format", "json", *options)
        document = json.loads(out)
        layers = {layer["name"]: layer["receptive_field"] for layer in document["layers"]}
        assert document["through_gates"] is not expected
        assert layers["features.8.2"]["global"] is expected
    assert layers["features.8.2"]["size"] == [851, 851]


@pytest.mark.usefixtures("folder")
def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Piped, every column is there, no number is cut and nothing is coloured; -o writes the same."""
    code, out, err = told(capsys, "mixed.yaml")
    assert (code, err, "\x1b" in out) == (0, "", False)
    lines = out.split("\n")
    assert lines[2].split() == [
        "layer",
        "type",
        "output",
        "field",
        "jump",
        "start",
        "centre",
        "of",
        "input",
        "padding",
        "remarks",
    ]
    assert lines[3].split() == ["wide", "conv", "8×33×41", "5×5", "1", "-2", "0", "1.8%", "0%", "holes"]
    assert told(capsys, "mixed.yaml", "-o", "out.txt") == (0, "", "")
    assert Path("out.txt").read_text("utf-8") == out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("format", ["table", "json", "csv", "markdown"])
def test_every_format(capsys: pytest.CaptureFixture[str], format: str) -> None:
    """Every format names every layer."""
    code, out, _ = told(capsys, "deep.yaml", "--format", format)
    assert code == 0
    assert all(name in out for name in ("se.avgpool", "aux", "fc"))


@pytest.mark.usefixtures("folder")
def test_a_unit_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """A unit's record has what it sees as stretches, and how much of its window is padding."""
    _, out, _ = told(capsys, "mixed.yaml", "--layer", "wide", "--at", "0,40", "--format", "json")
    assert json.loads(out)["unit"] == {
        "layer": "wide",
        "input": "input",
        "at": [0, 40],
        "window": [[-2, 2], [38, 42]],
        "seen": [
            {"axis": "height", "first": 0, "last": 2, "count": 2, "runs": [[0, 0], [2, 2]]},
            {"axis": "width", "first": 38, "last": 40, "count": 2, "runs": [[38, 38], [40, 40]]},
        ],
        "share": 2 / 33 * 2 / 41,
        "padding": 0.64,  # 3 of 5 rows and 3 of 5 columns are inside: 9 of 25
    }


@pytest.mark.usefixtures("folder")
def test_one_of_several_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    """With several inputs a unit is looked at for the one that is named, the first otherwise."""
    for options, expected in ((), "3 × 16 (left)"), (("--of", "right"), "1 × 16 (right)"):
        _, out, _ = told(capsys, "two.yaml", "--layer", "s", *options)
        assert f"input {expected}" in [" ".join(line.split()) for line in out.splitlines()]


REFUSALS = {
    "an unknown layer": (
        ["mixed.yaml", "--layer", "wid"],
        "mixed has no layer 'wid'",
        "did you mean 'wide'?",
    ),
    "a scope for a layer": (
        ["resnet18", "--layer", "layer1.0"],
        "'layer1.0' is a scope of resnet18, no layer",
        "in it are layer1.0.conv1, layer1.0.bn1, layer1.0.2, layer1.0.conv2, layer1.0.bn2, layer1.0.5, layer1.0.6",
    ),
    "a position of too few numbers": (
        ["mixed.yaml", "--layer", "wide", "--at", "3"],
        "--at needs two numbers for 'wide', got '3'",
        "for example --at 16,20",
    ),
    "a position beyond the map": (
        ["mixed.yaml", "--layer", "wide", "--at", "33,0"],
        "'wide' has no unit 33,0: its map is 33 × 41",
        "--at takes 0 to 32, 0 to 40, for example 16,20",
    ),
    "a position that is no number": (
        ["mixed.yaml", "--layer", "wide", "--at", "a,²"],
        "--at needs two numbers for 'wide', got 'a,²'",
        "for example --at 16,20",
    ),
    "a position of a vector": (
        ["deep.yaml", "--layer", "fc", "--at", "0"],
        "'fc' has no places, so --at means nothing there",
        "leave out --at",
    ),
    "a position without a layer": (
        ["mixed.yaml", "--at", "1,1"],
        "--at needs --layer",
        "name the layer whose unit it is: --layer NAME --at ROW,COL",
    ),
    "a layer that does not read the input": (
        ["two.yaml", "--layer", "a", "--of", "right"],
        "'a' does not depend on right",
        "",
    ),
    "an unknown input": (["two.yaml", "--of", "rigt"], "--of has no 'rigt'", "did you mean 'right'?"),
    "a vector has no field to measure": (
        ["two.yaml", "--layer", "e", "--of", "code", "--effective"],
        "the input code is a vector: it has no places",
        "another input: --of NAME",
    ),
    "nothing to measure by default": (
        ["two.yaml", "--of", "code", "--effective"],
        "no layer has a map of what it sees of code",
        "name a layer: --layer NAME",
    ),
    "a vector has no curve": (
        ["two.yaml", "--of", "code", "--plot", "x.svg"],
        "a vector has no places, so there is no field to draw",
        "",
    ),
    "an unknown kind of picture": (
        ["mixed.yaml", "--plot", "x.gif"],
        "--plot writes .svg and .png, not 'x.gif'",
        "end the name with .svg",
    ),
    "a photo without a layer": (
        ["mixed.yaml", "--plot", "x.svg", "--image", "x.png"],
        "--image needs --layer and --plot",
        "--layer NAME --plot field.svg --image photo.jpg",
    ),
    "a photo that is not there": (
        ["mixed.yaml", "--layer", "wide", "--plot", "x.svg", "--image", "x.png"],
        "cannot read --image 'x.png': no such file or directory",
        "",
    ),
    "a photo that is none": (
        ["mixed.yaml", "--layer", "wide", "--plot", "x.svg", "--image", "mixed.yaml"],
        "--image 'mixed.yaml' is no picture, or is cut off",
        "use a PNG, JPEG, GIF or WebP file",
    ),
    "a photo that is a folder": (
        ["mixed.yaml", "--layer", "wide", "--plot", "x.svg", "--image", "."],
        "--image '.' is no file",
        "name a PNG, JPEG, GIF or WebP file",
    ),
    "a photo below a measurement": (
        ["mixed.yaml", "--layer", "wide", "--plot", "x.svg", "--image", "x.png", "--effective"],
        "--image and --effective draw over each other",
        "leave one of them out",
    ),
    "a unit as a spreadsheet": (
        ["mixed.yaml", "--layer", "wide", "--format", "csv"],
        "--layer is told as a table or as json, not as csv",
        "leave out --layer or --format",
    ),
    "a measurement as a spreadsheet": (
        ["mixed.yaml", "--effective", "--format", "markdown"],
        "--effective is told as a table or as json, not as markdown",
        "leave out one of them",
    ),
    "no samples": (
        ["mixed.yaml", "--effective", "--samples", "0"],
        "--samples must be between 1 and 10,000, got 0",
        "",
    ),
    "a seed that torch would not take": (
        ["mixed.yaml", "--effective", "--seed", "-1"],
        "--seed must be between 0 and 2^62, got -1",
        "",
    ),
    "a plot in a folder that is not there": (
        ["mixed.yaml", "--plot", "missing/x.svg"],
        "cannot write 'missing/x.svg': no such file or directory",
        "make the folder 'missing' first",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    """What cannot be done is said in a sentence, with the way out, and leaves no file behind."""
    arguments, message, help_text = REFUSALS[case]
    expected = f"cnninspect: {message}\n" + (f"  = help: {help_text}\n" if help_text else "")
    assert told(capsys, *arguments) == (2, "", expected)
    assert {path.name for path in folder.iterdir()} == {"mixed.yaml", "deep.yaml", "two.yaml"}


def test_a_photo_is_never_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The photo that is drawn over is no place for the drawing."""
    (folder / "photo.svg").write_bytes(b"GIF89a;")
    assert told(capsys, "mixed.yaml", "--layer", "wide", "--plot", "photo.svg", "--image", "photo.svg") == (
        2,
        "",
        "cnninspect: --plot would write over --image\n  = help: name another file for the drawing\n",
    )
    assert (folder / "photo.svg").read_bytes() == b"GIF89a;"


def test_plots(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The growth of the network, and the field of a unit over a photo, are SVG files beside the usual report."""
    (folder / "photo.gif").write_bytes(b"GIF89a...;")
    code, out, err = told(capsys, "mixed.yaml", "--plot", "growth.svg")
    assert (code, err, out.startswith("mixed  mixed.yaml\n")) == (0, "", True)
    code, out, err = told(
        capsys, "mixed.yaml", "--layer", "flat", "--at", "0,0", "--plot", "field.SVG", "--image", "photo.gif"
    )
    assert (code, err, out.startswith("flat (conv), unit 0,0\n")) == (0, "", True)
    titles = [ET.parse(folder / name).getroot()[0].text for name in ("growth.svg", "field.SVG")]
    assert titles == ["mixed: receptive field over depth", "flat (conv), unit 0,0"]
    assert "data:image/gif;base64,R0lGODlhLi4uOw==" in (folder / "field.SVG").read_text("utf-8")


@pytest.mark.usefixtures("folder")
def test_a_large_photo_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A photo of more than 32 MiB is refused before it is read."""
    with Path("large.png").open("wb") as file:
        file.truncate(32 * 2**20 + 1)
    assert told(capsys, "mixed.yaml", "--layer", "wide", "--plot", "x.svg", "--image", "large.png") == (
        2,
        "",
        "cnninspect: --image 'large.png' is larger than 32 MiB\n  = help: make the picture smaller first\n",
    )


def test_png(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A PNG is painted by Pillow, and where that is missing its installation is told."""
    code, _, err = told(capsys, "mixed.yaml", "--plot", "growth.png")
    if find_spec("PIL") is None:
        assert (code, err) == (
            2,
            "cnninspect: a .png needs Pillow: pip install 'cnninspect[plot]'\n  = help: an .svg needs nothing\n",
        )
        assert not (folder / "growth.png").exists()
        return
    assert (code, err) == (0, "")
    assert (folder / "growth.png").read_bytes().startswith(b"\x89PNG")
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n IEND")
    code, _, err = told(capsys, "mixed.yaml", "--layer", "wide", "--plot", "f.png", "--image", "cut.png")
    assert (code, err.startswith("cnninspect: cannot read --image 'cut.png': ")) == (2, True)


def test_effective(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The measured field stands beside the theoretical one, in numbers and as a picture; a seed fixes it."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    arguments = ["mixed.yaml", "--layer", "flat", "--effective", "--samples", "3", "--format", "json"]
    code, out, _ = told(capsys, *arguments, "--plot", "heat.svg")
    found = json.loads(out)["effective"]
    assert (code, found["samples"], found["seed"], found["theoretical_area"]) == (0, 3, 0, 12 * 16)
    assert 0 < found["area"] <= found["theoretical_area"]
    assert found["part"] == found["area"] / found["theoretical_area"]
    assert [box["share"] for box in found["boxes"]] == [0.9, 0.95]
    assert all(box["holds"] >= box["share"] for box in found["boxes"])
    assert told(capsys, *arguments)[1] == out
    assert "effective field of 3 random networks" in (folder / "heat.svg").read_text("utf-8")
    _, page, _ = told(capsys, *arguments[:-2])
    assert "90 % of the gradient" in page
    assert "the brighter, the larger the gradient" in page


@pytest.mark.usefixtures("folder")
def test_effective_without_torch(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where torch is missing its installation is told."""
    monkeypatch.setitem(sys.modules, "torch", None)
    assert told(capsys, "mixed.yaml", "--effective") == (
        2,
        "",
        "cnninspect: measuring the effective field needs PyTorch, which is not installed\n"
        "  = help: pip install 'cnninspect[torch]'\n",
    )


def test_broken_models(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A mistake is shown above the table, whose lower part is unknown; the exit code is 1."""
    (tmp_path / "bad.yaml").write_text("input: [3, 8, 8]\nlayers:\n  - {conv: {out: 4, kernel: 9}, name: a}\n", "utf-8")
    code, out, err = told(capsys, str(tmp_path / "bad.yaml"))
    assert (code, err) == (1, "")
    assert out.startswith("error[size-reached-zero]: ")
    assert "\n\n1 error\n\nbad  " in out
    assert "The field of a is unknown: a layer has a mistake." in out
    assert "✓" not in out
    code, out, _ = told(capsys, str(tmp_path / "bad.yaml"), "--format", "json")
    assert (code, json.loads(out)["findings"][0]["code"]) == (1, "size-reached-zero")
    for options, message in (
        (["--plot", "x.svg"], "the field of 'a' is unknown, so it cannot be drawn"),
        (["--effective"], "what 'a' could see is unknown, so nothing can be held against it"),
    ):
        code, out, err = told(capsys, str(tmp_path / "bad.yaml"), "--layer", "a", *options)
        assert (code, err) == (2, f"cnninspect: {message}\n")
    code, out, err = told(capsys, str(tmp_path / "bad.yaml"), "--format", "csv")
    assert (code, out[:5], err[:6]) == (1, "name,", "error[")
    (tmp_path / "none.yaml").write_text("layers: 5\n", "utf-8")
    assert told(capsys, str(tmp_path / "none.yaml"))[0] == 1
    code, out, _ = told(capsys, str(tmp_path / "none.yaml"), "--format", "json")
    document = json.loads(out)
    assert [each["severity"] for each in document.pop("findings")] == ["error"]
    source = str(tmp_path / "none.yaml")
    assert (code, document) == (
        1,
        {
            "schema": "cnninspect.rf/1",
            "model": {"name": source, "source": source, "params": None, "variant": None},
            "inputs": [],
            "through_gates": None,
            "layers": [],
            "misaligned": [],
        },
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("format", ["table", "markdown", "csv"])
def test_the_input_that_is_named_is_told_alone(capsys: pytest.CaptureFixture[str], format: str) -> None:
    """With --of tables hold one input; JSON keeps all."""
    _, every, _ = told(capsys, "two.yaml", "--format", format)
    _, right, _ = told(capsys, "two.yaml", "--format", format, "--of", "right")
    assert ("left" in every, "right" in every) == (True, True)
    assert ("left" in right, "right" in right) == (False, True)
    assert set(right.splitlines()) <= set(every.splitlines())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("format", ["table", "markdown"])
def test_quiet_leaves_the_meanings_out(capsys: pytest.CaptureFixture[str], format: str) -> None:
    """With -q a table stands without what its figures mean, and is the same otherwise."""
    _, whole, _ = told(capsys, "mixed.yaml", "--format", format)
    _, brief, _ = told(capsys, "mixed.yaml", "--format", format, "-q")
    assert whole.startswith(brief)
    assert whole[len(brief) :].startswith("\nField: ")


@pytest.mark.usefixtures("folder")
def test_a_drawing_and_a_report_need_two_files(capsys: pytest.CaptureFixture[str]) -> None:
    """One name for --plot and -o is refused before anything is written."""
    assert told(capsys, "mixed.yaml", "--plot", "one.svg", "-o", "./one.svg") == (
        2,
        "",
        "cnninspect: --plot and --output both name 'one.svg'\n  = help: name another file for one of them\n",
    )
    assert not Path("one.svg").exists()


@pytest.mark.parametrize("option", [("--samples", "3"), ("--seed", "1"), ("--device", "cuda")])
def test_what_only_a_measurement_heeds(capsys: pytest.CaptureFixture[str], option: tuple[str, str]) -> None:
    """Options of --effective are refused without it."""
    assert told(capsys, "vgg11", *option) == (
        2,
        "",
        "cnninspect: --seed, --samples and --device need --effective\n  = help: add --effective, or leave them out\n",
    )


def test_static_and_light() -> None:
    """Without --effective neither torch nor numpy nor rich is imported."""
    script = (
        "import sys; from cnninspect.cli import run; run(['rf', 'vgg16', '--layer', 'features.28', '-o', '/dev/null']); "
        "print([name for name in ('torch', 'numpy', 'rich', 'PIL', 'dataclasses', 'fractions') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout == "[]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of POSIX")
@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "latin-1"}], ids=str)
def test_terminals(environment: dict[str, str]) -> None:
    """A terminal gets colour unless NO_COLOR is set, and ASCII where it has no more; no line is wider than it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "30", "PYTHONIOENCODING": "utf-8"})
        os.environ.update({"PYTHONPATH": str(ROOT), **environment})
        words = [sys.executable, "-m", "cnninspect", "rf", "resnet18", "--layer", "layer2.0.conv1", "--at", "0,3"]
        os.execv(sys.executable, words)
    found = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        found += piece
    os.waitpid(pid, 0)
    os.close(terminal)
    text = found.decode("utf-8" if "PYTHONIOENCODING" not in environment else "latin-1")
    assert ("\x1b[38;5;45m" in text) is (environment == {})
    assert text.isascii() or "PYTHONIOENCODING" not in environment
    assert ("▓" in text) is (environment == {"NO_COLOR": "1"})
    assert "rows              0–25, 26 of 224; the window is -25 to 25" in text.replace("0-25,", "0–25,").replace(
        "\x1b[1m", ""
    ).replace("\x1b[0m", "")
