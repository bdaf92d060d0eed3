"""The sets that are known by name: their files with checksum and size, where they come from, under which licence.

Checksums are those that the authors publish, or torchvision where they publish none.
"""

from __future__ import annotations

from cnninspect.records import Record


class Remote(Record):
    """A file of a set."""

    name: str
    md5: str
    size: int


class Known(Record):
    """A set that is known by name."""

    name: str
    files: tuple[Remote, ...]
    """What is fetched; of CIFAR the form that is no pickle."""
    mirrors: tuple[str, ...]
    """Where each file lies, most official first."""
    classes: tuple[str, ...]
    source: str
    licence: str
    folders: tuple[str, ...]
    """Where below the data folder its files may lie: our own place first, then torchvision's."""
    others: tuple[Remote, ...] = ()
    """Files that are read where they lie, and never fetched."""


def _four(images: tuple[str, int], labels: tuple[str, int], held: tuple[str, int], marks: tuple[str, int]) -> tuple[Remote, ...]:  # fmt: skip
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return tuple([Remote(f"{name}-ubyte.gz", *pair) for name, pair in zip(names, (images, labels, held, marks))])  # noqa: B905


HUNDRED = """\
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
"""The classes of CIFAR-100, in their order."""

SETS = (
    Known(
        "mnist",
        _four(
            ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
            ("d53e105ee54ea40749a09fcbcd1e9432", 28_881),
            ("9fb629c4189551a2d022fa330f9573f3", 1_648_877),
            ("ec29112dd5afa0611ce80d1b7f02629c", 4_542),
        ),
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        tuple("0123456789"),
        "Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist/",
        "unknown",
        ("mnist", "MNIST/raw"),
    ),
    Known(
        "fashion-mnist",
        _four(
            ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
            ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
            ("bef4ecab320f06d8554ea6380940ec79", 4_422_102),
            ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        ),
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        "H. Xiao, K. Rasul, R. Vollgraf, https://github.com/zalandoresearch/fashion-mnist",
        "MIT",
        ("fashion-mnist", "FashionMNIST/raw"),
    ),
    Known(
        "kmnist",
        _four(
            ("bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
            ("e144d726b3acfaa3e44228e80efcd344", 29_497),
            ("5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
            ("7320c461ea6c1c855c0b718fb2a4b134", 5_120),
        ),
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "T. Clanuwat and others, Center for Open Data in the Humanities, https://github.com/rois-codh/kmnist",
        "CC BY-SA 4.0",
        ("kmnist", "KMNIST/raw"),
    ),
    Known(
        "cifar10",
        (Remote("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", 170_052_171),),
        ("https://www.cs.toronto.edu/~kriz/",),
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        "A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html",
        "unknown",
        ("cifar10", ""),
        (Remote("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071),),
    ),
    Known(
        "cifar100",
        (Remote("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", 168_513_733),),
        ("https://www.cs.toronto.edu/~kriz/",),
        tuple(HUNDRED.split()),
        "A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html",
        "unknown",
        ("cifar100", ""),
        (Remote("cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85", 169_001_437),),
    ),
)


def known(name: str) -> Known | None:
    """The set of that name; None where there is none."""
    return next((found for found in SETS if found.name == name), None)
