"""Every option of a recipe: type, bounds, default, help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnninspect.options import Bool, Choice, Float, Int, Ints, Option, Optional
from cnninspect.options.lists import ByName, Floats, Text, Words
from cnninspect.recipe.contradictions import contradictions
from cnninspect.values import Problem, Problems

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = (
    "a data set: digits, mnist, fashion-mnist, kmnist, cifar10, cifar100, folder:PATH, idx:FOLDER, npz:FILE, "
    "webdataset:FOLDER, synthetic or MODULE:FUNCTION"
)
RATES = {"adamw": 0.003, "adam": 0.003, "sgd": 0.05, "rmsprop": 0.001}
"""The learning rate of each optimizer where none is given: all but plain sgd's hold for nets of every size here."""

MEANT = {
    "learning_rate": "lr",
    "batch_size": "batch",
    "num_epochs": "epochs",
    "optimiser": "optimizer",
    "wd": "weight_decay",
    "scheduler": "schedule",
    "grad_clip": "clip",
    "dataset": "data",
    "random_crop": "crop",
    "amp": "precision",
    "early_stopping": "patience",
}
"""Words of other programs, and ours."""

GROUPS: dict[str, tuple[str, ...]] = {
    "what is learned": ("data", "epochs", "batch", "init", "seed", "deterministic"),
    "optimizer": ("optimizer", "lr", "momentum", "nesterov", "weight_decay", "decay_all", "clip", "accumulate", "ema"),
    "schedule": ("schedule", "warmup", "milestones", "factor", "final"),
    "loss": ("loss", "label_smoothing", "class_weights", "heads"),
    "images": (
        *("fit", "resize", "normalize", "mean", "std", "crop", "scale", "flip", "rotate"),
        *("brightness", "contrast", "saturation", "hue", "erase", "mixup", "cutmix"),
        *("validation", "skip_bad", "workers"),
    ),
    "machine": ("device", "precision", "compile", "channels_last", "strategy", "sync_batch_norm"),
    "stopping and keeping": ("monitor", "patience", "keep", "every_epochs", "every_steps"),
}
"""Which options belong together, for help."""


class Recipe:
    """How to train, every option with its value."""

    options: ClassVar[dict[str, Option[Any]]] = {}

    data = Text("digits", help=DATA)
    epochs = Int(30, min=0, max=1_000_000, help="times every training image is seen")
    batch = Int(64, min=1, max=2**24, help="images of one step, over all parts and all processes")
    init = Choice(
        "torch",
        choices=("torch", "kaiming", "xavier", "trunc_normal", "orthogonal", "zero_residual"),
        help="how weights begin",
    )
    seed = Int(0, min=0, max=2**32 - 1, help="of weights, order, augmentation and dropout")
    deterministic = Bool(False, help="refuse what torch cannot do twice alike")

    optimizer = Choice("adamw", choices=("sgd", "adam", "adamw", "rmsprop"), help="the rule of a step")
    lr = Optional(Float(min=0, help="the highest learning rate (adamw and adam 0.003, sgd 0.05, rmsprop 0.001)"))
    momentum = Float(0.9, min=0, max=0.9999, help="of sgd and rmsprop, and the first beta of adam and adamw")
    nesterov = Bool(False, help="look ahead along the momentum (sgd)")
    weight_decay = Float(0.01, min=0, max=1, help="pull of weights to zero; norms and biases are spared")
    decay_all = Bool(False, help="weight decay pulls norms and biases as well")
    clip = Optional(Float(min=0, help="the largest norm of all gradients together"))
    accumulate = Int(1, min=1, max=2**16, help="parts that a batch is computed in, one after the other")
    ema = Optional(Float(min=0, max=0.999999, help="also keep weights averaged at this decay, and judge by them"))

    schedule = Choice(
        "one_cycle", choices=("constant", "step", "cosine", "one_cycle"), help="how the learning rate moves"
    )
    warmup = Float(0, min=0, max=10_000, help="epochs over which the rate rises from near zero (not with one_cycle)")
    milestones = Ints((), min=1, help="epochs after which the rate is multiplied by factor (schedule step)")
    factor = Float(0.1, min=0, max=1, help="what the rate is multiplied by at each milestone")
    final = Optional(Float(min=0, max=1, help="the last rate as a share of the highest (cosine 0, one_cycle 4e-6)"))

    loss = Choice("cross_entropy", choices=("cross_entropy", "binary", "mse"), help="what is made small")
    label_smoothing = Float(0, min=0, max=0.999, help="share of a label spread over all classes")
    class_weights = Optional(
        Words(words=("balanced",), min=0, help="what errors of each class weigh: balanced, or a number each")
    )
    heads = ByName(0.3, min=0, help="weight of the loss of each head for training, or of all")

    fit = Choice("stretch", choices=("stretch", "crop", "pad"), help="how an image gets the network's size")
    resize = Optional(Int(min=1, max=2**16, help="the shorter side before the centre is kept (fit crop)"))
    normalize = Choice(
        "auto",
        choices=("auto", "none", "imagenet", "given"),
        help="mean and deviation: computed of the training images, none, ImageNet's, or mean and std",
    )
    mean = Optional(Floats(help="of each channel, white being 1 (normalize given)"))
    std = Optional(Floats(min=1e-6, help="of each channel (normalize given)"))
    crop = Optional(Int(min=0, max=1024, help="zeros around an image before a random window is cut out of it"))
    scale = Optional(Floats(min=1e-6, max=1, help="shares of the area between which a random window lies"))
    flip = Choice(
        "none", choices=("none", "horizontal", "vertical", "both"), help="along which axes half of the images turn"
    )
    rotate = Float(0, min=0, max=180, help="the largest random rotation, in degrees")
    brightness = Float(0, min=0, max=1, help="the largest random change")
    contrast = Float(0, min=0, max=1, help="the largest random change")
    saturation = Float(0, min=0, max=1, help="the largest random change")
    hue = Float(0, min=0, max=0.5, help="the largest random change, the circle of hues being 1")
    erase = Float(0, min=0, max=1, help="share of the images that lose a random rectangle")
    mixup = Float(0, min=0, max=100, help="alpha of mixup: two images and their labels are mixed")
    cutmix = Float(0, min=0, max=100, help="alpha of cutmix: a rectangle of another image, and its share of the label")
    validation = Optional(
        Float(min=1e-6, max=0.9, help="share held out, of each class one at least, where the data set has no split")
    )
    skip_bad = Bool(False, help="leave out images that cannot be read, and count them")
    workers = Optional(Int(min=0, max=256, help="processes that decode images (as many as are useful)"))

    device = Text("auto", help="where it runs: auto, cpu, cuda, cuda:1 or mps")
    precision = Choice("float32", choices=("float32", "bf16", "fp16"), help="of forward and loss; weights are float32")
    compile = Bool(False, help="compile the network (torch.compile)")
    channels_last = Bool(False, help="images as torch lays them out for tensor cores")
    strategy = Choice("ddp", choices=("ddp", "fsdp"), help="each process of torchrun has the network, or a part of it")
    sync_batch_norm = Bool(False, help="batch norm over the images of all processes of torchrun")

    monitor = Choice("accuracy", choices=("accuracy", "loss"), help="what best means")
    patience = Optional(Int(min=1, help="epochs without a better one after which training ends"))
    keep = Int(2, min=1, max=10_000, help="checkpoints of past epochs that are kept, besides last and best")
    every_epochs = Int(1, min=0, help="epochs between two checkpoints that are kept; 0 for last and best alone")
    every_steps = Int(0, min=0, help="write the checkpoint also every so many steps; 0 for each epoch's end alone")

    def __init__(self, given: Mapping[str, object] | None = None) -> None:
        """Take what was written; raise Problems with every mistake in it."""
        self.given = dict(given or {})
        values = self.__dict__
        problems = []
        for name, option in self.options.items():
            try:
                values[name] = parse(option, self.given[name]) if name in self.given else default(option)
            except Problem as problem:
                problems.append(problem)
        if not problems:
            problems += contradictions(self)
        if problems:
            raise Problems(problems)

    @property
    def rate(self) -> float:
        """The highest learning rate."""
        return RATES[self.optimizer] if self.lr is None else self.lr

    def settings(self) -> dict[str, object]:
        """Every option with its value, as plain data."""
        return {name: _plain(self.__dict__[name]) for name in self.options}


Recipe.options = {name: option for name, option in vars(Recipe).items() if isinstance(option, Option)}


def parse(option: Option[Any], value: object) -> object:
    """What was written for an option means; raises Problem."""
    return option.parse(value, 0)


def default(option: Option[Any]) -> object:
    """The value of an option that nobody gave."""
    return None if option.default is None or option.default == () else option.parse(option.default, 0)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, dict) else value
