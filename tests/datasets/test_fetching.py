"""Files are fetched only when asked, checked, tried again, and gone on with where they broke off; against a server here."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

pytest.importorskip("torch")

from cnninspect.data import catalogue, fetching
from cnninspect.data.catalogue import Known, Remote
from cnninspect.data.opening import open_data
from cnninspect.values import Problem
from tests.datasets import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.torch

CONTENT = bytes(range(256)) * 400  # 102,400 bytes
REMOTE = Remote("file.bin", "", len(CONTENT))


class Answer(NamedTuple):
    """What the server says to one request."""

    body: bytes = CONTENT
    status: int = 200
    stop: int | None = None
    """Break off after so many bytes of the body."""
    ranges: bool = True
    length: bool = True


class Server:
    """A server that gives prepared answers, the last one again and again, and remembers what was asked."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str | None]] = []

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving(*answers: Answer) -> Iterator[tuple[Server, str]]:
    server = Server(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            server.asked.append((self.path, asked))
            answer = server.next()
            body, status = answer.body, answer.status
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and answer.ranges else 0
            if start and status == 200:
                status = 206
            self.send_response(status)
            if answer.length:
                self.send_header("Content-Length", str(len(body) - start))
            if status == 206:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.end_headers()
            self.wfile.write(body[start : answer.stop])

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{http.server_address[1]}/"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited; the server is asked directly."""
    monkeypatch.setenv("no_proxy", "*")
    found: list[float] = []
    monkeypatch.setattr("cnninspect.data.fetching.time.sleep", found.append)
    return found


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """The file that is served, with its checksum."""
    path = tmp_path / "original"
    path.write_bytes(CONTENT)
    return REMOTE._replace(md5=fetching.md5_of(str(path)))


def test_a_file_arrives(remote: Remote, tmp_path: Path, waits: list[float]) -> None:
    """A file is fetched under its name, told of as it arrives, and nothing is left beside it."""
    told: list[tuple[str, int, int]] = []
    with serving(Answer()) as (server, address):
        path = fetching.fetch(remote, [address], str(tmp_path / "new" / "folder"), lambda *all_: told.append(all_))
    assert (tmp_path / "new" / "folder" / "file.bin").read_bytes() == CONTENT
    assert path == str(tmp_path / "new" / "folder" / "file.bin")
    assert [entry.name for entry in (tmp_path / "new" / "folder").iterdir()] == ["file.bin"]
    assert (server.asked, waits) == ([("/file.bin", None)], [])
    assert told[-1] == ("file.bin", len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("length", [True, False], ids=["with length", "without length"])
def test_an_answer_that_breaks_off_is_gone_on_with(
    *, remote: Remote, tmp_path: Path, waits: list[float], length: bool
) -> None:
    """The next try asks for the rest alone."""
    with serving(Answer(stop=30_000, length=length), Answer(stop=70_000, length=length), Answer()) as (server, address):
        path = fetching.fetch(remote, [address], str(tmp_path))
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=30000-", "bytes=70000-"]
    assert (waits, path) == ([1.0, 4.0], str(tmp_path / "file.bin"))


def test_the_next_run_goes_on(remote: Remote, tmp_path: Path) -> None:
    """What has arrived is kept where all tries broke off, and the next run asks for the rest."""
    with serving(Answer(stop=10_000), Answer(stop=10_000, ranges=True)) as (_, address):
        with pytest.raises(Problem) as caught:
            fetching.fetch(remote, [address], str(tmp_path))
        assert caught.value.code == "download-failed"
        assert "broke off after" in caught.value.message
    assert (tmp_path / "file.bin.part").read_bytes() == CONTENT[:10_000]
    with serving(Answer()) as (server, address):
        fetching.fetch(remote, [address], str(tmp_path))
    assert server.asked == [("/file.bin", "bytes=10000-")]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_server_without_ranges(remote: Remote, tmp_path: Path) -> None:
    """A server that sends everything again is read from the beginning."""
    (tmp_path / "file.bin.part").write_bytes(b"x" * 500)
    with serving(Answer(ranges=False)) as (server, address):
        fetching.fetch(remote, [address], str(tmp_path))
    assert server.asked == [("/file.bin", "bytes=500-")]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_part_of_another_file(remote: Remote, tmp_path: Path) -> None:
    """A part that does not belong to the file makes its checksum wrong: it is fetched from the beginning."""
    (tmp_path / "file.bin.part").write_bytes(b"x" * 500)
    with serving(Answer()) as (server, address):
        fetching.fetch(remote, [address], str(tmp_path))
    assert [asked for _, asked in server.asked] == ["bytes=500-", None]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_part_that_is_too_long(remote: Remote, tmp_path: Path) -> None:
    """A part that is longer than the file is begun anew."""
    (tmp_path / "file.bin.part").write_bytes(b"x" * (len(CONTENT) + 1))
    with serving(Answer()) as (server, address):
        fetching.fetch(remote, [address], str(tmp_path))
    assert server.asked == [("/file.bin", None)]


def test_a_wrong_checksum(remote: Remote, tmp_path: Path) -> None:
    """A whole answer with another content is never given the file's name, however often it comes."""
    other = bytes(len(CONTENT))
    with serving(Answer(other)) as (server, address), pytest.raises(Problem) as caught:
        fetching.fetch(remote, [address], str(tmp_path))
    assert len(server.asked) == fetching.TRIES
    assert f"instead of {remote.md5}" in caught.value.message
    assert not (tmp_path / "file.bin").exists()
    assert (tmp_path / "file.bin.part").read_bytes() == b""


def test_an_answer_that_is_too_long(remote: Remote, tmp_path: Path) -> None:
    """A server that sends more than the file has is not listened to any longer."""
    with (
        serving(Answer(CONTENT * 30)) as (server, address),
        pytest.raises(Problem, match="it has more than 102,400 bytes"),
    ):
        fetching.fetch(remote, [address], str(tmp_path))
    assert len(server.asked) == 1


def test_the_next_mirror(remote: Remote, tmp_path: Path) -> None:
    """What one mirror lacks the next one has; an error of the server's own is tried again, one of ours is not."""
    with serving(Answer(b"", 404)) as (first, one), serving(Answer(b"", 503), Answer()) as (second, other):
        fetching.fetch(remote, [one, other], str(tmp_path))
    assert (len(first.asked), len(second.asked)) == (1, 2)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_no_mirror_helps(remote: Remote, tmp_path: Path) -> None:
    """Where nobody has the file each mirror is told of with its reason, and where to put it by hand."""
    with serving(Answer(b"", 404)) as (_, one):
        pass
    with serving(Answer(b"", 403)) as (_, other), pytest.raises(Problem) as caught:
        fetching.fetch(remote, [one, other], str(tmp_path))
    problem = caught.value
    assert (
        problem.message
        == f"file.bin could not be fetched from any of 2 mirrors: {other}: the server says 403 Forbidden"
    )
    assert problem.notes[0].startswith(f"{one}: [Errno")
    assert problem.help == f"put it at '{tmp_path}/file.bin' by hand, or try later"


def test_a_server_that_answers_nonsense(remote: Remote, tmp_path: Path) -> None:
    """A range that begins elsewhere is not appended."""
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:100])
    with serving(Answer(status=206, ranges=False)) as (_, address):
        fetching.fetch(remote, [address], str(tmp_path))
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_range_that_is_refused(remote: Remote, tmp_path: Path) -> None:
    """A server that refuses the rest is asked for everything."""
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:100])
    with serving(Answer(b"", 416), Answer()) as (server, address):
        fetching.fetch(remote, [address], str(tmp_path))
    assert [asked for _, asked in server.asked] == ["bytes=100-", None]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_part_that_is_whole(remote: Remote, tmp_path: Path) -> None:
    """What had arrived whole is checked and named; nobody is asked."""
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    fetching.fetch(remote, ["http://127.0.0.1:9/"], str(tmp_path))
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_folder_that_cannot_be_written(remote: Remote, tmp_path: Path) -> None:
    """A data folder that is a file is told of before anything is fetched."""
    (tmp_path / "data").write_text("x")
    with pytest.raises(Problem) as caught:
        fetching.fetch(remote, ["http://127.0.0.1:9/"], str(tmp_path / "data"))
    assert (caught.value.code, "cannot be written" in caught.value.message) == ("download-failed", True)


def test_a_disk_that_is_full(remote: Remote, tmp_path: Path) -> None:
    """A full disk is told of as what it is, not as a mirror that fails."""
    (tmp_path / "file.bin.part").symlink_to("/dev/full")
    with serving(Answer()) as (_, address), pytest.raises(Problem) as caught:
        fetching.fetch(remote, [address], str(tmp_path))
    assert caught.value.message == f"'{tmp_path}/file.bin' cannot be written: no space left on device"


def test_several_processes_fetch_once(remote: Remote, tmp_path: Path) -> None:
    """Of several that want the same file one fetches it and the others wait for it."""
    with serving(Answer()) as (server, address):
        threads = [threading.Thread(target=fetching.fetch, args=(remote, [address], str(tmp_path))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.asked) == 1
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert not (tmp_path / "file.bin.part").exists()


# --- sets ---------------------------------------------------------------------------------


def small_mnist(folder: Path) -> tuple[Known, dict[str, bytes]]:
    """A set like MNIST that is served here."""
    known = catalogue.known("mnist")
    assert known is not None
    writing.write_mnist(folder, ".gz")
    files = {remote.name: (folder / remote.name).read_bytes() for remote in known.files}
    remotes = [Remote(name, fetching.md5_of(str(folder / name)), len(data)) for name, data in files.items()]
    return known._replace(files=tuple(remotes)), files


def test_nothing_is_fetched_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the option a missing set says which files, how large, from where, and where to put them; nobody is asked."""
    monkeypatch.setattr("cnninspect.data.named.fetch", None)
    with pytest.raises(Problem) as caught:
        open_data("fashion-mnist", data_dir=str(tmp_path))
    problem = caught.value
    assert problem.code == "missing-data"
    assert problem.message == (
        f"the files of fashion-mnist are not in '{tmp_path}/fashion-mnist': train-images-idx3-ubyte.gz (26.4 MB), "
        "train-labels-idx1-ubyte.gz (29.5 kB), t10k-images-idx3-ubyte.gz (4.4 MB), t10k-labels-idx1-ubyte.gz (5.1 kB)"
    )
    mirror = "from http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz"
    assert problem.notes[0] == mirror
    assert problem.help == "add --download to fetch 30.9 MB, or put them there; --data-dir names another folder"
    with pytest.raises(Problem, match=r"cifar-10-binary\.tar\.gz \(170\.1 MB\)"):
        open_data("cifar10", data_dir=str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_set_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the option a set is fetched, read, and the next time found; files that are there already are kept."""
    known, files = small_mnist(tmp_path / "original")
    first = known.files[0].name
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "data" / "mnist" / first).write_bytes(files[first])
    with serving(*[Answer(files[remote.name]) for remote in known.files[1:]]) as (server, address):
        monkeypatch.setattr(catalogue, "known", lambda _: known._replace(mirrors=(address,)))
        data = open_data("mnist", data_dir=str(tmp_path / "data"), download=True)
        again = open_data("mnist", data_dir=str(tmp_path / "data"), download=True)
    assert [path for path, _ in server.asked] == [f"/{remote.name}" for remote in known.files[1:]]
    assert (len(data.train), len(data.validation), data.identity) == (30, 12, again.identity)


def test_a_damaged_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the data folder that is not the published one is refused, not silently fetched over."""
    known, _ = small_mnist(tmp_path / "mnist")
    path = tmp_path / "mnist" / known.files[2].name
    path.write_bytes(gzip.compress(writing.idx_bytes(writing.images(12, 28, 28, seed=7))))
    monkeypatch.setattr(catalogue, "known", lambda _: known)
    with pytest.raises(Problem) as caught:
        open_data("mnist", data_dir=str(tmp_path), download=True)
    assert caught.value.message == (
        f"'{path}' is not the file that the set's authors published: its MD5 is not {known.files[2].md5}"
    )
