"""Files of a revision, and which of them are models that changed; in real repositories."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.frontends.git import repository as repositories
from cnninspect.frontends.git import revision as revisions
from cnninspect.frontends.git.changes import Change, changes, files, refuse_missing
from cnninspect.frontends.git.models import Opener, changed
from cnninspect.frontends.git.repository import Repository
from cnninspect.frontends.git.revision import Revision
from cnninspect.frontends.yaml.tree import Source
from cnninspect.values import Problem
from tests.support.repositories import ALONE, Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cnninspect.api.changed import Since

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
SMALL = "name: small\ninput: [3, 8, 8]\nlayers: [relu]\n"
OTHER = SMALL.replace("relu", "silu")
EXTENDS = "extends: base.yaml\nname: more\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A repository with two models, in which one stands."""
    for key, value in ALONE.items():
        monkeypatch.setenv(key, value)
    made = Folder(tmp_path / "repo")
    made.commit({"base.yaml": SMALL, "sub/deep.yaml": SMALL, "more.yaml": EXTENDS, "notes.yaml": "a: 1\n"})
    monkeypatch.chdir(made.path)
    return made


@pytest.fixture
def then(folder: Folder) -> Iterator[Revision]:
    """The first revision."""
    repository = Repository()
    found = Revision(repository, repository.commit("HEAD"), "HEAD")
    yield found
    found.close()
    assert folder.path.is_dir()


def refusal(*arguments: object, **options: object) -> Problem:
    """Why a comparison with a revision could not be run."""
    with pytest.raises(api.CannotRun) as stopped:
        api.diff_git(*arguments, **options)  # type: ignore[arg-type]
    return stopped.value.problem


def names(since: Since) -> list[tuple[str, str]]:
    """Each network with what became of it."""
    return [(case.name, case.status) for case in since.cases]


# --- a revision ---------------------------------------------------------------------------


def test_files_of_a_revision(then: Revision, folder: Folder) -> None:
    """What a revision has is read as it was, whatever the work tree has now."""
    (folder.path / "base.yaml").unlink()
    assert then.read("base.yaml").decode() == SMALL
    assert then.read("sub/../sub/./deep.yaml").decode() == SMALL
    assert [then.find(path) for path in ("sub", "../base.yaml", "sub/../../x", "/etc/passwd", "nothing")] == [None] * 5
    with pytest.raises(Problem, match="there is no file 'nothing' in HEAD"):
        then.read("nothing")


def test_links_of_a_revision(folder: Folder) -> None:
    """Links are followed as they were, also of folders; not out of the repository, and not in circles."""
    for link, target in {
        "one.yaml": "base.yaml",
        "two.yaml": "one.yaml",
        "dir": "sub",
        "sub/up.yaml": "../base.yaml",
        "out.yaml": "/etc/hostname",
        "above.yaml": "../outside.yaml",
        "circle.yaml": "circle.yaml",
    }.items():
        (folder.path / link).symlink_to(target)
    folder.commit()
    repository = Repository()
    then = Revision(repository, repository.commit("HEAD"), "HEAD")
    found = {
        path: then.find(path)
        for path in ("one.yaml", "two.yaml", "dir/deep.yaml", "sub/up.yaml", "out.yaml", "above.yaml", "circle.yaml")
    }
    then.close()
    assert found == {
        "one.yaml": "base.yaml",
        "two.yaml": "base.yaml",
        "dir/deep.yaml": "sub/deep.yaml",
        "sub/up.yaml": "base.yaml",
        "out.yaml": None,
        "above.yaml": None,
        "circle.yaml": None,
    }


def test_objects_that_are_not_there(folder: Folder) -> None:
    """A file of which the clone has only the name is told so; a file that no model is as large as is not read."""
    repository = Repository()
    then = Revision(repository, repository.commit("HEAD"), "HEAD")
    mode, _ = then.entries["base.yaml"]
    then.entries["base.yaml"] = mode, "0" * 40
    with pytest.raises(Problem, match=r"'base\.yaml' of HEAD is not in this clone"):
        then.read("base.yaml")
    then.close()
    then.close()
    assert folder.path.is_dir()


def test_a_reader_that_has_ended(then: Revision) -> None:
    """Where git has gone away in between, it is told like any object that is missing."""
    then.read("base.yaml")
    reader = then._reader
    assert reader is not None
    reader.kill()
    reader.wait()
    with pytest.raises(Problem, match="is not in this clone"):
        then.read("more.yaml")


def test_a_file_that_is_too_large(then: Revision, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file larger than any model nothing is kept, and the next one is read all the same."""
    monkeypatch.setattr(revisions, "LARGEST_FILE", 30)
    monkeypatch.setattr(revisions, "CHUNK", 7)
    with pytest.raises(Problem, match=r"'base\.yaml' of HEAD has 44 bytes"):
        then.read("base.yaml")
    assert then.read("more.yaml").decode() == EXTENDS[:30] or len(EXTENDS) > 30
    assert then.read("notes.yaml") == b"a: 1\n"


# --- changes ------------------------------------------------------------------------------


def test_what_differs(folder: Folder) -> None:
    """Changed, new, deleted and renamed files; below a path those of which either name is there."""
    folder.write({"base.yaml": OTHER, "new.yaml": SMALL + "# new\n" * 9})
    folder.git("mv", "sub/deep.yaml", "deeper.yaml")
    (folder.path / "notes.yaml").unlink()
    repository = Repository()
    head = repository.commit("HEAD")
    assert changes(repository, head) == [
        Change("base.yaml", "base.yaml"),
        Change("sub/deep.yaml", "deeper.yaml"),
        Change(None, "new.yaml"),
        Change("notes.yaml", None),
    ]
    assert changes(repository, head, ["sub"]) == [Change("sub/deep.yaml", "deeper.yaml")]
    assert changes(repository, head, ["n*.yaml"]) == [Change(None, "new.yaml"), Change("notes.yaml", None)]
    assert files(repository) == ["base.yaml", "deeper.yaml", "more.yaml", "new.yaml", "notes.yaml"]


def test_models_among_them(folder: Folder, then: Revision) -> None:
    """Other YAML is counted; what extends a changed file is there with the file that it extends."""
    folder.write({"base.yaml": OTHER, "notes.yaml": "a: 2\n", "text.txt": "x"})
    found = changed(then.repository, then)
    assert [(pair.old_file, pair.new_file, pair.because) for pair in found.pairs] == [
        ("base.yaml", "base.yaml", None),
        ("more.yaml", "more.yaml", "base.yaml"),
    ]
    assert found.other == 1


def test_models_that_were_moved_before_git_is_told(folder: Folder, then: Revision) -> None:
    """A file that went and a new one that is alike are one model; links out of the repository and other files are not."""
    for path in ("base.yaml", "notes.yaml"):
        (folder.path / path).unlink()
    folder.write({"nets/moved.yaml": SMALL + "# moved\n", "notes.txt": "a: 1\n"})
    (folder.path / "out.yaml").symlink_to("/etc/hostname")
    found = changed(then.repository, then, ["nets"])
    assert [(pair.old_file, pair.new_file) for pair in found.pairs] == [("base.yaml", "nets/moved.yaml")]
    everything = changed(then.repository, then)
    assert ("base.yaml", "nets/moved.yaml", None) in [
        (one.old_file, one.new_file, one.because) for one in everything.pairs
    ]
    assert (everything.links, everything.other) == (1, 1)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("chain.yaml", "extends: more.yaml\n", True),
        ("list.yaml", "extends: [base.yaml]\n", False),
        ("shipped.yaml", "extends: resnet50\n", False),
        ("broken.yaml", "extends: {\n", False),
        ("none.yaml", "[extends]\n", False),
        ("circle.yaml", "extends: circle.yaml\n", False),
        ("binary.yaml", "\0extends: base.yaml\n", False),
    ],
)
def test_chains(folder: Folder, name: str, text: str, told: bool) -> None:  # noqa: FBT001
    """A changed file is found through any number of files; what cannot be read extends nothing."""
    folder.commit({name: text})
    folder.write({"base.yaml": OTHER})
    repository = Repository()
    then = Revision(repository, repository.commit("HEAD"), "HEAD")
    found = changed(repository, then)
    then.close()
    assert (name in [pair.new_file for pair in found.pairs]) is told


def test_text_that_is_none(folder: Folder) -> None:
    """A file of other bytes is told where it looks as if it was meant as a model, now or then."""
    (folder.path / "base.yaml").write_bytes(SMALL.encode() + b"\xff")
    (folder.path / "notes.yaml").write_bytes(b"\xff")
    (folder.path / "more.yaml").unlink()
    assert names(api.diff_git("HEAD")) == [("small", "broken"), ("more", "deleted")]
    folder.commit()
    (folder.path / "base.yaml").unlink()
    (folder.path / "notes.yaml").unlink()
    since = api.diff_git("HEAD", batch=2)
    assert names(since) == [("base.yaml", "broken")]
    assert since.other == 1
    assert since.cases[0].old is not None


def test_files_that_cannot_be_read(folder: Folder) -> None:
    """A folder where a file was, and a file that is too large to be read, are told as what they are."""
    (folder.path / "base.yaml").unlink()
    (folder.path / "base.yaml").mkdir()
    assert ("small", "deleted") in names(api.diff_git("HEAD"))
    (told,) = api.diff_git("HEAD", variant="none").cases
    assert (told.name, told.status, told.because) == ("none", "broken", "base.yaml")


# --- what an old file extends ----------------------------------------------------------------


def test_what_an_old_file_extends(then: Revision, folder: Folder) -> None:
    """A file of the revision, a shipped network; a variant, nothing and what lies outside are refused."""
    opener = Opener(then)
    deep, top = opener.source("sub/deep.yaml"), Opener(then).source("base.yaml")
    assert deep.name == "HEAD:sub/deep.yaml"
    with pytest.raises(Problem, match="lies outside the model's folder"):
        opener("../base.yaml", deep)
    free = Opener(then, outside=True)
    assert free("../base.yaml", free.source("sub/deep.yaml")).text == SMALL
    shipped = opener("resnet50", deep)
    assert shipped.name == "resnet50.yaml"
    assert opener("vgg16", shipped).name == "vgg16.yaml"
    with pytest.raises(Problem, match="'resnet18' is a variant"):
        opener("resnet18", deep)
    with pytest.raises(Problem, match="there is no file 'nothing' in HEAD and no shipped network"):
        opener("nothing", deep)
    assert isinstance(top, Source)
    assert folder.path.is_dir()


# --- a repository ------------------------------------------------------------------------------


def test_repositories_and_revisions(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reason why there is nothing to compare with has a sentence of its own."""
    assert refusal("nothing").message == "git knows no revision 'nothing'"
    assert refusal("no such~name").help == "give a branch, a tag or a commit, such as origin/main"
    folder.git("remote", "add", "up", "https://example.org/x.git")
    assert "git fetch --no-tags up +refs/heads/other:refs/remotes/up/other" in refusal("up/other").help
    assert "git fetch --no-tags up +refs/heads/other:refs/remotes/up/other" in refusal("other").help
    assert refusal("a\0b").message.startswith("git knows no revision")
    monkeypatch.setattr(repositories, "SETTINGS", ("--no-such-option",))
    assert refusal("HEAD").code == "git-failed"
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert refusal("HEAD").message == "this folder is not in a git repository"
    assert refusal("HEAD", ["nowhere/x.yaml"]).message == "there is no folder 'nowhere'"
    assert names(api.diff_git("HEAD", ["repo"])) == []
    assert names(api.diff_git("HEAD", ["repo/base.yaml"])) == []
    (tmp_path / "plain").mkdir()
    assert refusal("HEAD", ["plain"]).message == "'plain' is not in a git repository"
    monkeypatch.setenv("PATH", str(tmp_path / "plain"))
    assert refusal("HEAD").message == "git is not installed, or is not on the PATH"


def test_advice_of_git_itself(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git says is told in its words, and the command that it advises is the help."""
    said = b"fatal: detected dubious ownership in repository at '/x'\nTo add an exception, call:\n\n\tgit config --global --add safe.directory /x\n"
    problem = repositories._failed(said)
    assert problem.message == "git says: fatal: detected dubious ownership in repository at '/x'"
    assert problem.help == "git config --global --add safe.directory /x"
    assert repositories._failed(b"").message == "git says: no reason"
    assert repositories._failed(b"odd\n").message == "git says: odd"
    with pytest.raises(Problem, match="no NUL"):
        repositories.run(".", ["a\0b"])
    with pytest.raises(Problem, match="git says: fatal: "):
        Repository().ask("rev-parse", "--verify", "nothing")
    monkeypatch.setattr(Repository, "_resolved", lambda _self, name: "" if name == "HEAD" else "1" * 40)
    assert Repository().merge_base("x") == "1" * 40
    monkeypatch.setattr(Repository, "_resolved", lambda _self, _name: "2" * 40)
    assert refusal("x").code == "git-failed"
    assert os.path.isdir(folder.path)


def test_histories_that_are_cut_or_apart(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the revision from which work began is not at hand, it is told why, and how to get it."""
    folder.git("checkout", "-q", "--orphan", "alone")
    folder.commit({"base.yaml": OTHER})
    apart = refusal("main")
    assert apart.message == "'main' and HEAD have no revision in common"
    assert apart.help == "or compare with main itself: --no-merge-base"
    assert ("small", "changed") in names(api.diff_git("main", merge_base=False, inputs={None: (3, 9, 9)}))
    folder.git("checkout", "-q", "main")
    folder.git("checkout", "-q", "-b", "work")
    folder.commit({"base.yaml": OTHER})
    clone = Folder(tmp_path / "clone", fresh=False)
    folder.git(
        "clone",
        "-q",
        "--depth",
        "1",
        "--no-single-branch",
        "--branch",
        "work",
        f"file://{folder.path}",
        str(clone.path),
    )
    monkeypatch.chdir(clone.path)
    cut = refusal("origin/main")
    assert cut.message.endswith("from which 'origin/main' and HEAD parted: this is a shallow clone")
    assert "git fetch --unshallow --no-tags origin '+refs/heads/*:refs/remotes/origin/*'" in cut.help
    assert "this is a shallow clone" in refusal("v1").message
    clone.git("fetch", "-q", "--unshallow", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
    assert ("small", "changed") in names(api.diff_git("origin/main"))
    since = api.diff_git("main")
    assert (since.base, since.known) == ("main", "origin/main")


def test_what_is_no_file_of_ours(folder: Folder, tmp_path: Path) -> None:
    """Links out of the repository and repositories within are counted; a link within is followed."""
    other = Folder(tmp_path / "other")
    other.commit({"base.yaml": SMALL})
    folder.git("submodule", "--quiet", "add", str(other.path), "vendor")
    (tmp_path / "outside.yaml").write_text(SMALL, "utf-8")
    (folder.path / "leak.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder.path / "within.yaml").symlink_to("base.yaml")
    (folder.path / "gone.yaml").symlink_to("nothing.yaml")
    since = api.diff_git("HEAD")
    assert (since.links, since.submodules, since.other) == (1, 1, 1)
    assert names(since) == [("small", "added")]


def test_files_that_are_not_checked_out(folder: Folder) -> None:
    """What a sparse checkout leaves out of the work tree is counted: it is there, and cannot be read."""
    first = folder.git("rev-parse", "HEAD")
    folder.commit({"sub/deep.yaml": OTHER, "base.yaml": OTHER})
    folder.git("sparse-checkout", "set", "--no-cone", "/*.yaml")
    assert not (folder.path / "sub").exists()
    since = api.diff_git(first)
    assert (since.absent, names(since)) == (1, [("small", "changed"), ("more", "changed")])


def test_a_range_is_no_revision(folder: Folder) -> None:
    """Two revisions, as git's own diff takes them, are refused with what to write."""
    assert folder.path.is_dir()
    for name, older in (("main..work", "main"), ("..work", "HEAD")):
        problem = refusal(name)
        assert problem.message == f"git knows no revision '{name}'"
        assert problem.help == f"name the older of the two alone, --git {older}: the work tree is compared with it"


def test_a_bare_repository(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository without a work tree has nothing to compare with."""
    folder.git("clone", "-q", "--bare", str(folder.path), str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    assert refusal("HEAD").message == "this folder is a repository without a work tree"


def test_a_model_that_cannot_be_read_any_more(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has grown too large is a model with a mistake, told without a line."""
    monkeypatch.setattr("cnninspect.frontends.yaml.source.LARGEST_FILE", 60)
    folder.write({"base.yaml": OTHER + "#" * 60})
    since = api.diff_git("HEAD", ["base.yaml"])
    (told,) = since.cases
    assert told.status == "broken"
    assert told.new is not None
    assert [finding.code for finding in told.new.findings] == ["file-too-large"]


def test_a_path_that_never_was_is_refused(folder: Folder) -> None:
    """What is named has to be here or in the revision; a pattern may mean nothing, a deleted file is still known."""
    repository = Repository()
    commit = repository.commit("HEAD")
    (folder.path / "notes.yaml").unlink()
    refuse_missing(repository, commit, ["base.yaml", "sub", "notes.yaml", "*.none"])
    with pytest.raises(Problem) as refused:
        refuse_missing(repository, commit, ["nope.yaml"])
    assert str(refused.value) == f"there is no 'nope.yaml', neither here nor in {commit[:10]}"
