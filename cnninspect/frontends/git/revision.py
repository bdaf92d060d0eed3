"""The files of one revision, straight from git's store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.frontends.git.repository import QUIET, SETTINGS
from cnninspect.frontends.yaml.source import LARGEST_FILE
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    import subprocess

    from cnninspect.frontends.git.repository import Repository

LINK, SUBMODULE = "120000", "160000"
"""Modes of what is no file."""
MOST_LINKS = 16
CHUNK = 2**20


class Revision:
    """A commit and what lies in it; ``label`` is what a person calls it."""

    def __init__(self, repository: Repository, commit: str, label: str) -> None:
        self.repository = repository
        self.commit = commit
        self.label = label
        self._entries: dict[str, tuple[str, str]] | None = None
        self._reader: subprocess.Popen[bytes] | None = None

    @property
    def entries(self) -> dict[str, tuple[str, str]]:
        """Mode and object of every path, from the top of the repository."""
        if self._entries is None:
            listed = self.repository.ask("ls-tree", "-r", "-z", "--full-tree", self.commit)
            self._entries = {}
            for line in listed.split(b"\0"):
                meta, _, path = line.partition(b"\t")
                if path:
                    mode, _, name = meta.split(b" ")
                    self._entries[os.fsdecode(path)] = mode.decode("ascii"), name.decode("ascii")
        return self._entries

    def find(self, path: str) -> str | None:
        """The file that a path leads to, links followed; None where there is none, or it leads out."""
        parts = _parts(path)
        for _ in range(MOST_LINKS):
            if parts is None:
                return None
            link = next((n for n in range(1, len(parts) + 1) if self._mode("/".join(parts[:n])) == LINK), None)
            if link is None:
                found = "/".join(parts)
                return found if self._mode(found) not in (None, SUBMODULE) else None
            target = os.fsdecode(self._object("/".join(parts[:link])))
            inside = "/".join([*parts[: link - 1], target, *parts[link:]])
            parts = None if target.startswith("/") else _parts(inside)
        return None

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises Problem."""
        found = self.find(path)
        if found is None:
            raise Problem("file-not-found", f"there is no file '{clip(path)}' in {clip(self.label)}")
        return self._object(found)

    def close(self) -> None:
        """Let go of git."""
        reader, self._reader = self._reader, None
        if reader is None:
            return
        for stream in (reader.stdin, reader.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:  # it has gone already, and what was asked with it
                pass
        reader.wait()

    def _mode(self, path: str) -> str | None:
        found = self.entries.get(path)
        return None if found is None else found[0]

    def _object(self, path: str) -> bytes:
        reader = self._started()
        assert reader.stdin is not None
        assert reader.stdout is not None
        try:
            reader.stdin.write(self.entries[path][1].encode("ascii") + b"\n")
            reader.stdin.flush()
            head = reader.stdout.readline().split()
        except OSError:
            head = []
        if len(head) != 3:  # noqa: PLR2004 - name, kind, size
            message = f"'{clip(path)}' of {clip(self.label)} is not in this clone"
            raise Problem("git-failed", message, help="fetch it: git fetch, or clone without --filter")
        size = int(head[2])
        data = reader.stdout.read(min(size, LARGEST_FILE))
        left = size - len(data) + 1  # and the end of the line
        while left > 0:
            left -= len(reader.stdout.read(min(left, CHUNK))) or left
        if size > LARGEST_FILE:
            message = f"'{clip(path)}' of {clip(self.label)} has {size:,} bytes; a model has at most {LARGEST_FILE:,}"
            raise Problem("file-too-large", message, help="is this the right file?")
        return data

    def _started(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            import subprocess

            self._reader = subprocess.Popen(  # noqa: S603 - arguments, no shell
                ["git", *SETTINGS, "cat-file", "--batch"],  # noqa: S607 - the git of the PATH
                cwd=self.repository.folder,
                env={**os.environ, **QUIET},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._reader


def _parts(path: str) -> list[str] | None:
    """The folders and the name of a path from the top; None where it leads out of the repository."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts
