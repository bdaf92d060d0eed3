r"""From a path to the text of a model, refusing whatever is not a readable text file.

A device never blocks and a huge file is never read: what a path is and how large it is are known before
a byte is taken. After this, lines end in ``\n`` alone, so that every reader counts them alike.
"""

from __future__ import annotations

import os
import stat
from typing import IO, TYPE_CHECKING

from cnninspect.frontends.yaml.tree import Source
from cnninspect.values import Problem, Span, clip

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_FILE = 16 * 2**20
"""Bytes of the largest file; the largest shipped model has a thousandth of it."""
MOST_LINES = 1_000_000
"""Lines of the longest file; a file of empty lines costs more memory than its size says."""
USUAL = bytes((9, 10, 13, *range(32, 127)))
"""The characters of ASCII that may stand in a text."""
BINARY = "this looks like a binary file: is it the right one?"
BEGINNING = "a model begins with input: and layers:"
STDIN = "<stdin>"
COMMENT_LINES = 10_000
"""How many lines are looked at for something that is not a comment; the reader sees the rest."""
MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Unreadable(Problem):
    """There is no text: the file is missing, is no file, may not be read or is too large."""


class BadText(Problem):
    """There is a file, but its bytes are not text; ``span`` tells where."""

    def __init__(self, code: str, message: str, span: Span, *, help: str = "") -> None:
        super().__init__(code, message, help=help)
        self.span = span


def read_source(path: str, stdin: IO[bytes] | IO[str] | None) -> Source:
    """The text of a file, or of ``stdin`` where the path is ``-``; raises Unreadable or BadText."""
    if path == "-":
        return decoded(STDIN, _read_stream(stdin), None)
    return decoded(shown(path), _read_file(path), path)


def text_source(text: str, name: str = "<text>") -> Source:
    """A text that is in memory already, held to the same rules as a file; raises Unreadable or BadText."""
    if len(text) > LARGEST_FILE:
        raise _too_large(f"{name} has {len(text):,} characters")
    return _checked(name, text.removeprefix("\ufeff"), None)


def shown(path: str) -> str:
    """A path as messages may print it, whatever characters it contains."""
    return clip(path, 4096)


def _read_file(path: str) -> bytes:
    try:
        _refuse_special(path, os.stat(path))
        # Between the look and the opening a pipe may take the file's place: do not wait for its writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        with open(os.open(path, flags), "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            _refuse_special(path, status)
            data = file.read(status.st_size + 1) or b""
            while len(data) != status.st_size and len(data) <= LARGEST_FILE:  # it grows, or comes in pieces
                more = file.read(LARGEST_FILE + 1 - len(data))
                if not more:
                    break
                data += more
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path) from None
    except ValueError:  # said differently by every version of Python
        raise Unreadable(
            "unreadable-file", f"'{clip(path)}' cannot be read: a name contains no NUL character"
        ) from None
    except OSError as error:
        raise _unreadable(f"'{clip(path)}'", error) from None
    if len(data) > LARGEST_FILE:  # pragma: no cover - a file that grows between the look and the reading
        raise _too_large(f"'{clip(path)}' has more than {LARGEST_FILE:,} bytes")
    return data


def _read_stream(stdin: IO[bytes] | IO[str] | None) -> bytes:
    if stdin is None:
        raise Unreadable("unreadable-file", "standard input is closed", help="name a file instead of '-'")
    stream: IO[bytes] | IO[str] = getattr(stdin, "buffer", stdin)
    try:
        data = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise _unreadable("standard input", error) from None
    if len(data) > LARGEST_FILE:
        raise _too_large(f"standard input has more than {LARGEST_FILE:,} bytes")
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def _refuse_special(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((word for test, word in KINDS if test(status.st_mode)), "not a regular file")
        advice = "name a file in it" if kind == "a folder" else "write '-' to read from standard input"
        raise Unreadable("not-a-file", f"'{clip(path)}' is {kind}", help=advice)
    if status.st_size > LARGEST_FILE:
        raise _too_large(f"'{clip(path)}' has {status.st_size:,} bytes")


def _too_large(what: str, most: int = LARGEST_FILE) -> Unreadable:
    return Unreadable("file-too-large", f"{what}; a model has at most {most:,}", help="is this the right file?")


def _unreadable(what: str, error: Exception) -> Unreadable:
    reason = getattr(error, "strerror", None) or str(error)
    return Unreadable("unreadable-file", f"{what} cannot be read: {clip(reason[:1].lower() + reason[1:])}")


def _missing(path: str) -> Unreadable:
    if os.path.islink(path):
        target = clip(os.readlink(path))
        message = f"'{clip(path)}' is a link to '{target}', which is not there"
        return Unreadable("file-not-found", message, help="mend the link, or name the file itself")
    return Unreadable("file-not-found", f"there is no file '{clip(path)}'", help=near_file(path))


def near_file(path: str) -> str:
    """Help with the file that may have been meant: the same with a suffix, or a near name in the same folder."""
    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            some = zip(entries, range(1000))  # noqa: B905 - the shorter ends it
            names = [entry.name for entry, _ in some if entry.name.endswith((".yaml", ".yml")) and entry.is_file()]
    except (OSError, ValueError):
        return ""
    from cnninspect.frontends.yaml.hints import near

    stems = {os.path.splitext(found)[0]: found for found in sorted(names)}
    meant = near(os.path.splitext(name)[0] if name.endswith((".yaml", ".yml")) else name, stems)
    return f"did you mean '{clip(os.path.join(folder, stems[meant]))}'?" if meant else ""


def decoded(name: str, data: bytes, path: str | None) -> Source:
    """The text that bytes are, held to the rules of all text; raises BadText."""
    skipped = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    wide = _wide(data)
    if wide:
        message = f"{name} looks like {wide}, not UTF-8"
        raise BadText("invalid-encoding", message, _point(name, 1, 1), help="save it as UTF-8")
    try:
        text = data[skipped:].decode()
    except UnicodeDecodeError as error:
        before = data[skipped : skipped + error.start].decode()
        line, column = _position(before, len(before))
        raise BadText(
            "invalid-encoding",
            f"{name} is not UTF-8: byte 0x{data[skipped + error.start]:02X} at offset {skipped + error.start}"
            f" (line {line}, column {column})",
            _point(name, line, column),
            help=BINARY if b"\0" in data else "save it as UTF-8",
        ) from None
    return _checked(name, text, path)


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 by its mark, or by every other byte of its beginning being zero."""
    if data.isascii() and b"\0" not in data[:16]:
        return ""
    marked = next((word for mark, word in MARKS if data.startswith(mark)), "")
    head = data[:16]
    zeros = [i % 2 for i, byte in enumerate(head) if byte == 0]
    halves = len(head) >= 4 and len(zeros) == len(head) // 2 and len(set(zeros)) == 1  # noqa: PLR2004 - two characters
    return marked or ("UTF-16" if halves else "")


def _checked(name: str, text: str, path: str | None) -> Source:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = bad_character(name, text)
    if bad is not None:
        raise bad
    lines = text.count("\n")
    if lines > MOST_LINES:
        raise _too_large(f"{name} has {lines:,} lines", MOST_LINES)
    if not text or text.isspace():
        raise BadText("empty-file", f"{name} is empty", _point(name, 1, 1), help=BEGINNING)
    if _only_comments(text):
        raise only_comments(name)
    return Source(name, text, path)


def only_comments(name: str) -> BadText:
    """The problem that nothing stands in a file but comments."""
    return BadText("empty-file", f"{name} contains nothing but comments", _point(name, 1, 1), help=BEGINNING)


def _only_comments(text: str) -> bool:
    at = 0
    for _ in range(COMMENT_LINES):
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else None].strip(" \t")
        if line and line[0] != "#":
            return False
        if end < 0:
            return True
        at = end + 1
    return False


def bad_character(name: str, text: str) -> BadText | None:
    """The first character that no YAML text may contain, None where there is none."""
    unusual = text.encode("utf-8", "surrogatepass").translate(None, USUAL)
    if not unusual:
        return None
    bad = [character for character in set(unusual.decode("utf-8", "surrogatepass")) if _forbidden(character)]
    if not bad:
        return None
    index = min(map(text.index, bad))
    line, column = _position(text, index)
    character = text[index]
    names = {"\0": "a NUL character", "\ufeff": "a byte order mark (U+FEFF)"}
    word = names.get(character, f"the character U+{ord(character):04X}")
    return BadText(
        "invalid-character",
        f"{word} at line {line}, column {column} may not stand in a model",
        _point(name, line, column),
        help=BINARY if character == "\0" else "delete it: it is invisible",
    )


def _forbidden(character: str) -> bool:
    """Control characters, surrogates, and what ends a line for some readers and not for others."""
    if character < "\xa0":
        return not " " <= character <= "~" and character not in "\t\n\r"
    return "\ud800" <= character <= "\udfff" or character in "\u2028\u2029\ufeff\ufffe\uffff"


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _point(name: str, line: int, column: int) -> Span:
    return Span(name, line, column, line, column + 1)
