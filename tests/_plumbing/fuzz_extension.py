"""Call the extension's entries with arguments that nobody should pass; a script of its own.

``python fuzz_extension.py N_EXAMPLES`` does so for so many examples of each entry. An entry
refuses with TypeError, ValueError or MemoryError, or answers; anything else is a fault.
"""

import faulthandler
import sys
from functools import cache

import numpy as np
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import kernels

N, K = 11, 3  # rows, classes
INTEGERS = [-(2**70), -(2**63), -(2**31), -2, -1, 0, 1, 2, 3, 7, 100, 2**31, 2**40, 2**63, 2**70]
FLOATS = [float("nan"), float("inf"), -float("inf"), -1.0, 0.0, 0.5, 1.0, 1e-300, 1e39, 1e300]
DTYPES = [
    "f2",
    "f4",
    ">f4",
    "f8",
    "i1",
    "i4",
    "i8",
    ">i8",
    "u8",
    "c8",
    "?",
    "S0",
    "M8[s]",
    "f4,f4",
]


def floats(*shape):
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def trained(*shape):
    return tuple(to_dlpack(torch.from_numpy(floats(*shape).copy())) for _ in range(4))


def fill():
    rows, labels = [floats(N, K) for _ in range(3)], np.arange(N) % (K + 1) - 1
    losses, total = np.empty(N, np.float32), np.empty((), np.float32)
    numbers = 0, 2.0, 0.5, 0.5, 1.0, 1
    return [*rows[:2], labels, None, floats(N), rows[2], losses, total, *numbers]


def fill_points():
    arguments = fill()
    arguments[2:4], arguments[8] = [None, floats(N, K)], 6
    return arguments


def fill_bins():
    first, numbers = np.array([0, 2, 5]), np.array([2, 0])
    return [first, floats(2, N), numbers, floats(3, N), floats(5), 1 + floats(5), 1]


def activate():
    return [1, floats(4, 5), floats(4, 5), floats(4, 5), 0.3, 7, 1]


def train():
    x = np.concatenate([floats(4, N), floats(2, N), np.arange(N, dtype=np.float32)[None] % 4])
    answers = floats(N, K), np.arange(N) % (K + 1) - 1, None, floats(N)
    categories = (4, 2, 0, None), (6, 3, 4, trained(4, 3))
    n_in = 2 + 5 + 5  # numbers, bins, features of categories
    layers = (8, trained(n_in, 8), trained(8)), (K, trained(K, 8), trained(K))
    batches = [np.array([4, 7]), x, *answers, np.full(2, 0.1), np.empty(2, np.float32)]
    net = [np.array([0, 2, 5]), 2, categories, layers, 1, 0.2, 7, 0.9, 0.99, 1e-8, 0.1]
    return [*batches, 0, 2.0, 0.5, 0.5, None, 0, *net]


def train_points():
    arguments = train()
    arguments[3:5], arguments[8] = [None, floats(N, K)], 4
    return arguments


def train_levels():
    arguments = train_points()
    arguments[8], arguments[12] = 8, floats(K)  # pinball loss
    return arguments


def entry_of(name):
    """Return the entry that is called by arguments of such a name."""
    return name.removesuffix("_points").removesuffix("_levels")


def program(n_members):
    """A net of two numbers with flags and bins, two waves each, and two categories."""
    counts = [4, K, n_members, 2, 1, 2, 5, 2, 2, 6]  # …, bins, waves, categories, values
    columns = [0, 1, *(0,), 7, *(0, 1), *(0, 2, 5), *(0, 3), *(2, 3), *(3, 3), *(8, 11)]
    tables = [*(0, 2), *(0, 0)]
    n_rows, n_out = 20, 8
    layers = [2, 1, 8, 8, 3, 8, K, 0]  # silu, linear, softmax
    if n_members:
        layers = [3, 1, 8, 8, 5, 8, K, 7, K, K, 2]  # their average, exponential
    first = [n_rows, n_out, *([14] if n_members else [])]
    integers = np.array(counts + columns + tables + first + layers)
    return integers, np.linspace(-2, 2, 3000)


@cache
def whole_program(n_members):
    """Return a program with as many numbers as it takes: found by asking."""
    integers, numbers = program(n_members)
    for n in range(len(numbers)):
        try:
            kernels.prepare(integers, numbers[:n].copy())
        except ValueError:
            continue
        return integers, numbers[:n].copy()
    raise AssertionError("no number of numbers fits the program")


ROWS = np.random.default_rng(0).integers(0, 3, (N, 4)).astype(np.float32)


def prepare(n_members=0):
    return [array.copy() for array in whole_program(n_members)]


def forward():
    return [kernels.prepare(*prepare(3)), ROWS.copy(), np.empty((N, K))]


ENTRIES = (
    fill,
    fill_points,
    fill_bins,
    activate,
    train,
    train_points,
    train_levels,
    prepare,
    forward,
)
VALID = {f.__name__: f for f in ENTRIES}
OTHERS = "use", "has_threads", "instruction_sets"


@st.composite
def odd_arrays(draw):
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(st.lists(st.sampled_from([0, 1, 2, 3, 5, 8, N]), max_size=3))
    array = np.zeros(shape, dtype)
    return draw(mutated(array))


@st.composite
def mutated(draw, array):
    """An array of other type, shape, layout, values or rights."""
    if array.nbytes > 2**20:  # by repetition
        return array
    kind = draw(st.integers(0, 9))
    array = array.copy()
    if kind == 0 and array.dtype.kind in "fi":
        with np.errstate(all="ignore"):
            array = array.astype(draw(st.sampled_from(DTYPES[:10])))
    elif kind == 1:
        array = array.reshape(draw(st.sampled_from([(-1,), (1, -1), (-1, 1), (*array.shape, 1)])))
    elif kind == 2 and array.ndim:
        array = array[: draw(st.integers(0, len(array)))]
    elif kind == 3 and array.ndim:
        array = array[:: draw(st.sampled_from([-1, 2, 3]))]
    elif kind == 4:
        array = np.asfortranarray(array).T
    elif kind == 5:
        array.flags.writeable = False
    elif kind == 6 and array.size:
        array = np.broadcast_to(array, (draw(st.sampled_from([1, 2, 2**40])), *array.shape))
    elif kind == 7:
        array = np.empty((0, draw(st.sampled_from([0, 1, 2**31, 2**58]))), array.dtype)
    elif kind == 8 and array.nbytes:  # not aligned
        array = np.frombuffer(bytearray(array.nbytes + 1), array.dtype, offset=1).reshape(
            array.shape
        )
    elif array.size and array.dtype in ("f4", "f8", "i8"):
        odd = FLOATS if array.dtype.kind == "f" else [v for v in INTEGERS if abs(v) < 2**63]
        place = draw(st.integers(0, array.size - 1))
        with np.errstate(all="ignore"):
            array.flat[place] = draw(st.sampled_from(odd))
    return array


def anything():
    simple = st.sampled_from([*INTEGERS, *FLOATS, None, True, "", "avx2", b"abcd", object(), []])
    capsules = st.sampled_from(
        [
            torch.zeros(3),
            torch.zeros(N, K).double(),
            torch.zeros(2, 2).t(),
            torch.zeros(N).bfloat16(),
        ]
    ).map(to_dlpack)
    nested = st.lists(st.one_of(simple, capsules), max_size=5).map(tuple)
    return st.one_of(simple, capsules, odd_arrays(), nested)


@st.composite
def corrupted(draw, value):
    """Something in place of an argument; of a tuple, in place of an item somewhere inside."""
    kind = draw(st.integers(0, 3))
    if isinstance(value, tuple) and value and kind:
        at = draw(st.integers(0, len(value) - 1))
        items = list(value)
        items[at] = draw(corrupted(items[at]))
        return tuple(items)
    if isinstance(value, np.ndarray) and kind:
        return draw(mutated(value))
    return draw(anything())


@st.composite
def calls(draw, name):
    """Arguments at random, or good ones of which some are not."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.lists(anything(), max_size=25))
    arguments = prepare(draw(st.sampled_from([0, 3]))) if name == "prepare" else VALID[name]()
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        at = draw(st.integers(0, len(arguments) - 1))
        arguments[at] = draw(corrupted(arguments[at]))
    if draw(st.integers(0, 19)) == 0:
        arguments = arguments[:-1] if draw(st.booleans()) else [*arguments, draw(anything())]
    return arguments


def check_words(text):
    assert 10 < len(text) < 2000, f"this helps nobody: {text:.2000}"


def ask(name, arguments):
    """Call an entry; return whether it answered."""
    try:
        made = getattr(kernels, entry_of(name))(*arguments)
    except MemoryError:
        return False
    except (TypeError, ValueError) as error:
        check_words(str(error))
        return False
    if name == "prepare":  # what it took must be safe to run
        for rows in (ROWS, np.where(ROWS > 1, np.nan, ROWS), ROWS * 1e9):
            for n_classes in (1, K, 8):
                try:
                    kernels.forward(made, rows, np.empty((N, n_classes)))
                except ValueError:
                    continue
    return True


def attack(name, n_examples):
    answered = []

    @settings(
        max_examples=n_examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(arguments=calls(name))
    def check(arguments):
        answered.append(ask(name, arguments))

    check()
    assert sum(answered) < 0.9 * len(answered), f"{name}: {sum(answered)} of {len(answered)}"


def main(n_examples):
    faulthandler.enable()
    entries = {entry_of(name) for name in VALID}
    assert {name for name in dir(kernels) if name[0] != "_"} == {*entries, *OTHERS}
    for name, arguments in VALID.items():
        assert ask(name, arguments()), name
        attack(name, n_examples)
    assert not ask("use", [])
    for name in OTHERS:
        for argument in (None, -1, -(2**70), 2**64, 1.5, "mmx", b"avx2", [], np.zeros(1)):
            for arguments in ([argument], [argument, argument]):
                assert not ask(name, arguments), (name, arguments)
    print("done")


if __name__ == "__main__":
    main(int(sys.argv[1]))
