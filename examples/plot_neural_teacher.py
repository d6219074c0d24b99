"""
A neural teacher
================

A convolutional net, trained with skorch, teaches a student that knows nothing of images: a plain
multilayer perceptron of 64 columns.
"""

# %%
# The teacher takes a digit's 64 pixels and folds them back into an image.

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from skorch import NeuralNetClassifier
from torch import nn

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X = X.astype("float32")
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=400, stratify=y, random_state=0
)


class Convolutions(nn.Module):
    """Two convolutions and one linear layer."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Flatten()),
            *(nn.Dropout(0.3), nn.Linear(64 * 16, 10)),
        )

    def forward(self, X):
        return self.layers(X / 16)


teacher = NeuralNetClassifier(
    Convolutions,
    criterion=nn.CrossEntropyLoss,
    optimizer=torch.optim.Adam,
    lr=0.003,
    max_epochs=20,
    batch_size=32,
    train_split=None,
    verbose=0,
)

# %%
# A net that is trained to the end is sure of every row that it has seen, so its answers to those
# rows teach little more than labels. ``DistilledClassifier`` therefore asks it out of fold.

from skdistill import DistilledClassifier

settings = {"hidden_layer_sizes": (64,), "random_state": 0}
clf = DistilledClassifier(teacher, cv=3, transfer="munge", **settings).fit(X_train, y_train)
twin = DistilledClassifier(teacher, cv=3, alpha=0, transfer=None, **settings)
twin.fit(X_train, y_train)  # the same student on labels alone

# %%
# How much of the way from its twin to the teacher does the student go?

from sklearn.metrics import log_loss

for name, model in [("teacher", clf.teacher_), ("twin", twin), ("student", clf)]:
    proba = model.predict_proba(X_test)
    accuracy = (proba.argmax(axis=1) == y_test).mean()
    print(f"{name}: accuracy {accuracy:.4f}, log loss {log_loss(y_test, proba):.3f}")

# %%
# What the teacher knows beyond the label is which other digits a digit resembles. Here is one that
# it is unsure of, and what both make of it.

import matplotlib.pyplot as plt
import numpy as np

targets = clf.ask_teacher(X_test)
row = np.argmax(-(targets * np.log(targets + 1e-9)).sum(axis=1))
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.6), layout="constrained")
left.imshow(X_test[row].reshape(8, 8), cmap="gray_r")
left.set(title=f"label {y_test[row]}", xticks=[], yticks=[])
digits = np.arange(10)
right.bar(digits - 0.2, targets[row], width=0.4, label="teacher, calibrated")
right.bar(digits + 0.2, clf.predict_proba(X_test[[row]])[0], width=0.4, label="student")
right.set(xticks=digits, ylabel="probability")
_ = right.legend()
