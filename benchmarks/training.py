"""What training costs: our net beside stock skorch, a tight torch loop and MLPClassifier.

All train the same net (30 numbers, hidden layers of 128 and 128, ReLU, 5 classes) on the same
10,000 rows with AdamW or Adam for the same number of steps of the same size, without held-out
rows, on one thread. Ours (compiled) encodes its rows in every step; the others get them encoded.
With `--bins 64` each number has so many piecewise-linear bins besides, as by default.

- skorch: `NeuralNet` as it comes, `net.fit(X, (targets, labels))`, with AdamW, `F.kl_div` and
  `F.cross_entropy`
- skorch + data set: the same on torch's `StackDataset`, whose rows cost less to fetch
- torch: a permutation an epoch, batches by indexing, fused AdamW, one expression for the loss
- MLPClassifier: scikit-learn's, on labels alone

The fits alternate in one process. Printed are microseconds a step of a whole fit, of one step
alone, and the ratio to ours: median (lowest - highest) over the rounds.

    python -m benchmarks.training [--rounds 9] [--epochs 4] [--bins 0]
"""

import argparse
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from skorch import NeuralNet
from threadpoolctl import threadpool_limits
from torch import nn
from torch.utils.data import StackDataset, TensorDataset

from benchmarks.shared import seconds_of, spread
from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding
from skdistill.tasks import Multiclass
from skdistill.training._batches import LessonRows
from skdistill.training._compiled import make_steps
from skdistill.training._lessons import REAL, Lessons
from skdistill.training._train import train_student
from skdistill.training._training import Training

N_ROWS, N_COLUMNS, N_CLASSES, HIDDEN, LR, DECAY, ALPHA = 10_000, 30, 5, (128, 128), 2e-3, 1e-4, 0.5
STEPS_ALONE = 30


def make_net(n_features):
    sizes = (n_features, *HIDDEN)
    layers = [(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, HIDDEN, strict=False)]
    return nn.Sequential(*(part for pair in layers for part in pair), nn.Linear(128, N_CLASSES))


class Data:
    """Rows with labels and soft targets; `features` are what our encoder makes of `rows`."""

    def __init__(self, n_bins):
        X, y = make_classification(
            N_ROWS, N_COLUMNS, n_informative=12, n_classes=N_CLASSES, random_state=0
        )
        reader = ColumnReader.learn(X)
        self.rows = reader.read(X)
        ones = np.ones(N_ROWS, np.float32)
        self.encoding = learn_encoding(
            self.rows, reader, n_bins=n_bins, sample_weight=ones, random_state=0
        )
        self.features = self.encoding.forward(self.rows).astype(np.float32)
        self.labels = y.astype(np.int64)
        noisy = 3 * np.eye(N_CLASSES)[y] + np.random.default_rng(0).normal(
            size=(N_ROWS, N_CLASSES)
        )
        self.targets = torch.softmax(torch.from_numpy(noisy), 1).float().numpy()
        yes = np.full(N_ROWS, True)
        self.transfer = Lessons(
            self.rows, self.targets, self.labels, yes, yes, ones, np.full(N_ROWS, REAL, np.int8)
        )


class Ours:
    """`train_student`."""

    def __init__(self, data, batch_size, n_epochs):
        self.data, self.batch_size, self.n_epochs = data, batch_size, n_epochs

    def fit(self):
        net = {"hidden_layer_sizes": HIDDEN, "activation": "relu", "dropout": 0.0}
        training = Training(
            encoding=self.data.encoding, task=Multiclass(np.arange(N_CLASSES)), module=MLP,
            net=net, loss="kl",
            temperature=1.0, lr=LR, weight_decay=DECAY, batch_size=self.batch_size,
            max_epochs=self.n_epochs, patience=9,
            device="cpu", callbacks=None, net_params=None, verbose=0, random_state=0,
        )  # fmt: skip
        self.net = train_student(self.data.transfer, training, alpha=ALPHA).net

    def step(self):
        steps = make_steps(self.net, rate=lambda step: 1.0)
        encode = self.net.module_.encoder.constants_with_places
        rows = LessonRows(self.data.transfer)
        batch = OneBatch(*rows.block([torch.arange(self.batch_size)], encode), [self.batch_size])
        return lambda: steps.train(batch)


class OneBatch:
    """Batches of which there is one, encoded beforehand."""

    def __init__(self, *block):
        self.block = block

    def blocks(self, encode):
        return [self.block]


class Skorch:
    """skorch as it comes."""

    def __init__(self, data, batch_size, n_epochs):
        self.given = data.features, (data.targets, data.labels)
        self.net = NeuralNet(
            make_net, module__n_features=data.features.shape[1], criterion=KlAndCrossEntropy,
            optimizer=torch.optim.AdamW, lr=LR, optimizer__weight_decay=DECAY,
            iterator_train__shuffle=True, train_split=None,
            max_epochs=n_epochs, batch_size=batch_size, verbose=0,
        )  # fmt: skip

    def fit(self):
        self.net.fit(*self.given)

    def step(self):
        data = self.net.get_dataset(*self.given)
        batch = next(iter(self.net.get_iterator(data, training=True)))
        return lambda: self.net.train_step(batch)


class SkorchOnDataSet(Skorch):
    """skorch on a data set of torch's."""

    def __init__(self, data, batch_size, n_epochs):
        super().__init__(data, batch_size, n_epochs)
        answers = TensorDataset(*map(torch.from_numpy, (data.targets, data.labels)))
        self.given = StackDataset(torch.from_numpy(data.features), answers), None


class KlAndCrossEntropy(nn.Module):
    def forward(self, logits, answers):
        targets, labels = answers
        soft = F.kl_div(F.log_softmax(logits, 1), targets, reduction="batchmean")
        return ALPHA * soft + (1 - ALPHA) * F.cross_entropy(logits, labels)


class Torch:
    """A tight loop: the two losses are one cross-entropy, against the mix of their targets."""

    def __init__(self, data, batch_size, n_epochs):
        hard = np.eye(N_CLASSES, dtype=np.float32)[data.labels]
        self.rows = torch.from_numpy(data.features)
        self.mixed = torch.from_numpy(ALPHA * data.targets + (1 - ALPHA) * hard)
        self.batch_size, self.n_epochs = batch_size, n_epochs

    def fit(self):
        self._start()
        for _ in range(self.n_epochs):
            for index in torch.randperm(N_ROWS).split(self.batch_size):
                self._step(self.rows[index], self.mixed[index])

    def step(self):
        self._start()
        batch = self.rows[: self.batch_size], self.mixed[: self.batch_size]
        return lambda: self._step(*batch)

    def _start(self):
        self.net = make_net(self.rows.shape[1])
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=LR, weight_decay=DECAY, fused=True
        )

    def _step(self, rows, mixed):
        loss = -(mixed * torch.log_softmax(self.net(rows), dim=1)).sum() / len(rows)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


class Sklearn:
    """`MLPClassifier` on labels."""

    def __init__(self, data, batch_size, n_epochs):
        self.data = data
        self.model = MLPClassifier(
            HIDDEN, alpha=DECAY, batch_size=batch_size, learning_rate_init=LR, max_iter=n_epochs,
            n_iter_no_change=n_epochs + 1, random_state=0,
        )  # fmt: skip

    def fit(self):
        self.model.fit(self.data.features, self.data.labels)


def alone(runner):
    """Seconds of one step on a batch that is already there."""
    if not hasattr(runner, "step"):
        return np.nan
    step = runner.step()
    step()
    return seconds_of(step, STEPS_ALONE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--bins", type=int, default=0, help="of each number")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[64, 256, 1024])
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    data = Data(options.bins)
    names = {"ours": Ours, "torch": Torch, "MLPClassifier": Sklearn}
    names |= {"skorch": Skorch, "skorch + data set": SkorchOnDataSet}
    print(f"{'batch':>5s}  {'':17s}  {'fit, µs a step':>22s}  {'ratio':>18s}  {'step alone':>20s}")
    for batch_size in options.batch_sizes:
        runners = {name: make(data, batch_size, options.epochs) for name, make in names.items()}
        n_steps = -(-N_ROWS // batch_size) * options.epochs
        with threadpool_limits(1):
            for runner in runners.values():
                runner.fit()  # imports and first calls
            rounds = [
                [(seconds_of(r.fit) / n_steps, alone(r)) for r in runners.values()]
                for _ in range(options.rounds)
            ]
        micros = 1e6 * np.array(rounds)
        for k, name in enumerate(runners):
            fits, steps = micros[:, k].T
            ratio = fits / micros[:, 0, 0]
            print(
                f"{batch_size:5d}  {name:17s}  {spread(fits, '.0f'):>22s}  {spread(ratio):>18s}"
                f"  {'' if np.isnan(steps[0]) else spread(steps, '.0f'):>20s}",
                flush=True,
            )


if __name__ == "__main__":
    main()
