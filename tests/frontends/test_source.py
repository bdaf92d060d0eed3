"""Only a readable text file becomes a source; whatever else is refused for its own reason."""

from __future__ import annotations

import io
import os
import socket
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from cnninspect.frontends.yaml import source as module
from cnninspect.frontends.yaml.source import BadText, Unreadable, read_source, text_source
from cnninspect.values import Span

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, data: bytes) -> str:
    """The path, as text, of a new file."""
    path.write_bytes(data)
    return str(path)


def refused(path: str) -> tuple[str, str, str]:
    """The code, message and help with which a path is refused as no readable file."""
    with pytest.raises(Unreadable) as caught:
        read_source(path, None)
    return caught.value.code, caught.value.message.replace(os.path.dirname(path) + os.sep, ""), caught.value.help


def bad(data: bytes) -> tuple[str, str, str, Span]:
    """The code, message, help and place with which bytes are refused as no text."""
    with pytest.raises(BadText) as caught:
        read_source("-", io.BytesIO(data))
    problem = caught.value
    return problem.code, problem.message, problem.help, problem.span


def place(line: int, column: int) -> Span:
    """The place of one character of standard input."""
    return Span("<stdin>", line, column, line, column + 1)


def test_file(tmp_path: Path) -> None:
    """A file gives its text, named as the user wrote it, with the path that was read."""
    path = write(tmp_path / "m.yaml", "name: größe # 😀\n".encode())
    source = read_source(path, None)
    assert (source.name, source.path, source.text) == (path, path, "name: größe # 😀\n")


def test_link_to_a_file(tmp_path: Path) -> None:
    """A link to a file is read as the file."""
    write(tmp_path / "m.yaml", b"a: 1")
    (tmp_path / "link.yaml").symlink_to("m.yaml")
    assert read_source(str(tmp_path / "link.yaml"), None).text == "a: 1"


@pytest.mark.parametrize(
    "stdin", [io.BytesIO("a: é".encode()), io.StringIO("a: é"), io.TextIOWrapper(io.BytesIO("a: é".encode()))]
)
def test_standard_input(stdin: io.BytesIO | io.StringIO | io.TextIOWrapper) -> None:
    """A dash reads UTF-8 from standard input, whatever its own encoding, and has no path."""
    source = read_source("-", stdin)
    assert (source.name, source.path, source.text) == ("<stdin>", None, "a: é")


def test_byte_order_mark() -> None:
    """A UTF-8 byte order mark is dropped, and counts in no column."""
    assert read_source("-", io.BytesIO(b"\xef\xbb\xbfa: 1")).text == "a: 1"
    assert text_source("\ufeffa: 1").text == "a: 1"


@pytest.mark.parametrize("text", ["a: 1\r\nb: 2\r\n", "a: 1\rb: 2\r", "a: 1\nb: 2\n"])
def test_line_ends(text: str) -> None:
    """Lines may end as on any system; the source has them end in one way."""
    assert text_source(text).text == "a: 1\nb: 2\n"


def test_missing(tmp_path: Path) -> None:
    """A missing file is called missing, with the name that was probably meant."""
    write(tmp_path / "vgg16.yaml", b"a: 1")
    assert refused(str(tmp_path / "vgg61.yaml")) == (
        "file-not-found",
        "there is no file 'vgg61.yaml'",
        "did you mean 'vgg16.yaml'?".replace("vgg16", f"{tmp_path}{os.sep}vgg16"),
    )
    assert refused(str(tmp_path / "vgg16"))[2] == f"did you mean '{tmp_path}{os.sep}vgg16.yaml'?"
    assert refused(str(tmp_path / "none" / "x.yaml")) == ("file-not-found", "there is no file 'x.yaml'", "")
    assert refused(str(tmp_path / "vgg16.yaml" / "x"))[0] == "file-not-found"
    assert refused("")[:2] == ("file-not-found", "there is no file ''")


def test_folder(tmp_path: Path) -> None:
    """A folder is no model."""
    (tmp_path / "models").mkdir()
    assert refused(str(tmp_path / "models")) == ("not-a-file", "'models' is a folder", "name a file in it")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe(tmp_path: Path) -> None:
    """A pipe without a writer is refused at once instead of being waited for."""
    os.mkfifo(tmp_path / "p")
    advice = "write '-' to read from standard input"
    assert refused(str(tmp_path / "p")) == ("not-a-file", "'p' is a named pipe", advice)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no devices in its file system")
def test_devices() -> None:
    """Devices and sockets are refused without being opened."""
    assert refused("/dev/zero")[:2] == ("not-a-file", "'zero' is a device")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/s")
        assert refused(f"{folder}/s")[:2] == ("not-a-file", "'s' is a socket")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_forbidden_file(tmp_path: Path) -> None:
    """A file without permission tells the system's reason."""
    path = write(tmp_path / "m.yaml", b"a: 1")
    os.chmod(path, 0)
    assert refused(path) == ("unreadable-file", "'m.yaml' cannot be read: permission denied", "")


def test_odd_names() -> None:
    """Names that no file can have are refused like any other, printed without control characters."""
    assert refused("a\0b") == ("unreadable-file", "'a\\x00b' cannot be read: a name contains no NUL character", "")
    assert refused("x" * 5000)[0] == "unreadable-file"
    assert refused("\x1b[31m\u202e.yaml")[1] == "there is no file '\\x1b[31m\\u202e.yaml'"
    assert refused("\ud800")[0] == "unreadable-file"


def test_too_large(tmp_path: Path) -> None:
    """A file above 16 MiB is refused by its size alone; one of exactly that size is read."""
    path = tmp_path / "m.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**30)
    limit = "16,777,216"
    message = f"'m.yaml' has 107,374,182,400 bytes; a model has at most {limit}"
    assert refused(str(path)) == ("file-too-large", message, "is this the right file?")
    path.write_bytes(b"#" * 2**24)
    with pytest.raises(BadText, match=r"contains nothing but comments"):
        read_source(str(path), None)


def test_too_large_stream() -> None:
    """Standard input is read no further than the limit."""

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            self.taken += len(buffer)
            buffer[:] = b"a" * len(buffer)
            return len(buffer)

    endless = Endless()
    with pytest.raises(Unreadable) as caught:
        read_source("-", io.BufferedReader(endless))  # type: ignore[type-var]
    assert (caught.value.code, caught.value.message) == (
        "file-too-large",
        "standard input has more than 16,777,216 bytes; a model has at most 16,777,216",
    )
    assert endless.taken < 2**25


def test_growing_file() -> None:
    """A file that says it is empty and goes on is read no further than the limit."""
    if not os.path.exists("/proc/self/status"):
        pytest.skip("no file of this kind here")
    assert os.stat("/proc/self/status").st_size == 0
    assert "\nPid:\t" in read_source("/proc/self/status", None).text


def test_too_many_lines() -> None:
    """A million empty lines are too many, and a million less one are not."""
    with pytest.raises(Unreadable) as caught:
        text_source("\n" * 1_000_001 + "a")
    message = "<text> has 1,000,001 lines; a model has at most 1,000,000"
    assert (caught.value.code, caught.value.message) == ("file-too-large", message)
    assert text_source("\n" * 999_999 + "a").text.endswith("a")


def test_too_long_text() -> None:
    """A text from Python has the limit of a file."""
    with pytest.raises(Unreadable) as caught:
        text_source("a" * (2**24 + 1), "mine")
    message = "mine has 16,777,217 characters; a model has at most 16,777,216"
    assert (caught.value.code, caught.value.message) == ("file-too-large", message)


def test_closed_standard_input() -> None:
    """A closed or missing standard input is no traceback."""
    closed = io.BytesIO()
    closed.close()
    for stdin in (closed, None):
        with pytest.raises(Unreadable) as caught:
            read_source("-", stdin)
        assert caught.value.code == "unreadable-file"


def test_not_utf8() -> None:
    """Bytes that are not UTF-8 are told by value, offset, line and column."""
    assert bad(b"a: 1\nname: gr\xf6\xdfe\n") == (
        "invalid-encoding",
        "<stdin> is not UTF-8: byte 0xF6 at offset 13 (line 2, column 9)",
        "save it as UTF-8",
        place(2, 9),
    )
    assert bad(b"\xef\xbb\xbf\xff")[1] == "<stdin> is not UTF-8: byte 0xFF at offset 3 (line 1, column 1)"
    assert bad("é: ".encode() + b"\x80\0")[1:3] == (
        "<stdin> is not UTF-8: byte 0x80 at offset 4 (line 1, column 4)",
        "this looks like a binary file: is it the right one?",
    )
    assert bad(b"a: \xed\xa0\x80")[0] == "invalid-encoding"


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-32-le", b"\xff\xfe\0\0", "UTF-32"),
        ("utf-32-be", b"\0\0\xfe\xff", "UTF-32"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
    ],
)
def test_wide_encodings(encoding: str, mark: bytes, name: str) -> None:
    """A file of another Unicode encoding is recognised as such."""
    message = f"<stdin> looks like {name}, not UTF-8"
    assert bad(mark + "name: vgg16\n".encode(encoding)) == (
        "invalid-encoding",
        message,
        "save it as UTF-8",
        place(1, 1),
    )


@pytest.mark.parametrize(
    ("character", "word"),
    [
        *((chr(code), f"the character U+{code:04X}") for code in (1, 7, 8, 11, 12, 27, 31, 127, 0x80, 0x85, 0x9F)),
        *((chr(code), f"the character U+{code:04X}") for code in (0x2028, 0x2029, 0xFFFE, 0xFFFF)),
        ("\ufeff", "a byte order mark (U+FEFF)"),
    ],
)
def test_forbidden_characters(character: str, word: str) -> None:
    """Control characters, and what only some readers take for the end of a line, are refused with their place."""
    message = f"{word} at line 2, column 3 may not stand in a model"
    expected = "invalid-character", message, "delete it: it is invisible", place(2, 3)
    assert bad(f"a: 1\n# {character}{character}\nb: 2".encode()) == expected


def test_binary() -> None:
    """A zero byte makes a file look binary."""
    assert bad(b"PK\3\4 model \0\0") == (
        "invalid-character",
        "the character U+0003 at line 1, column 3 may not stand in a model",
        "delete it: it is invisible",
        place(1, 3),
    )
    assert bad(b"weights\0")[1:3] == (
        "a NUL character at line 1, column 8 may not stand in a model",
        "this looks like a binary file: is it the right one?",
    )


def test_lone_surrogate() -> None:
    """A text from Python that no file could contain is refused like a control character."""
    with pytest.raises(BadText) as caught:
        text_source("a: \ud800")
    assert caught.value.message == "the character U+D800 at line 1, column 4 may not stand in a model"


@pytest.mark.parametrize("text", ["a: é漢😀", "a:\t1", "a: \xa0\u200b\u202e\ue000\ufffd"])
def test_allowed_characters(text: str) -> None:
    """Everything that YAML prints is left as it is."""
    assert text_source(text).text == text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"# a\n\n  # b", "contains nothing but comments"),
        (b"\n" * 100 + b"#", "contains nothing but comments"),
    ],
)
def test_empty(data: bytes, word: str) -> None:
    """A file in which nothing stands is called empty."""
    help_ = "a model begins with input: and layers:"
    assert bad(data) == ("empty-file", f"<stdin> {word}", help_, place(1, 1))


def test_many_comments() -> None:
    """Beyond ten thousand lines of comments the reader decides, which is faster."""
    text = "#\n" * (module.COMMENT_LINES + 1)
    assert text_source(text).text == text
    assert text_source(text + "a: 1").text == text + "a: 1"


@pytest.mark.skipif(sys.platform == "win32", reason="this system refuses such names")
def test_name_is_printable(tmp_path: Path) -> None:
    """The name that messages use has no control characters; the path is the real one."""
    path = write(tmp_path / "a\x1b[31m.yaml", b"a: 1")
    source = read_source(path, None)
    assert (source.name, source.path) == (f"{tmp_path}{os.sep}a\\x1b[31m.yaml", path)
