"""A repository, asked through git itself: where it is, what a revision is, where two lines of work parted.

Nothing is written, not even git's index, no hook is run and no terminal is asked for a password.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_PAGER": "cat"}
SETTINGS = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
"""What a person has set and would change what git prints, or would run something."""
WHOLE = "in GitHub Actions give actions/checkout 'fetch-depth: 0', in GitLab set GIT_DEPTH to 0"


class Repository:
    """The repository that a folder lies in."""

    def __init__(self, folder: str = ".") -> None:
        self.folder = folder
        done = run(folder, ["rev-parse", "--show-toplevel"])
        if done.returncode:
            raise _no_repository(folder, done.stderr)
        self.top = os.fsdecode(done.stdout.removesuffix(b"\n"))

    def ask(self, *arguments: str) -> bytes:
        """What git prints; raises Problem where it fails."""
        done = run(self.folder, arguments)
        if done.returncode:
            raise _failed(done.stderr)
        return done.stdout

    def path(self, inside: str) -> str:
        """A path of the repository as seen from the folder that one stands in."""
        return os.path.relpath(os.path.join(self.top, inside))

    @property
    def shallow(self) -> bool:
        """Whether the clone has only the last revisions."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def known(self, name: str) -> str:
        """The name itself where git knows it, else with the remote before it, as a clone of one branch has the others.

        Raises Problem with how to get it where neither is a revision.
        """
        if name and not name.startswith("-") and name.isprintable():
            if self._resolved(name):
                return name
            remote = f"{self._remote(name)[0]}/{name}"
            if self._resolved(remote):
                return remote
        raise self._unknown(name)

    def commit(self, name: str) -> str:
        """The commit that a known name stands for."""
        return self._resolved(name)

    def merge_base(self, name: str) -> str:
        """The revision from which the work since a known name began, as a pull request has it."""
        theirs = self.commit(name)
        mine = self._resolved("HEAD")
        if not mine:
            return theirs
        done = run(self.folder, ["merge-base", theirs, mine])
        if done.returncode > 1:
            raise _failed(done.stderr)
        if done.returncode:
            raise self._parted(name)
        return done.stdout.split(b"\n")[0].decode("ascii")

    def _resolved(self, name: str) -> str:
        done = run(self.folder, ["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"])
        return "" if done.returncode else done.stdout.strip().decode("ascii")

    def _unknown(self, name: str) -> Problem:
        message = f"git knows no revision '{clip(name)}'"
        if ".." in name:  # two revisions, as git's own diff takes them
            first = clip(name.split("..", maxsplit=1)[0] or "HEAD")
            help_ = f"name the older of the two alone, --git {first}: the work tree is compared with it"
            return Problem("unknown-revision", message, help=help_)
        remote, branch = self._remote(name)
        shallow = self.shallow
        whole = "--unshallow " if shallow else ""  # all of both branches: else the place where they parted is missing
        refs = f"+refs/heads/{clip(branch)}:refs/remotes/{remote}/{clip(branch)}"
        command = f"git fetch {whole}--no-tags {remote} {refs}"
        advice = f"fetch it: {command}" if branch else "give a branch, a tag or a commit, such as origin/main"
        if shallow:
            return Problem("unknown-revision", f"{message}: this is a shallow clone", help=f"{advice}\n  or: {WHOLE}")
        return Problem("unknown-revision", message, help=advice)

    def _remote(self, name: str) -> tuple[str, str]:
        """The remote and the branch that a name may mean; no branch where it cannot be one."""
        remotes = self.ask("remote").decode("utf-8", "replace").split("\n")
        known = sorted([remote for remote in remotes if remote], key=lambda remote: remote != "origin")
        for remote in known:
            if name.startswith(f"{remote}/"):
                return remote, name[len(remote) + 1 :]
        branch = name if name and not name.startswith("-") and not set(name) & set(" ~^:?*[\\@{") else ""
        return (known[0], branch) if known and branch.isprintable() else ("origin", "")

    def _parted(self, name: str) -> Problem:
        own = f"or compare with {clip(name)} itself: --no-merge-base"
        if self.shallow:
            remote, _ = self._remote(name)
            command = f"git fetch --unshallow --no-tags {remote} '+refs/heads/*:refs/remotes/{remote}/*'"
            why = f"the history at hand ends before the revision from which '{clip(name)}' and HEAD parted"
            message = f"{why}: this is a shallow clone"
            return Problem("unknown-revision", message, help=f"fetch all of it: {command}\n  {WHOLE}\n  {own}")
        return Problem("unknown-revision", f"'{clip(name)}' and HEAD have no revision in common", help=own)


def run(folder: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder; raises Problem where there is no git or no such folder."""
    import subprocess

    command = ["git", *SETTINGS, *arguments]
    try:
        return subprocess.run(  # noqa: S603 - arguments, no shell
            command, cwd=folder, env={**os.environ, **QUIET}, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except ValueError:
        raise Problem("unknown-revision", "a name contains no NUL character") from None
    except OSError as error:
        if not os.path.isdir(folder):
            raise Problem("file-not-found", f"there is no folder '{clip(folder)}'") from None
        why = "git is not installed, or is not on the PATH" if isinstance(error, FileNotFoundError) else str(error)
        raise Problem("git-failed", clip(why), help="compare two files: cnninspect diff OLD NEW") from None


def _no_repository(folder: str, said: bytes) -> Problem:
    text = said.decode("utf-8", "replace")
    where = "this folder" if folder == "." else f"'{clip(folder)}'"
    if "not a git repository" in text:
        return Problem(
            "not-a-repository",
            f"{where} is not in a git repository",
            help="go into one, name a path in one, or compare two files: cnninspect diff OLD NEW",
        )
    if "work tree" in text:
        return Problem("not-a-repository", f"{where} is a repository without a work tree", help="go into a clone of it")
    return _failed(said)


def _failed(said: bytes) -> Problem:
    lines = [line for line in said.decode("utf-8", "replace").split("\n") if line.strip()]
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "no reason")
    advice = next((line.strip() for line in lines if line.strip().startswith("git config ")), "")
    return Problem("git-failed", f"git says: {clip(first, 200)}", help=clip(advice, 200))
