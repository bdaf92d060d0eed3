"""The 1,797 digits of 8 by 8 pixels that come with the program: handwriting of 13 people, 17 shades of grey.

E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, 1998, the test set: those of scikit-learn.
"""

from __future__ import annotations

import os

from cnninspect.data import arrays, splitting
from cnninspect.data.sets import Arrays, Data
from cnninspect.values import Problem

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "digits.npz")
SOURCE = "UCI Machine Learning Repository, E. Alpaydin and C. Kaynak 1998, doi:10.24432/C50P49"
LICENCE = "CC BY 4.0"
SHADES = 16
SPLIT = (
    "a fixed fifth of each class, chosen by chance, is held out: the same 13 people wrote both parts, so that what is "
    "measured is new digits, not new writers"
)


def digits() -> Data:
    """The digits as images of 8 bits, 1,438 to learn from and 359 held out."""
    found = arrays.read(FILE)
    images = ((found["images"].int() * 255 + SHADES // 2) // SHADES).to(found["images"].dtype).unsqueeze(1)
    labels = found["labels"].long()
    kept, held = splitting.held_out(labels)
    if len(labels) != 1797:  # noqa: PLR2004  # pragma: no cover - the file comes with the program
        raise Problem(
            "bad-data", f"'{FILE}' is not the file that came with the program", help="install cnninspect anew"
        )
    return Data(
        "digits",
        tuple("0123456789"),
        *(1, 8, 8),
        Arrays(images[kept], labels[kept]),
        Arrays(images[held], labels[held]),
        SPLIT,
        SOURCE,
        LICENCE,
        arrays.identity((images, labels)),
    )
