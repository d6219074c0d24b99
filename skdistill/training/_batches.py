"""Rows held in memory and cut into batches, a whole batch at a time."""

from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

BLOCK = 2048  # rows gathered at once,
BLOCK_VALUES = 1 << 20  # or fewer, when the table is wide
RUN = 64  # cycled rows that lie beside each other stay in one epoch: a disk reads them at once


class LessonRows(Dataset):
    """Lessons as torch takes them; losses know a row without label by a label of -1, or NaN.

    Batches go to `device`; dense arrays are kept there, too, unless they are maps of files.
    """

    rows: Any

    def __init__(self, lessons, *, device="cpu"):
        self.device = device
        rows = lessons.rows
        home = "cpu" if isinstance(rows, np.memmap) else device
        self.rows = torch.from_numpy(rows).to(home) if isinstance(rows, np.ndarray) else rows
        labels = lessons.labels
        if not lessons.has_label.all():
            labels = labels.copy()
            labels[~lessons.has_label] = -1 if labels.dtype.kind == "i" else np.nan
        self.answers = {
            "targets": torch.from_numpy(lessons.targets).to(home),
            "labels": torch.from_numpy(labels).to(home),
            "sample_weight": torch.from_numpy(lessons.weight).to(home),
        }

    def __len__(self):
        return self.rows.shape[0]

    def __getitem__(self, index):
        ((rows, answers),) = self.batches([torch.tensor([index])])
        return rows[0], {name: values[0] for name, values in answers.items()}

    def batches(self, parts, encode=None):
        """Yield the rows at each of several indices, perhaps sparse, with their answers.

        Dense rows, targets, labels and weights are gathered at once, and batches are views;
        `encode` is called with all of these rows.
        """
        sizes = [len(part) for part in parts]
        rows: Any
        rows, answers = self.block(parts, encode)
        rows = map(self._sparse, parts) if rows is None else rows.split(sizes)
        answers = (values.split(sizes) for values in answers.values())
        for own_rows, *own_answers in zip(rows, *answers, strict=True):
            yield own_rows, dict(zip(self.answers, own_answers, strict=True))

    def block(self, parts, encode=None):
        """Return the dense rows at several indices (None of sparse ones), and their answers."""
        index = torch.cat(parts).to(self.answers["labels"].device)
        rows = None
        if isinstance(self.rows, torch.Tensor):
            rows = self.rows.index_select(0, index).to(self.device)
            rows = rows if encode is None else encode(rows)
        answers = {
            name: values.index_select(0, index).to(self.device)
            for name, values in self.answers.items()
        }
        return rows, answers

    def _sparse(self, index):
        chosen = self.rows[index.numpy()].tocoo()
        place = torch.from_numpy(np.stack([chosen.row, chosen.col]).astype(np.int64))
        values = torch.from_numpy(chosen.data)
        return torch.sparse_coo_tensor(
            place, values, chosen.shape, is_coalesced=True, check_invariants=False
        )


class Batches:
    """Batches of nearly equal size, shuffled anew each epoch; without a seed they are in order.

    Every epoch has the first `n_always` rows (None: all), and `n_cycled` of the others, which go
    round in one random order of runs of `RUN` rows.
    """

    def __init__(self, dataset, batch_size, seed=None, n_always=None, n_cycled=0):
        self.dataset = dataset
        self.n_always = len(dataset) if n_always is None else n_always
        self.n_cycled = n_cycled
        self.n_batches = -(-(self.n_always + n_cycled) // batch_size)
        block = min(BLOCK, BLOCK_VALUES // max(dataset.rows.shape[1], 1))
        self._per_block = max(1, block // batch_size)
        self._generator = None if seed is None else torch.Generator().manual_seed(seed)
        self._n_others = len(dataset) - self.n_always
        self._runs = torch.arange(-(-self._n_others // RUN))  # the last one may be short
        if self._generator is not None:
            whole = self._n_others // RUN
            self._runs[:whole] = torch.randperm(whole, generator=self._generator)
        self._epoch = 0

    def __len__(self):
        return self.n_batches

    def __iter__(self):
        return self.encoded(None)

    def encoded(self, encode):
        """Yield the batches of an epoch; `encode` is called with many dense rows at once."""
        for parts in self._blocks():
            yield from self.dataset.batches(parts, encode)

    def blocks(self, encode):
        """Yield encoded rows, their answers and the sizes of batches, block by block."""
        for parts in self._blocks():
            yield *self.dataset.block(parts, encode), [len(part) for part in parts]

    def _blocks(self):
        """Yield the indices of several batches at once."""
        index = torch.arange(self.n_always)
        if self.n_cycled:
            index = torch.cat([index, self._others()])
        if self._generator is not None:
            index = index[torch.randperm(len(index), generator=self._generator)]
        self._epoch += 1
        parts = index.tensor_split(self.n_batches)
        for first in range(0, self.n_batches, self._per_block):
            yield parts[first : first + self._per_block]

    def _others(self):
        place = (torch.arange(self.n_cycled) + self._epoch * self.n_cycled) % self._n_others
        return self.n_always + self._runs[place // RUN] * RUN + place % RUN
