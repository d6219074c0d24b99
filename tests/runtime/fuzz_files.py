"""Read mutated student files, each refused in words or answering; a script of its own.

``python fuzz_files.py FOLDER PATH N_FILES SEED`` mutates the files in FOLDER and prints how many
of N_FILES answered. Any other error, a crash, or memory and time to which a file of some kilobytes
has no claim end it, and leave the file at PATH.
"""

import copy
import datetime
import faulthandler
import json
import math
import resource
import signal
import sys
import warnings
from pathlib import Path

import numpy as np

from skdistill.exceptions import StudentFileError
from skdistill.runtime import load
from skdistill.runtime._files import digest

MEMORY = 2**28  # bytes beyond those at the start
SECONDS = 10  # for one file
TYPES = {
    **{np.dtype(f"f{n}"): f"F{8 * n}" for n in (2, 4, 8)},
    **{np.dtype(f"i{n}"): f"I{8 * n}" for n in (1, 2, 4, 8)},
    **{np.dtype(f"u{n}"): f"U{8 * n}" for n in (1, 2, 4, 8)},
    np.dtype(bool): "BOOL",
    np.dtype("c8"): "C64",
}
NAMES = [*TYPES.values(), "BF16", "F4", "F6_E2M3", "F8_E4M3", "F8_E8M0", "f32", ""]
DEEP = "[" * 3000 + "]" * 3000
VALUES = [
    *(None, True, False, 0, 1, 2, -1, 255, 2**31, -(2**31), 2**63, -(2**63), 2**64, 10**400),
    *(0.5, -0.5, 1e-320, 1e39, -1e308, math.nan, math.inf, -math.inf),
    *("", "x", "0", "-1", "number", "category", "date", "relu", "object", "<U999999999", "O"),
    *("(((i4", "<f3", "i4,i4", "M8[s]", "Linear", "Softmax", "Classes", "MeanOfMembers", "\ud800"),
    *("Affine", "AverageOfMembers", "Exponential", "Labels", "Numbers", "Sigmoid"),
    *("Ascending", "Quantiles"),
    *([], {}, [[]], [1], ["a", "b"], {"a": 1}, ["number"] * 3000, "#deep"),
]
FLOATS = [math.nan, math.inf, -math.inf, 3e38, -3e38, 1e-45, 0.0, -0.0, 1.0, -1.0, 1e20]
INTEGERS = [-1, 0, 1, 2, 3, 7, 100, 255, 2**15, 2**31 - 1, -(2**31), 2**40, 2**62, -(2**63)]


class Fuzzer:
    """Mutations of files, by one generator."""

    def __init__(self, files, seed):
        self.rng = np.random.default_rng(seed)
        self.files = [path.read_bytes() for path in files]
        self.parsed = [parse(data) for data in self.files]

    def next(self):
        """Return the bytes of the next file."""
        i = self.rng.integers(len(self.files))
        kind = self.rng.random()
        if kind < 0.15:
            return self.mutate_bytes(self.files[i])
        header, arrays = copy.deepcopy(self.parsed[i])
        if kind < 0.25:
            return self.with_other_offsets(header, arrays)
        for _ in range(self.pick([1, 1, 1, 1, 2, 3])):
            if self.rng.random() < 0.4:
                header = self.edit(header)
            elif arrays:
                self.mutate_arrays(arrays)
        if self.rng.random() < 0.05:
            header = self.many_layers(header)
        return unparse(header, arrays)

    def pick(self, values):
        return values[self.rng.integers(len(values))]

    def place(self, data):
        return int(self.rng.integers(len(data) + 1))

    def mutate_bytes(self, data):
        data = bytearray(data)
        for _ in range(self.rng.integers(1, 4)):
            a, b = sorted((self.place(data), self.place(data)))
            b = min(b, a + int(self.rng.integers(1, 65)))
            match self.rng.integers(6):
                case 0:
                    data[a:b] = self.rng.bytes(b - a)
                case 1 if a < len(data):
                    data[a] ^= 1 << self.rng.integers(8)
                case 2:
                    del data[a:]
                case 3:
                    del data[a:b]
                case 4:
                    data[a:a] = data[a:b]
                case 5:
                    data[:8] = int(self.pick(INTEGERS) % 2**64).to_bytes(8, "little")
        return bytes(data)

    def with_other_offsets(self, header, arrays):
        """What safetensors itself reads is wrong."""
        texts = outer(header, arrays)
        return assemble(self.edit(texts), b"".join(a.tobytes() for a in arrays.values()))

    def edit(self, tree):
        """Change one place of a JSON tree."""
        places = list(walk(tree))
        parent, key = self.pick(places)
        match self.rng.integers(6):
            case 0:
                del parent[key]
            case 1:
                other, its_key = self.pick(places)
                value = copy.deepcopy(other[its_key])
                other[its_key], parent[key] = parent[key], value
            case 2 if isinstance(parent, list):
                parent.insert(key, copy.deepcopy(parent[key]))
            case 3 if isinstance(parent, dict):
                parent[str(self.pick(VALUES))[:99]] = parent.pop(key)
            case 4 if isinstance(parent[key], int | float) and abs(parent[key]) < 2**70:
                parent[key] += self.pick([1, -1, 2, -2])
            case _:
                parent[key] = copy.deepcopy(self.pick(VALUES))
        return tree

    def many_layers(self, header):
        if isinstance(header, dict) and isinstance(header.get("layers"), list):
            more = [{"kind": "Activation", "function": "silu"}] * int(self.rng.integers(2, 20_000))
            header["layers"][1:1] = more
        return header

    def mutate_arrays(self, arrays):
        name = self.pick(list(arrays))
        array = arrays[name]
        match self.rng.integers(9):
            case 0 | 1 if array.size:
                array = array.copy()
                chosen = self.rng.integers(array.size, size=self.rng.integers(1, 4))
                odd = FLOATS if array.dtype.kind in "fc" else INTEGERS
                values = np.array([self.pick(odd) for _ in chosen])
                with np.errstate(all="ignore"):
                    array.flat[chosen] = values.astype(array.dtype)
            case 2 if array.size:
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    array = array.astype(self.pick(list(TYPES)))
            case 3:
                shapes = [(-1,), (1, -1), (-1, 1), array.shape[::-1], (*array.shape, 1)]
                array = array.reshape(self.pick(shapes))
            case 4:
                array = array[: self.rng.integers(len(array) + 1)] if array.ndim else array
            case 5 if array.size and array.ndim:
                array = np.concatenate([array] * int(self.rng.integers(2, 5)))
            case 6:
                huge = int(self.pick([2**20, 2**31, 2**40, 2**59]))
                shapes = [(0, huge), (huge, 0), (0,), (0, 0, huge)]
                array = np.empty(0, array.dtype).reshape(self.pick(shapes))
            case 7:
                other = self.pick(list(arrays))
                arrays[other], array = array, arrays[other]
            case 8:
                sizes = self.rng.integers(0, 2000, array.ndim) if array.size < 2000 else ()
                array = np.resize(array, sizes) if np.prod(sizes, dtype=float) < 1e5 else array
        arrays[name] = array
        if self.rng.random() < 0.1:
            del arrays[name]


def walk(tree):
    """Yield every place of a JSON tree, as its container and key."""
    todo = [tree]
    while todo:
        parent = todo.pop()
        for key in list(parent) if isinstance(parent, dict) else range(len(parent)):
            yield parent, key
            if isinstance(parent[key], dict | list):
                todo.append(parent[key])


def parse(data):
    """Return a file's own header and its arrays."""
    end = 8 + int.from_bytes(data[:8], "little")
    texts = json.loads(data[8:end])
    header = json.loads(texts.pop("__metadata__")["skdistill"])
    dtypes = {name: dtype for dtype, name in TYPES.items()}
    arrays = {}
    for name, described in texts.items():
        a, b = described["data_offsets"]
        array = np.frombuffer(data[end + a : end + b], dtypes[described["dtype"]])
        arrays[name] = array.reshape(described["shape"])
    return header, arrays


def outer(header, arrays):
    """Return the header that safetensors reads, with a checksum that holds."""
    text = json.dumps(header).replace('"#deep"', DEEP)
    texts = {"__metadata__": {"skdistill": text, "sha256": digest(text, arrays)}}
    at = 0
    for name, array in arrays.items():
        offsets = [at, at := at + array.nbytes]
        shape = list(array.shape)
        texts[name] = {"dtype": TYPES[array.dtype], "shape": shape, "data_offsets": offsets}
    return texts


def unparse(header, arrays):
    return assemble(outer(header, arrays), b"".join(a.tobytes() for a in arrays.values()))


def assemble(texts, data):
    head = json.dumps(texts).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + data


def some_rows(reader):
    """Rows for every kind of column: known, missing, odd."""
    some = {
        "number": [0.5, math.nan, 1e30, -3.0],
        "category": ["Oslo", None, "?", "v1"],
        "date": [datetime.date(2021, 6, 1), None, datetime.date(1, 1, 1), None],
    }
    return [[0.0 if reader.sparse else some[kind][i] for kind in reader.kinds] for i in range(4)]


def check_words(error):
    assert 10 < len(str(error)) < 2000, f"this helps nobody: {error!s:.2000}"


def ask(path):
    """Read a file and ask what it holds; return whether it answered."""
    try:
        student = load(path)
    except StudentFileError as error:
        check_words(error)
        return False
    rows = some_rows(student.reader)
    for X in (rows[:1], rows, rows * 20):
        try:
            answers, predicted = student.answers(X), student.predict(X)
        except ValueError as error:
            check_words(error)
            return False
        assert answers.shape == (len(X), student.outputs.n_outputs)
        assert len(predicted) == len(X)
    return True


def main(folder, path, n_files, seed):
    faulthandler.enable()
    warnings.simplefilter("ignore")
    fuzzer = Fuzzer(sorted(Path(folder).iterdir()), seed)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    answered = 0
    for _ in range(n_files):
        Path(path).write_bytes(fuzzer.next())
        signal.alarm(SECONDS)
        answered += ask(path)
        signal.alarm(0)
    print(answered)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
