"""Where the keys and items of a TOML text stand.

The text is one that Python's own reader has accepted, so that nothing is judged here: what is looked for is where keys,
strings and brackets begin and end.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Keys = tuple[str | int, ...]
    Place = tuple[int, int, int, int]

BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
SPACE = " \t"
BLANK = " \t\r\n"
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
DIGITS = {"x": 2, "u": 4, "U": 8}


def places(text: str) -> dict[Keys, Place]:
    """For each key its line, column and where it ends, from 1; items of arrays go by their number."""
    scan = _Scan(text)
    scan.document()
    return scan.found


def nearest(found: dict[Keys, Place], keys: Keys) -> Place:
    """The place of a key, of the nearest key above it where it has none of its own."""
    while keys and keys not in found:
        keys = keys[:-1]
    return found.get(keys, (1, 1, 1, 2))


class _Scan:
    """One walk over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Keys, Place] = {}
        self.tables: dict[Keys, int] = {}
        """How many tables each array of tables has."""
        self.starts = [0, *[at + 1 for at, sign in enumerate(text) if sign == "\n"]]

    def document(self) -> None:
        """Every table header and every key of the text."""
        above: Keys = ()
        while True:
            self.skip(BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                above = self.header()
            else:
                self.pair(above)

    def skip(self, signs: str) -> None:
        """Go over white space; over comments as well where lines end."""
        while self.at < len(self.text):
            if self.text[self.at] in signs:
                self.at += 1
            elif self.text[self.at] == "#" and "\n" in signs:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def header(self) -> Keys:
        """``[a.b]``, or ``[[a.b]]``, which begins the next table of an array."""
        several = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if several else 1
        keys = self.numbered(self.dotted())
        self.at += 2 if several else 1
        if several:
            self.tables[keys] = self.tables.get(keys, -1) + 1
            keys = (*keys, self.tables[keys])
        self.note(keys, start)
        return keys

    def numbered(self, words: list[str]) -> Keys:
        """A path with the number of the table that is meant wherever it goes through an array of tables."""
        keys: Keys = ()
        for index, word in enumerate(words):
            keys = (*keys, word)
            if keys in self.tables and index < len(words) - 1:
                keys = (*keys, self.tables[keys])
        return keys

    def pair(self, above: Keys) -> None:
        """``a.b = value``."""
        start = self.at
        keys = (*above, *self.dotted())
        self.note(keys, start)
        self.skip(SPACE)
        self.at += 1  # the sign of equality
        self.skip(SPACE)
        self.value(keys)

    def dotted(self) -> list[str]:
        """The words of a key."""
        words = []
        while True:
            self.skip(SPACE)
            words.append(self.string() if self.text[self.at] in "\"'" else self.bare())
            end = self.at
            self.skip(SPACE)
            if self.text[self.at] != ".":
                self.at = end
                self.skip(SPACE)
                return words
            self.at += 1

    def bare(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in BARE:
            self.at += 1
        return self.text[start : self.at]

    def value(self, keys: Keys) -> None:
        """A value, with the keys and items inside it."""
        sign = self.text[self.at]
        if sign in "\"'":
            self.string()
        elif sign == "[":
            self.array(keys)
        elif sign == "{":
            self.table(keys)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def array(self, keys: Keys) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(BLANK + ",")
            if self.text[self.at] == "]":
                self.at += 1
                return
            start = self.at
            self.value((*keys, index))
            self.note((*keys, index), start)
            index += 1

    def table(self, keys: Keys) -> None:
        self.at += 1
        while True:
            self.skip(BLANK + ",")
            if self.text[self.at] == "}":
                self.at += 1
                return
            self.pair(keys)

    def string(self) -> str:
        """A string of any kind; what it says."""
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(mark)
        said = []
        while not self.text.startswith(mark, self.at):
            if self.text[self.at] == "\\" and quote == '"':
                said.append(self.escape())
            else:
                said.append(self.text[self.at])
                self.at += 1
        self.at += len(mark)
        while len(mark) > 1 and self.text.startswith(quote, self.at):  # up to two quotes more belong to it
            said.append(quote)
            self.at += 1
        return "".join(said)

    def escape(self) -> str:
        sign = self.text[self.at + 1]
        self.at += 2
        if sign in DIGITS:
            digits = self.text[self.at : self.at + DIGITS[sign]]
            self.at += DIGITS[sign]
            return chr(int(digits, 16))
        return ESCAPES.get(sign, "")

    def note(self, keys: Keys, start: int) -> None:
        """Remember that a key or item reaches from there to here."""
        end = self.at
        while end > start + 1 and self.text[end - 1] in BLANK:
            end -= 1
        begin = self.place(start)
        self.found.setdefault(keys, (*begin, *self.place(end)))

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1
