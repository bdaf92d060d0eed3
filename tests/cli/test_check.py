"""`cnninspect check`, as a user and as a CI job run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
BAD = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, bais: false}\n"
WARNS = "input: [3, 8, 8]\nparams: {width: 8, spare: 1}\nlayers:\n  - conv: {out: $width, kernel: 3}\n"
VARIANTS = """\
name: family
input: [3, 8, 8]
params: {width: 8, groups: 1}
variants:
  wide: {width: 16}
  odd: {width: 9, groups: 4}
  even: {width: 10, groups: 4}
layers:
  - conv: {out: $width, kernel: 3}
  - conv: {out: 8, kernel: 3, groups: $groups}
  - conv: {out: 4, kernel: 9}
"""


def check(folder: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, its output piped."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GITLAB_", "CI"))}
    return subprocess.run(
        [sys.executable, "-m", "cnninspect", "check", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
    )


def write(folder: Path, **files: str) -> None:
    """Files of those stems."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def last(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of what was printed."""
    return done.stdout.rstrip("\n").rpartition("\n")[2]


def test_a_folder(tmp_path: Path) -> None:
    """Every model of the current folder is checked, other YAML is left alone, and the last line counts."""
    write(tmp_path, good=GOOD, bad=BAD, warns=WARNS, compose="services: {}\n")
    done = check(tmp_path)
    assert done.returncode == 1
    assert last(done) == "1 error, 1 warning in 3 files (3 models)"
    assert done.stdout.startswith("error[unknown-option]: conv has no option 'bais'\n --> bad.yaml:3:31\n")
    assert done.stderr == ""
    assert "1 other YAML file left alone" in check(tmp_path, "-v").stderr


def test_nothing_wrong(tmp_path: Path) -> None:
    """A clean tree exits 0 and says what was looked at."""
    write(tmp_path, good=GOOD)
    done = check(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no findings in 1 file (1 model)\n", "")


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        (GOOD, "note", 0),
        (WARNS, "error", 0),
        (WARNS, "warning", 1),
        (WARNS, "note", 1),
        (BAD, "error", 1),
        (BAD, "note", 1),
    ],
)
def test_what_makes_it_fail(tmp_path: Path, text: str, level: str, code: int) -> None:
    """Findings as bad as the level, or worse, exit 1; with --exit-zero nothing that is found does."""
    write(tmp_path, model=text)
    assert check(tmp_path, "--fail-level", level).returncode == code
    assert check(tmp_path, "--fail-level", level, "--exit-zero").returncode == 0


def test_every_variant(tmp_path: Path) -> None:
    """Every variant is checked; what several have is told once, with their names."""
    write(tmp_path, family=VARIANTS)
    done = check(tmp_path, "--format", "json")
    document = json.loads(done.stdout)
    assert [(m["name"], m["variant"], m["errors"]) for m in document["files"][0]["models"]] == [
        ("family", None, 1),
        ("wide", "wide", 1),
        ("odd", "odd", 1),
        ("even", "even", 1),
    ]
    assert [(f["code"], f["message"], f["models"]) for f in document["findings"]] == [
        ("groups-do-not-divide", "9 input channels do not split into 4 equal groups", ["odd"]),
        ("groups-do-not-divide", "10 input channels do not split into 4 equal groups", ["even"]),
        ("size-reached-zero", "a 9x9 window does not fit on a 4x4 map", ["family", "wide"]),
    ]
    assert document["summary"] == {
        "failed": True,
        "errors": 3,
        "warnings": 0,
        "notes": 0,
        "files": 1,
        "models": 4,
        "other_files": 0,
        "cannot_run": 0,
    }
    assert document["statistics"] == {"groups-do-not-divide": 2, "size-reached-zero": 1}
    text = check(tmp_path).stdout
    assert "= note: in family, wide: 2 of 4 models of the file\n" in text
    assert "= note: in odd: 1 of 4 models of the file\n" in text


def test_what_all_variants_have(tmp_path: Path) -> None:
    """A finding of every model of a file says so instead of listing them."""
    write(tmp_path, family=WARNS + "variants: {wide: {width: 16}}\n")
    assert "= note: in all 2 models of the file\n" in check(tmp_path).stdout


def test_what_several_files_extend(tmp_path: Path) -> None:
    """A mistake in a file that others extend is told once, with every model that has it."""
    write(tmp_path, base=BAD, one="extends: base.yaml\nname: one\n", two="extends: base.yaml\nname: two\n")
    document = json.loads(check(tmp_path, "--format", "json").stdout)
    assert [(f["file"], f["models"]) for f in document["findings"]] == [("base.yaml", ["base", "one", "two"])]
    assert document["summary"]["errors"] == 1


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A missing file exits 2 and is told on stderr; all others are checked all the same, also with --exit-zero."""
    write(tmp_path, bad=BAD)
    for more in ((), ("--exit-zero",)):
        done = check(tmp_path, "lost.yaml", "bad.yaml", *more)
        assert done.returncode == 2
        assert done.stderr == "cnninspect: there is no file 'lost.yaml'\n"
        assert last(done) == "1 error in 1 file (1 model)"
    document = json.loads(check(tmp_path, "lost.yaml", "bad.yaml", "--format", "json").stdout)
    assert document["cannot_run"] == [
        {"file": "lost.yaml", "code": "file-not-found", "message": "there is no file 'lost.yaml'", "help": ""}
    ]


def test_a_file_that_is_named_is_a_model(tmp_path: Path) -> None:
    """A file that was named is checked whatever stands in it."""
    write(tmp_path, compose="services: {}\n")
    done = check(tmp_path, "compose.yaml")
    assert done.returncode == 1
    assert "error[unknown-section]: 'services' is not a section of a model\n" in done.stdout


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("input: [3, 8, 8]\nlayers: [relu]\n".encode("utf-16"), "1 error in 2 files (2 models)"),
        (b"layers:\n  - \xff\n", "1 error in 2 files (2 models)"),
        (b"\xff\xfe\0", "no findings in 1 file (1 model)"),  # nothing says that it was meant as a model
        (b"", "no findings in 1 file (1 model)"),
        (b"input: [3, 8, 8]\nlayers: []\n", "1 error in 2 files (2 models)"),
        (b"layers: [[[\n", "1 error in 2 files (2 models)"),
    ],
    ids=["utf-16", "not-utf-8", "binary", "empty", "no-layers", "unclosed"],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, line: str) -> None:
    """A file that cannot be read as a model is a finding where it was meant as one; the others are checked."""
    write(tmp_path, good=GOOD)
    (tmp_path / "broken.yaml").write_bytes(data)
    assert last(check(tmp_path)) == line


def test_standard_input_and_shipped_networks(tmp_path: Path) -> None:
    """``-`` is a model, and so is the name of a shipped network: with its variants, or one of them."""
    done = check(tmp_path, "-", "alexnet", "resnet18", stdin=BAD)
    assert done.returncode == 1
    assert " --> <stdin>:3:31\n" in done.stdout
    assert last(done).startswith("1 error in 3 files (")
    assert last(check(tmp_path, "resnet18")) == "no findings in 1 file (1 model)"


def test_patterns_and_exclusion(tmp_path: Path) -> None:
    """Quoted patterns are expanded, and --exclude leaves out what it names."""
    (tmp_path / "old").mkdir()
    write(tmp_path, good=GOOD)
    write(tmp_path / "old", bad=BAD)
    assert last(check(tmp_path, "**/*.yaml")) == "1 error in 2 files (2 models)"
    assert last(check(tmp_path, "--exclude", "old")) == "no findings in 1 file (1 model)"
    assert last(check(tmp_path, "--exclude", str(tmp_path / "old"))) == "no findings in 1 file (1 model)"
    (tmp_path / "old" / "cnninspect.toml").write_text("")  # patterns of an option do not count from there
    assert last(check(tmp_path, "old", "--exclude", "old/*.yaml")) == "no findings in 0 files (0 models)"
    for options in ((), ("--fix",)):
        done = check(tmp_path, "--exclude", "!good.yaml", *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("cnninspect: --exclude: the pattern '!good.yaml' means no file\n")
    done = check(tmp_path, "lost/*.yaml")
    assert (done.returncode, done.stderr.split("\n")[0]) == (2, "cnninspect: no YAML file matches 'lost/*.yaml'")


def test_a_tree_without_models(tmp_path: Path) -> None:
    """Where there is no model that is said: a check of nothing should not pass for one that was passed."""
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (0, "no findings in 0 files (0 models)\n")
    assert done.stderr == "cnninspect: there is no model in the current folder; a model has layers: at its top level\n"


def test_quiet(tmp_path: Path) -> None:
    """-q prints what makes it fail and nothing else: nothing at all where nothing does."""
    write(tmp_path, warns=WARNS)
    assert check(tmp_path, "-q").stdout == ""
    write(tmp_path, bad=BAD)
    done = check(tmp_path, "-q")
    assert "unknown-option" in done.stdout
    assert "unused-param" not in done.stdout
    assert "files" not in done.stdout


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    """-o writes the report to a file and never over a model."""
    write(tmp_path, bad=BAD)
    done = check(tmp_path, "--format", "json", "-o", "report.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["errors"] == 1
    assert check(tmp_path, "-o", "bad.yaml").returncode == 2
    assert (tmp_path / "bad.yaml").read_text() == BAD


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    """It takes no other report with it: the rest is written, the reason told, and the exit code 2."""
    write(tmp_path, bad=BAD)
    both = ("--format", "sarif", "-o", "no/a.sarif", "--format", "json", "-o", "a.json", "--format", "text")
    done = check(tmp_path, *both)
    assert done.returncode == 2
    assert done.stderr == (
        "cnninspect: cannot write 'no/a.sarif': no such file or directory\n  = help: make the folder 'no' first\n"
    )
    assert json.loads((tmp_path / "a.json").read_text())["summary"]["errors"] == 1
    assert "unknown-option" in done.stdout


def test_wrong_words(tmp_path: Path) -> None:
    """A format or level that does not exist is refused with the nearest one."""
    done = check(tmp_path, "--format", "jsom")
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: --format has no 'jsom'\n  = help: did you mean 'json'?\n",
    )
    assert check(tmp_path, "--fail-level", "fatal").returncode == 2


def test_colour(tmp_path: Path) -> None:
    """Colour is for those who ask for it."""
    write(tmp_path, bad=BAD)
    assert "\x1b[" in check(tmp_path, "--color", "always").stdout
    assert "\x1b[" not in check(tmp_path).stdout


def test_a_mistake_of_ours_stops_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program itself fails at a file, that file is named and the others are checked."""
    from cnninspect import api
    from cnninspect.api import checking_file
    from cnninspect.frontends import discover

    write(tmp_path, a=GOOD, b=GOOD)
    real = discover.is_model

    def broken(source: object, opener: object) -> bool:
        if "a.yaml" in source.name:  # type: ignore[attr-defined]
            raise RecursionError("too deep")
        return real(source, opener)  # type: ignore[arg-type]

    monkeypatch.setattr(checking_file, "is_model", broken)
    checked = api.check([str(tmp_path)])
    assert len(checked.files) == 1
    (trouble,) = checked.troubles
    assert trouble.message.endswith("this is a mistake of cnninspect itself: RecursionError: too deep")


# --- configuration -----------------------------------------------------------------------


def repository(folder: Path, config: str = "", **files: str) -> None:
    """A repository with a configuration."""
    (folder / ".git").mkdir()
    write(folder, **files)
    if config:
        (folder / "cnninspect.toml").write_text(config, "utf-8")


def test_the_configuration_holds(tmp_path: Path) -> None:
    """The nearest configuration says what is checked and how; -v says which it is; --isolated and --config replace it."""
    repository(tmp_path, "paths = ['m']\nfail-level = 'warning'\nexclude = ['old']\n", bad=BAD)
    for name in ("m", "m/old"):
        (tmp_path / name).mkdir()
    write(tmp_path / "m", warns=WARNS)
    write(tmp_path / "m" / "old", bad=BAD)
    done = check(tmp_path, "-v")
    assert (done.returncode, last(done)) == (1, "1 warning in 1 file (1 model)")
    assert done.stderr.split("\n")[0] == "cnninspect: configured by cnninspect.toml"
    inner = check(tmp_path / "m", "-v")
    assert (inner.returncode, last(inner)) == (1, "1 warning in 1 file (1 model)")
    assert inner.stderr.split("\n")[0] == "cnninspect: configured by ../cnninspect.toml"
    assert check(tmp_path, "--fail-level", "error").returncode == 0
    assert last(check(tmp_path / "m", "--exclude", "./warns.yaml")) == "no findings in 0 files (0 models)"
    alone = check(tmp_path, "--isolated", "-v")
    assert last(alone) == "2 errors, 1 warning in 3 files (3 models)"
    assert alone.stderr.split("\n")[0] == "cnninspect: not configured"
    (tmp_path / "other.toml").write_text("ignore = ['unused-param']\n")
    assert last(check(tmp_path, "m/warns.yaml", "--config", "other.toml")) == "no findings in 1 file (1 model)"
    assert check(tmp_path, "--config", "lost.toml").returncode == 2
    assert check(tmp_path, "--config", "other.toml", "--isolated").returncode == 2


def test_mistakes_of_a_configuration(tmp_path: Path) -> None:
    """Nothing is checked by a configuration with mistakes: each is told with its line, and the exit code is 2."""
    repository(tmp_path, "fail-level = 'warn'\n[severity]\nunused-parm = 'off'\n", bad=BAD)
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error[bad-setting]: 'fail-level' must be error, warning or note, got 'warn'\n --> cnninspect.toml:1:1\n"
    )
    (tmp_path / "cnninspect.toml").write_text("[severity]\nunused-parm = 'off'\n[budgets]\nmcas = '<= 1'\n")
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "error[unknown-rule]: no finding that can be chosen is called 'unused-parm'\n --> cnninspect.toml:2:1\n"
        in done.stderr
    )
    assert "= help: did you mean 'unused-param'?" in done.stderr
    assert "error[unknown-metric]" in done.stderr
    assert " --> cnninspect.toml:4:1\n" in done.stderr


def test_paths_of_a_configuration_that_are_not_there(tmp_path: Path) -> None:
    """It is said where a path stands that nobody has typed, and of no other file that is missing."""
    repository(tmp_path, "paths = ['models', 'no', 'x/*.yaml']\n")
    (tmp_path / "models").mkdir()
    write(tmp_path / "models", good=GOOD)
    os.symlink("lost.yaml", tmp_path / "models" / "link.yaml")
    done = check(tmp_path)
    assert done.returncode == 2
    assert sorted(line for line in done.stderr.splitlines() if "help" in line) == [
        "  = help: mend the link, or name the file itself",
        "  = help: paths in cnninspect.toml names it",
        "  = help: paths in cnninspect.toml names it",
    ]


def test_overrides_by_file(tmp_path: Path) -> None:
    """What a configuration says of some files holds for them, counted from its own folder, wherever one stands."""
    config = "[per-file-ignores]\n'drafts/**' = ['unused-param']\n[[overrides]]\nfiles = 'final/*.yaml'\n"
    repository(tmp_path, config + "severity = {unused-param = 'error'}\n")
    for name in ("drafts", "final", "other"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, model=WARNS)
    done = check(tmp_path, "--format", "csv")
    rows = [line.split(",")[:3] for line in done.stdout.split("\n")[1:-1]]
    assert rows == [
        ["error", "unused-param", "final/model.yaml"],
        ["warning", "unused-param", "other/model.yaml"],
    ]
    inner = check(tmp_path / "final", "model.yaml", "--format", "csv")
    assert inner.stdout.split("\n")[1].split(",")[:3] == ["error", "unused-param", "model.yaml"]


def test_select_and_ignore(tmp_path: Path) -> None:
    """--select and --ignore choose findings by code; an unknown code is refused; mistakes are always told."""
    write(tmp_path, warns=WARNS, bad=BAD)
    assert last(check(tmp_path, "--ignore", "unused-param,unused-name")) == "1 error in 2 files (2 models)"
    assert last(check(tmp_path, "--select", "unused-block")) == "1 error in 2 files (2 models)"
    assert last(check(tmp_path, "--select", "unused")) == "1 error, 1 warning in 2 files (2 models)"
    overrides = "[[overrides]]\nfiles = ['warns.yaml']\nselect = ['unused-param']\n"
    (tmp_path / "cnninspect.toml").write_text(f"ignore = ['unused']\n{overrides}", "utf-8")
    assert last(check(tmp_path, "warns.yaml")) == "1 warning in 1 file (1 model)"
    assert last(check(tmp_path, "warns.yaml", "--ignore", "unused-param")) == "no findings in 1 file (1 model)"
    assert last(check(tmp_path, "warns.yaml", "--select", "dead-layer")) == "no findings in 1 file (1 model)"
    (tmp_path / "cnninspect.toml").write_text("ignore = ['unused-param']\n", "utf-8")
    assert last(check(tmp_path, "warns.yaml", "--select", "unused")) == "1 warning in 1 file (1 model)"
    (tmp_path / "cnninspect.toml").unlink()
    done = check(tmp_path, "--ignore", "unused-parm")
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: no finding that can be chosen is called 'unused-parm'\n  = help: did you mean 'unused-param'?\n",
    )


def test_budgets_from_everywhere(tmp_path: Path) -> None:
    """Limits of the file, of the configuration and of the command line all hold; each says where it stands."""
    config = "[budgets]\nlayers = '<= 0'\n[[overrides]]\nfiles = ['model.yaml']\nbudgets = {layers = '<= 100'}\n"
    repository(tmp_path, config, model=GOOD + "budgets: {parameters: '<= 10'}\n", other=GOOD)
    document = json.loads(check(tmp_path, "--budget", "macs <= 1", "--format", "json").stdout)
    found = [(f["code"], f["file"], f["line"], f["metric"], f["models"]) for f in document["findings"]]
    assert found == [
        ("budget-exceeded", "model.yaml", 1, "macs", ["model"]),
        ("budget-exceeded", "model.yaml", 4, "parameters", ["model"]),
        ("budget-exceeded", "cnninspect.toml", 2, "layers", ["other"]),
        ("budget-exceeded", "other.yaml", 1, "macs", ["other"]),
    ]
    (model,) = document["files"][0]["models"]
    assert [(one["budget"], one["passed"], one["margin"]) for one in model["budgets"]] == [
        ("parameters <= 10", False, -214),
        ("layers <= 100", True, 99),
        ("macs <= 1", False, -7775),
    ]
    text = check(tmp_path).stdout
    assert "2 | layers = '<= 0'\n" in text
    assert check(tmp_path, "--budget", "mcas <= 1").returncode == 2


def test_a_limit_of_the_configuration_names_the_file(tmp_path: Path) -> None:
    """Networks of one name in several files are told apart, though they break the same limit at the same place."""
    net = f"name: net\n{GOOD}"
    repository(tmp_path, "[budgets]\nlayers = '<= 0'\n", one=net, two=net)
    done = check(tmp_path)
    assert [line for line in done.stdout.splitlines() if "note: in" in line] == [
        "  = note: in net of one.yaml",
        "  = note: in net of two.yaml",
    ]
    document = json.loads(check(tmp_path, "--format", "json").stdout)
    assert [found["model_file"] for found in document["findings"]] == ["one.yaml", "two.yaml"]


def test_plugins_of_a_configuration(tmp_path: Path) -> None:
    """Layers of one's own are known where the configuration names their module."""
    plugin = (
        "from cnninspect.layers.base import Pointwise\n"
        "class Mine(Pointwise, name='mine'):\n    'Mine.'\n"
        "    torch = 'torch.nn:ReLU'\n    ranks = (0, 1, 2, 3)\n"
    )
    (tmp_path / "ours.py").write_text(plugin)
    repository(tmp_path, "plugins = ['ours']\n", model="input: [3, 8, 8]\nlayers: [mine]\n")
    assert check(tmp_path).returncode == 0
    assert check(tmp_path, "--isolated").returncode == 1


# --- several formats ---------------------------------------------------------------------


def test_several_formats_at_once(tmp_path: Path) -> None:
    """Each -o belongs to the --format before it; what has none goes to standard output."""
    write(tmp_path, bad=BAD)
    done = check(tmp_path, "--format", "sarif", "-o", "a.sarif", "--format=junit", "--output=j.xml", "--format", "csv")
    assert done.returncode == 1
    assert json.loads((tmp_path / "a.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "j.xml").read_text().startswith("<?xml")
    assert done.stdout.startswith("severity,code")
    both = check(tmp_path, "--format", "csv", "--format", "text")
    assert both.stdout.startswith("severity,code")
    assert last(both) == "1 error in 1 file (1 model)"
    first = check(tmp_path, "-oa.csv", "--format", "csv")
    assert (first.stdout, (tmp_path / "a.csv").read_text()[:8]) == ("", "severity")
    assert check(tmp_path, "-o", "t.txt").stdout == ""
    assert (tmp_path / "t.txt").read_text().endswith("1 error in 1 file (1 model)\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "csv", "-o", "a", "-o", "b"), "-o is given twice for --format csv"),
        (("-o", "a", "-o", "b"), "there are more -o than --format"),
        (("--format", "csv", "-o", "a", "--format", "json", "-o", "a"), "two reports go to the same file"),
        (("--format", "csv", "-o", "a", "--format", "json", "-o", "./a"), "two reports go to the same file"),
    ],
)
def test_outputs_that_belong_to_no_format(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """An -o that nothing goes to is refused, as are two reports in one file."""
    done = check(tmp_path, *arguments)
    assert (done.returncode, done.stderr.split("\n")[0]) == (2, f"cnninspect: {told}")


def test_in_the_ci_of_github(tmp_path: Path) -> None:
    """In GitHub Actions annotations are written, and the summary of the job is added to; paths are the repository's."""
    repository(tmp_path)
    (tmp_path / "m").mkdir()
    write(tmp_path / "m", bad=BAD)
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    job = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = check(tmp_path / "m", **job)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=m/bad.yaml,line=3,endLine=3,col=31,endColumn=35,title=cnninspect%3A ")
    assert summary.read_text().startswith("before\n<!-- cnninspect check -->\n\n### ❌ cnninspect: 1 error in 1 file")
    before = summary.read_text()
    assert check(tmp_path / "m", "--format", "text", **job).stdout.startswith("error[unknown-option]")
    assert summary.read_text() == before
    summary.write_text("x" * 2**20)
    assert check(tmp_path / "m", **job).returncode == 1
    assert len(summary.read_text()) == 2**20  # what GitHub does not take is not written
    summary.unlink()
    assert check(tmp_path / "m", **job).returncode == 1
    assert not summary.exists()


def test_statistics(tmp_path: Path) -> None:
    """--statistics counts the findings of each code, the most first."""
    write(tmp_path, bad=BAD, worse=BAD, warns=WARNS)
    assert check(tmp_path, "--statistics").stdout == (
        "2  error    unknown-option\n1  warning  unused-param\n\n2 errors, 1 warning in 3 files (3 models)\n"
    )
    write(tmp_path, bad=GOOD, worse=GOOD, warns=GOOD)
    assert check(tmp_path, "--statistics").stdout == "no findings in 3 files (3 models)\n"


def test_the_rules_are_listed(tmp_path: Path) -> None:
    """--list-rules tells what is looked for by this configuration and how grave it is, and checks nothing."""
    repository(tmp_path, "ignore = ['unused-block']\n[severity]\nunused-param = 'error'\n", bad=BAD)
    done = check(tmp_path, "--list-rules", "--ignore", "unused-name")
    lines = {line.split()[1]: line.split() for line in done.stdout.split("\n")[:-1]}
    assert done.returncode == 0
    assert [lines[code][0] for code in ("unused-param", "unused-block", "unused-name", "bias-before-norm")] == [
        *("error", "off", "off", "warning"),
    ]
    assert all(len(words) > 3 for words in lines.values())
    assert "\x1b[1;31merror  \x1b[0m  unused-param" in check(tmp_path, "--list-rules", "--color", "always").stdout
    assert check(tmp_path, "--list-rules", "--select", "nothing").returncode == 2


def test_the_rules_are_listed_as_json(tmp_path: Path) -> None:
    """--list-rules has --format json and -o, in any service; a format that is about findings is refused."""
    repository(tmp_path, "ignore = ['unused-block']\n", bad=BAD)
    document = json.loads(check(tmp_path, "--list-rules", "--format", "json").stdout)
    assert document["schema"] == "cnninspect.check-rules/1"
    found = {rule["code"]: rule for rule in document["rules"]}
    text = check(tmp_path, "--list-rules").stdout
    assert [line.split()[1] for line in text.splitlines()] == list(found)
    assert found["unused-block"]["severity"] is None
    assert found["bias-before-norm"]["severity"] == "warning"
    assert all(rule["summary"] in text for rule in found.values())
    done = check(
        tmp_path, "--list-rules", "--format", "text", "-o", "rules.txt", "--format", "json", "-o", "rules.json"
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "rules.json").read_text("utf-8")) == document
    assert (tmp_path / "rules.txt").read_text("utf-8") == text
    for word in ("csv", "sarif", "github"):
        done = check(tmp_path, "--list-rules", "--format", word)
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            done.stderr
            == f"cnninspect: --list-rules is told as text or json, not as {word}\n  = help: leave out --format\n"
        )
    assert check(tmp_path, "--list-rules", "-o", "cnninspect.toml").returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="has other terminals")
def test_a_terminal_that_is_narrow(tmp_path: Path) -> None:
    """In a terminal a long line of a file is cut to its width, around the place that is meant; it is coloured."""
    write(tmp_path, long=BAD.replace("bais: false", f"{'padding: 1, ' * 9}bais: false"))
    ours, theirs = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "50", "TERM": "xterm", "GITHUB_ACTIONS": ""}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "cnninspect", "check", "long.yaml", "--select", "unused"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = ""
    while True:
        try:
            text += os.read(ours, 65536).decode()
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait() == 1
    assert "\x1b[1;31merror[" in text
    pieces = text.replace("\r", "").split("\x1b[")
    plain = "".join([pieces[0], *[piece.partition("m")[2] for piece in pieces[1:]]])
    shown = [line for line in plain.split("\n") if line.startswith("3 | ")]
    assert shown
    assert all(len(line) <= 50 and "…" in line for line in shown)
