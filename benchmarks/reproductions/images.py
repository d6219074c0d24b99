"""Digit images for the papers on neural nets: scikit-learn's, and a sample of MNIST."""

import os

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from skorch import NeuralNetClassifier
from torch import nn

from benchmarks.datasets import load

SHIFTS = {"digits": 1, "mnist5k": 2}  # pixels by which images of the teacher are jittered
TEST_SIZE = 0.3


def image_sets():
    """Return the names of the sets that are there."""
    if "SKDISTILL_DATA" in os.environ:
        return ["digits", "mnist5k"]
    print("Left out: mnist5k, which is in the folder of SKDISTILL_DATA only.")
    return ["digits"]


def read_images(name, seed, n_rows=None):
    """Return X_train, X_test, y_train, y_test: pixels in [0, 1], and digits."""
    if name == "digits":
        X, y = load_digits(return_X_y=True)
        X = X / 16
    else:
        X, y = load(name)
        X, y = X.to_numpy(float) / 255, y.astype(int)
    if n_rows is not None and n_rows < len(y):
        X, _, y, _ = train_test_split(X, y, train_size=n_rows, stratify=y, random_state=seed)
    X = X.astype(np.float32)
    return train_test_split(X, y, test_size=TEST_SIZE, stratify=y, random_state=seed)


def jittered(X, y, most, n_copies, seed):
    """Return images and labels with copies shifted by up to `most` pixels in any direction."""
    rng = np.random.default_rng(seed)
    side = round(X.shape[1] ** 0.5)
    padded = np.pad(X.reshape(-1, side, side), ((0, 0), (most, most), (most, most)))
    shifted = [X]
    for _ in range(n_copies):
        down, right = rng.integers(0, 2 * most + 1, (2, len(X)))
        rows = down[:, None] + np.arange(side)
        columns = right[:, None] + np.arange(side)
        images = padded[np.arange(len(X))[:, None, None], rows[:, :, None], columns[:, None, :]]
        shifted.append(images.reshape(X.shape))
    return np.concatenate(shifted), np.tile(y, n_copies + 1)


class DropoutNet(nn.Module):
    """Dense layers with dropout: .2 of the pixels, .5 of the hidden units."""

    def __init__(self, n_inputs, hidden_layer_sizes, n_outputs=10, dropout=0.5):
        super().__init__()
        layers, width = [nn.Dropout(0.4 * dropout)], n_inputs
        for size in hidden_layer_sizes:
            layers += [nn.Linear(width, size), nn.ReLU(), nn.Dropout(dropout)]
            width = size
        self.layers = nn.Sequential(*layers, nn.Linear(width, n_outputs))

    def forward(self, X):
        return self.layers(X)


class ConvNet(nn.Module):
    """Two convolutions, pooling, and a dense layer with dropout."""

    def __init__(self, side, n_outputs=10, n_filters=32):
        super().__init__()
        self.side = side
        half = side // 2 // (2 if side >= 16 else 1)
        self.layers = nn.Sequential(
            nn.Conv2d(1, n_filters, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2) if side >= 16 else nn.Identity(),
            nn.Conv2d(n_filters, n_filters, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(n_filters * half * half, 256),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(256, n_outputs),
        )

    def forward(self, X):
        return self.layers(X.reshape(-1, 1, self.side, self.side))


def fit_net(module, X, y, *, max_epochs, seed, lr=1e-3, **of_module):
    """Train a skorch net with AdamW; its learning rate falls along a cosine."""
    from skorch.callbacks import LRScheduler

    torch.manual_seed(seed)
    schedule = LRScheduler(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=max_epochs)
    net = NeuralNetClassifier(
        module,
        **{f"module__{name}": value for name, value in of_module.items()},
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.AdamW,
        lr=lr,
        batch_size=128,
        max_epochs=max_epochs,
        iterator_train__shuffle=True,
        train_split=None,
        callbacks=[schedule],
        verbose=0,
    )
    return net.fit(X.astype(np.float32), y.astype(np.int64))


def logits(net, X):
    """Return a skorch net's scores in float64."""
    return net.forward(X.astype(np.float32), training=False).double().numpy()
