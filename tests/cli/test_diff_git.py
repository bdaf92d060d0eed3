"""`cnninspect diff --git` in real repositories."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.reports.test_diff import NEW, OLD
from tests.support.repositories import ALONE, Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
WIDE = "extends: tiny.yaml\nname: wide\ninput: [3, 64, 64]\n"
SMALL = "name: small\ninput: [3, 8, 8]\nlayers: [relu]\n"
VARIED = """\
name: varied
input: [3, 8, 8]
params: {width: 4, last: 2}
variants:
  broad: {width: 8}
  slim: {width: 2}
layers:
  - conv: {out: $width, kernel: 3}
  - conv: {out: $last, kernel: 1}
"""

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def run(where: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "cnninspect", "diff", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        cwd=where,
        env={**os.environ, **ALONE, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
    )


def told(where: Path, *arguments: str) -> list[str]:
    """One line for each network, and the last line."""
    done = run(where, *arguments, "-q")
    assert done.stderr == ""
    return done.stdout.splitlines()


def document(where: Path, *arguments: str) -> dict[str, Any]:
    """The report as JSON."""
    found: dict[str, Any] = json.loads(run(where, *arguments, "--format", "json").stdout)
    return found


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is that of a terminal also where the tests run in a service."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A repository with a model, one that extends it, one of variants, and YAML that is no model."""
    made = Folder(tmp_path / "repo")
    made.commit(
        {"models/tiny.yaml": OLD, "models/wide.yaml": WIDE, "models/varied.yaml": VARIED, "ci.yaml": "jobs: 1\n"}
    )
    made.git("checkout", "-q", "-b", "work")
    return made


def test_nothing_changed(folder: Folder) -> None:
    """Where nothing changed, that is what is told."""
    head = folder.git("rev-parse", "HEAD")[:10]
    done = run(folder.path, "--git", "main", "--exit-code")
    assert (done.returncode, done.stdout) == (0, f"since the merge base of main and HEAD ({head}): 0 model files\n")


def test_what_extends_a_changed_file_changes(folder: Folder) -> None:
    """A file that did not change itself is compared where it extends one that did; the old one as it was then."""
    folder.commit({"models/tiny.yaml": NEW, "ci.yaml": "jobs: 2\n"})
    assert told(folder.path, "--git", "main")[:2] == [
        "tiny  models/tiny.yaml: 1 layer added, 2 changed, 3 renamed, 4 with other shapes",
        "wide  models/wide.yaml, extends models/tiny.yaml: 1 layer added, 2 changed, 3 renamed, 4 with other shapes",
    ]
    found = document(folder.path, "--git", "main")
    assert [case["because_of"] for case in found["comparisons"]] == [None, "models/tiny.yaml"]
    assert found["base"]["other_files"] == 1
    assert [case["old"]["findings"] for case in found["comparisons"]] == [[], []]


def test_what_is_not_committed_counts(folder: Folder) -> None:
    """The work tree is compared: changes that are not committed, and new files that git does not know."""
    folder.write({"models/tiny.yaml": NEW, "models/fresh.yaml": SMALL})
    assert told(folder.path, "--git", "HEAD")[0] == "small  models/fresh.yaml: new network"
    assert told(folder.path, "--git", "HEAD", "models/tiny.yaml")[0].startswith("tiny  models/tiny.yaml: 1 layer added")
    assert folder.git("status", "--porcelain") == "M models/tiny.yaml\n?? models/fresh.yaml"


def test_renamed_new_and_deleted(folder: Folder) -> None:
    """A renamed file is followed, a new and a deleted one are told."""
    folder.git("mv", "models/varied.yaml", "models/other.yaml")
    (folder.path / "models/wide.yaml").unlink()
    folder.commit({"models/other.yaml": VARIED.replace("last: 2", "last: 3"), "models/new.yaml": SMALL})
    lines = told(folder.path, "--git", "main")
    assert lines[:-1] == [
        "small  models/new.yaml: new network",
        "varied  models/varied.yaml -> models/other.yaml: 1 layer changed",
        "broad  models/varied.yaml -> models/other.yaml, variant broad: 1 layer changed",
        "slim  models/varied.yaml -> models/other.yaml, variant slim: 1 layer changed",
        "wide  models/wide.yaml: deleted network",
    ]
    assert lines[-1].endswith("3 model files, networks: 3 changed, 1 new, 1 deleted")
    text = run(folder.path, "--git", "main", "models/other.yaml").stdout
    assert "\nvariant  parameters          MACs\nbroad           251  +3.7%  8,640  +3.4%  1 layer changed\n" in text


def test_moved_before_git_is_told(folder: Folder) -> None:
    """A file that was moved and edited in the work tree is followed as if git knew, below a path of either name too."""
    (folder.path / "models/varied.yaml").unlink()
    folder.write({"nets/other.yaml": VARIED.replace("last: 2", "last: 3"), "nets/new.yaml": SMALL})
    lines = [
        "varied  models/varied.yaml -> nets/other.yaml: 1 layer changed",
        "broad  models/varied.yaml -> nets/other.yaml, variant broad: 1 layer changed",
        "slim  models/varied.yaml -> nets/other.yaml, variant slim: 1 layer changed",
    ]
    assert told(folder.path, "--git", "main")[:-1] == ["small  nets/new.yaml: new network", *lines]
    assert told(folder.path, "--git", "main", "models")[:-1] == lines
    assert told(folder.path, "--git", "main", "nets/other.yaml")[:-1] == lines
    folder.git("add", "-A")
    assert told(folder.path, "--git", "main")[:-1] == ["small  nets/new.yaml: new network", *lines]


def test_variants_that_came_and_went(folder: Folder) -> None:
    """A variant that is new is a new network, one that is gone a deleted one; those that are the same are counted."""
    folder.commit({"models/varied.yaml": VARIED.replace("slim: {width: 2}", "huge: {width: 64}")})
    lines = told(folder.path, "--git", "main")
    assert lines[:-1] == [
        "huge  models/varied.yaml, variant huge: new network",
        "slim  models/varied.yaml, variant slim: deleted network",
    ]
    assert lines[-1].endswith("networks: 1 new, 1 deleted, 2 the same")
    assert told(folder.path, "--git", "main", "--variant", "huge")[:-1] == lines[:1]


def test_merge_base_and_base_itself(folder: Folder) -> None:
    """As a pull request has it, what happened on the base since is no change of ours; --no-merge-base compares with it."""
    folder.git("checkout", "-q", "main")
    folder.commit({"models/tiny.yaml": NEW})
    folder.git("checkout", "-q", "work")
    folder.commit({"models/new.yaml": SMALL})
    assert told(folder.path, "--git", "main")[:-1] == ["small  models/new.yaml: new network"]
    lines = told(folder.path, "--git", "main", "--no-merge-base")
    assert lines[1] == "tiny  models/tiny.yaml: 1 layer removed, 2 changed, 3 renamed, 4 with other shapes"
    assert lines[-1].startswith("since main (")
    found = document(folder.path, "--git", "main", "--no-merge-base")
    assert found["comparisons"][1]["removed"][0]["source"]["file"] == "main:models/tiny.yaml"


def test_from_a_folder_within(folder: Folder) -> None:
    """In a folder of the repository paths are as seen from there, and all of the repository is looked at."""
    folder.commit({"models/tiny.yaml": NEW, "new.yaml": SMALL})
    assert [line.split(":")[0] for line in told(folder.path / "models", "--git", "main")[:-1]] == [
        "small  ../new.yaml",
        "tiny  tiny.yaml",
        "wide  wide.yaml, extends tiny.yaml",
    ]
    assert len(told(folder.path / "models", "--git", "main", ".")) == 3
    assert len(told(folder.path, "--git", "main", "models/**/w*.yaml")) == 2


def test_a_path_that_never_was(folder: Folder) -> None:
    """A slip in a path does not pass for nothing that changed; what was deleted may be named, file or folder, and patterns may be idle."""
    for path in ("models/tinny.yaml", "modles", "models/tinny.yaml/x"):
        done = run(folder.path, "--git", "main", path)
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            f"there is no '{path}', neither here nor in {folder.git('rev-parse', 'main')[:10]}\n  = help: "
            in done.stderr
        )
    folder.git("rm", "-q", "-r", "models")
    assert told(folder.path, "--git", "main", "models/wide.yaml")[0] == "wide  models/wide.yaml: deleted network"
    assert len(told(folder.path, "--git", "main", "models")) > 2
    assert told(folder.path, "--git", "main", "idle/*.yaml")[-1].endswith("0 model files")


def test_a_repository_in_a_folder(folder: Folder) -> None:
    """From outside a repository the first path leads into it."""
    folder.commit({"models/tiny.yaml": NEW})
    outside = folder.path.parent
    assert told(outside, "--git", "main", "repo/models/tiny.yaml")[0].startswith("tiny  repo/models/tiny.yaml: 1 layer")


def test_broken_on_one_side(folder: Folder) -> None:
    """A model that is broken now fails and is told; one that was broken and is mended does not; the rest is compared."""
    folder.commit({"models/tiny.yaml": NEW, "models/varied.yaml": VARIED.replace("kernel: 3", "kernel: 99")})
    done = run(folder.path, "--git", "main")
    assert done.returncode == 1
    assert "the new model has mistakes: not compared" in done.stdout
    assert "error[size-reached-zero]" in done.stdout
    assert " --> models/varied.yaml:8:33" in done.stdout
    assert "1 layer added, 2 changed" in done.stdout
    folder.git("checkout", "-q", "-b", "mending")
    folder.commit({"models/varied.yaml": VARIED})
    mended = run(folder.path, "--git", "work", "--fail-on", "parameters > +1%")
    assert "the old model has mistakes: not compared" in mended.stdout
    assert " --> work:models/varied.yaml" not in mended.stdout  # the merge base is named by its commit
    assert mended.returncode == 1  # by how much it grew is unknown
    assert run(folder.path, "--git", "work").returncode == 0


def test_variants_of_a_file_that_says_nothing(folder: Folder) -> None:
    """Of a file that cannot be read nobody knows the variants: none of them is deleted, and none new once it is mended."""
    folder.commit({"models/varied.yaml": "layers: ["})
    then = document(folder.path, "--git", "main")["comparisons"]
    assert [(case["variant"], case["status"]) for case in then] == [
        (variant, "broken") for variant in (None, "broad", "slim")
    ]
    assert run(folder.path, "--git", "main").returncode == 1
    folder.git("checkout", "-q", "main", "--", "models/varied.yaml")
    mended = told(folder.path, "--git", "HEAD")
    assert mended[1] == "broad  models/varied.yaml, variant broad: the old model has mistakes: not compared"
    assert mended[-1].endswith(": 1 model file, networks: 3 with mistakes")
    assert run(folder.path, "--git", "HEAD").returncode == 0


def test_text_that_is_none(folder: Folder) -> None:
    """A file that is no text any more is told, with its place."""
    (folder.path / "models/varied.yaml").write_bytes(VARIED.encode().replace(b"varied", b"vari\xff"))
    done = run(folder.path, "--git", "main")
    assert done.returncode == 1
    assert "error[invalid-encoding]" in done.stdout


def test_odd_names(folder: Folder) -> None:
    """Quotes, blanks, tabs, newlines, dashes and bytes that are no text in a file's name."""
    names = ["a b.yaml", "q\"uo'te.yaml", "tab\there.yaml", "new\nline.yaml", "-dash.yaml", "höhe.yaml", "star*.yaml"]
    for name in names:
        folder.write({name: SMALL})
    Path(os.fsdecode(os.fsencode(folder.path) + b"/\xff.yaml")).write_text(SMALL, "utf-8")
    folder.commit(message="odd")
    folder.git("checkout", "-q", "-b", "next")
    changed = SMALL.replace("relu", "silu")
    for name in names:
        folder.write({name: changed})
    Path(os.fsdecode(os.fsencode(folder.path) + b"/\xff.yaml")).write_text(changed, "utf-8")
    lines = told(folder.path, "--git", "work")
    assert len(lines) == len(names) + 2
    assert all(line.isprintable() for line in lines)
    assert sum("1 layer changed" in line for line in lines) == len(names) + 1
    assert len(told(folder.path, "--git", "work", "star*.yaml")) == 2
    assert len(document(folder.path, "--git", "work")["comparisons"]) == len(names) + 1


def test_links(folder: Folder) -> None:
    """A link that leads to another model of the repository is followed then and now; one that leads out is not."""
    (folder.path / "current.yaml").symlink_to("models/tiny.yaml")
    folder.commit(message="link")
    folder.git("checkout", "-q", "-b", "next")
    (folder.path / "current.yaml").unlink()
    (folder.path / "current.yaml").symlink_to("models/varied.yaml")
    outside = folder.path.parent / "outside.yaml"
    outside.write_text(SMALL, "utf-8")
    (folder.path / "leak.yaml").symlink_to(outside)
    (folder.path / "drip.yaml").symlink_to(outside)
    lines = told(folder.path, "--git", "work")
    assert lines[0].startswith("varied  current.yaml: ")
    assert lines[-1].endswith("left alone: 2 links out of the repository")
    assert not [line for line in lines if "leak" in line]


def test_a_sparse_checkout(folder: Folder, tmp_path: Path) -> None:
    """Models that a sparse checkout leaves out are counted, and not taken for deleted ones."""
    wide = WIDE.replace("64, 64", "32, 32")
    folder.commit(
        {"models/varied.yaml": VARIED.replace("width: 4", "width: 5"), "top.yaml": SMALL, "models/wide.yaml": wide}
    )
    folder.git("clone", "-q", "--sparse", str(folder.path), str(tmp_path / "sparse"))
    lines = told(tmp_path / "sparse", "--git", "origin/main")
    assert lines[0].startswith("small  top.yaml: new network")
    assert lines[1].endswith(": 1 model file, networks: 1 new; left alone: 2 files that are not checked out")
    assert document(tmp_path / "sparse", "--git", "origin/main")["base"]["not_checked_out"] == 2


def test_a_folder_that_was_a_link(folder: Folder) -> None:
    """What a file of the old revision extends is found through links of that revision."""
    (folder.path / "same").symlink_to("models")
    folder.commit(
        {"top.yaml": "extends: models/tiny.yaml\nname: top\n", "via.yaml": "extends: same/tiny.yaml\nname: via\n"}
    )
    folder.git("checkout", "-q", "-b", "next")
    folder.commit({"models/tiny.yaml": NEW})
    found = document(folder.path, "--git", "work")
    status = {case["name"]: case["status"] for case in found["comparisons"]}
    assert status["top"] == "changed"
    assert not [
        finding for case in found["comparisons"] if case["name"] == "via" for finding in case["old"]["findings"]
    ]


def test_submodules(folder: Folder, tmp_path: Path) -> None:
    """A repository within the repository is counted, not looked into."""
    other = Folder(tmp_path / "other")
    other.commit({"tiny.yaml": OLD})
    folder.git("submodule", "--quiet", "add", str(other.path), "vendor")
    folder.commit(message="submodule")
    lines = told(folder.path, "--git", "main")
    assert lines[-1].endswith("0 model files; left alone: 1 submodule")


def test_old_bases_are_read_from_the_old_revision(folder: Folder) -> None:
    """What the old file extends is the old text, also where the file is gone from the work tree."""
    folder.git("mv", "models/tiny.yaml", "models/base.yaml")
    folder.commit({"models/wide.yaml": WIDE.replace("tiny.yaml", "base.yaml")})
    found = document(folder.path, "--git", "main")
    assert {case["name"]: case["status"] for case in found["comparisons"]} == {"tiny": "same", "wide": "same"}


def test_a_base_that_is_gone_breaks_what_extends_it(folder: Folder) -> None:
    """Where the file that another one extends is deleted, the other one is told to be broken."""
    (folder.path / "models/tiny.yaml").unlink()
    done = run(folder.path, "--git", "main")
    assert done.returncode == 1
    assert "error[extends-not-found]" in done.stdout


def test_a_shallow_clone(folder: Folder, tmp_path: Path) -> None:
    """In a shallow clone the missing revision is told with what to fetch, and that does help."""
    folder.commit({"models/tiny.yaml": NEW})
    clone = Folder(tmp_path / "clone", fresh=False)
    origin = f"file://{folder.path}"
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", "--branch", "work", origin, str(clone.path)],
        env={**os.environ, **ALONE},
        check=True,
        capture_output=True,
    )
    done = run(clone.path, "--git", "origin/main")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cnninspect: git knows no revision 'origin/main': this is a shallow clone\n")
    branch = "--no-tags origin +refs/heads/main:refs/remotes/origin/main"
    assert f"git fetch --unshallow {branch}\n" in done.stderr
    assert "fetch-depth: 0" in done.stderr
    clone.git("fetch", "--depth", "1", *branch.split())
    parted = run(clone.path, "--git", "origin/main")
    assert parted.returncode == 2
    assert "the history at hand ends before the revision from which 'origin/main' and HEAD parted" in parted.stderr
    assert told(clone.path, "--git", "origin/main", "--no-merge-base")[0].startswith("tiny  models/tiny.yaml: 1 layer")
    assert "git fetch --unshallow --no-tags origin '+refs/heads/*:refs/remotes/origin/*'" in parted.stderr
    clone.git("fetch", "-q", "--unshallow", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
    assert told(clone.path, "--git", "origin/main")[0].startswith("tiny  models/tiny.yaml: 1 layer added")


@pytest.mark.parametrize(
    ("base", "depth"),
    [
        ("main", ["--depth", "1"]),
        ("origin/main", ["--depth", "1"]),
        ("main", ["--single-branch"]),
        ("main", ["--depth", "2", "--no-single-branch"]),
    ],
)
def test_the_help_helps(folder: Folder, tmp_path: Path, base: str, depth: list[str]) -> None:
    """What is advised is enough, typed as it stands, for a branch that was not cloned, or not far enough back."""
    folder.commit({"models/tiny.yaml": NEW})
    folder.commit({"notes.txt": "more"})
    folder.git("checkout", "-q", "main")
    for number in range(3):
        folder.commit({"later.txt": str(number)})
    clone = Folder(tmp_path / "clone", fresh=False)
    folder.git("clone", "-q", *depth, "--branch", "work", f"file://{folder.path}", str(clone.path))
    done = run(clone.path, "--git", base)
    assert done.returncode == 2
    advice = next(line for line in done.stderr.splitlines() if "help: fetch" in line)
    clone.git(*shlex.split(advice.partition(": git ")[2]))
    parted = folder.git("merge-base", "main", "work")[:10]
    name = "main (origin/main)" if base == "main" else base
    done = run(clone.path, "--git", base)
    assert done.stdout.endswith(
        f"since the merge base of {name} and HEAD ({parted}): 2 model files, networks: 2 changed\n"
    )
    done = run(clone.path, "--git", base, "--no-merge-base")
    assert f"since {name} ({folder.git('rev-parse', 'main')[:10]}): " in done.stdout
    clone.git("branch", "main", "work")  # what is here by this name is what is meant
    assert "since the merge base of main and HEAD" in run(clone.path, "--git", "main").stdout


def test_revisions_that_are_none(folder: Folder, tmp_path: Path) -> None:
    """A revision that git does not know, histories without anything in common, a name that is an option."""
    for name in ("nothing", "--output=x", "", "a\nb"):
        done = run(folder.path, f"--git={name}")
        assert (done.returncode, done.stdout) == (2, ""), name
        assert "git knows no revision" in done.stderr
    assert not (folder.path / "x").exists()
    for name, older in (("main..work", "main"), ("main...work", "main"), ("..work", "HEAD")):
        said = run(folder.path, "--git", name).stderr
        assert said == (
            f"cnninspect: git knows no revision '{name}'\n"
            f"  = help: name the older of the two alone, --git {older}: the work tree is compared with it\n"
        )
    folder.git("checkout", "-q", "--orphan", "alone")
    folder.commit(message="alone")
    done = run(folder.path, "--git", "main")
    assert done.returncode == 2
    assert "'main' and HEAD have no revision in common" in done.stderr
    assert "--no-merge-base" in done.stderr
    assert run(folder.path, "--git", "main", "--no-merge-base").returncode == 0
    assert tmp_path.exists()


def test_no_repository_and_no_git(tmp_path: Path, folder: Folder) -> None:
    """Outside a repository, in a bare one, and without git there is a sentence and no traceback."""
    outside = tmp_path / "outside"
    outside.mkdir()
    done = run(outside, "--git", "main", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cnninspect: this folder is not in a git repository\n")
    without = run(folder.path, "--git", "main", PATH=str(outside))
    assert (without.returncode, without.stdout) == (2, "")
    assert without.stderr.startswith("cnninspect: git is not installed, or is not on the PATH\n")
    bare = tmp_path / "bare"
    subprocess.run(["git", "clone", "-q", "--bare", str(folder.path), str(bare)], check=True, capture_output=True)
    assert "work tree" in run(bare, "--git", "main").stderr


def test_an_empty_repository(tmp_path: Path) -> None:
    """Before the first commit there is no revision to compare with."""
    empty = Folder(tmp_path / "empty")
    empty.write({"a.yaml": SMALL})
    assert run(empty.path, "--git", "main").returncode == 2


def test_settings_of_a_person_change_nothing(folder: Folder) -> None:
    """Whatever git is set to, the report is the same, and no program of theirs is run."""
    folder.commit({"models/tiny.yaml": NEW})
    plain = told(folder.path, "--git", "main")
    marker = folder.path.parent / "ran"
    settings: Mapping[str, str] = {
        "diff.noprefix": "true",
        "diff.renames": "false",
        "diff.orderFile": "missing",
        "diff.external": f"touch {marker}",
        "core.fsmonitor": f"touch {marker}",
        "color.ui": "always",
        "core.quotePath": "true",
        "diff.relative": "true",
        "diff.submodule": "log",
    }
    for key, value in settings.items():
        folder.git("config", key, value)
    assert told(folder.path, "--git", "main") == plain
    assert not marker.exists()


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("parameters > +1%", 1),
        ("parameters > +50%", 0),
        ("parameters > +2K", 1),
        ("parameters > +3K", 0),
        ("macs > 1G", 0),
        ("layers != +0", 1),
        ("peak_activation_bytes > +1MiB", 0),
        ("layers < -5%", 0),
    ],
)
def test_conditions(folder: Folder, condition: str, code: int) -> None:
    """What grew, shrank or is large fails where it was said to; one condition is enough."""
    folder.commit({"models/tiny.yaml": NEW})
    done = run(folder.path, "--git", "main", "models/tiny.yaml", "--fail-on", condition, "--fail-on", "macs > 1T")
    assert done.returncode == code
    assert ("fails: tiny: " in done.stdout) == bool(code)


def test_a_condition_that_is_none(folder: Folder) -> None:
    """A condition that cannot be read is told before anything is compared."""
    done = run(folder.path, "--git", "main", "--fail-on", "params > 1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'params' is no figure of a comparison" in done.stderr
    assert "did you mean 'parameters'?" in done.stderr
