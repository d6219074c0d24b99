"""Figures kept line by line, and means with their errors."""

import numpy as np
import pytest

from benchmarks.shared import Results, geometric_mean, in_turn, spread


def test_what_was_measured_is_known_to_the_next_run(tmp_path):
    path = tmp_path / "results.csv"
    Results(path, ["set", "seed"], ["loss"]).add(set="adult", seed=0, loss=0.25)
    again = Results(path, ["set", "seed"], ["loss"])
    assert again.has(set="adult", seed=0)
    assert not again.has(set="adult", seed=1)
    again.add(set="adult", seed=1, loss=0.5)
    assert again.frame()["loss"].tolist() == [0.25, 0.5]


def test_a_file_of_before_keeps_its_columns(tmp_path):
    path = tmp_path / "results.csv"
    Results(path, ["set"], ["loss"]).add(set="adult", loss=0.25)
    Results(path, ["set"], ["loss", "shape"]).add(set="magic", loss=0.5, shape="new")
    assert Results(path, ["set"], ["loss"]).frame().columns.tolist() == ["set", "loss"]


def test_the_geometric_mean_comes_with_the_error_of_the_logarithm():
    mean, error = geometric_mean([0.5, 2.0])
    assert mean == pytest.approx(1)
    assert error == pytest.approx(np.log(2))


def test_every_action_has_its_turn_in_every_round():
    calls = []
    actions = {name: lambda name=name: calls.append(name) for name in ("a", "b")}
    times = in_turn(actions, 3, seconds_a_round=0)
    assert {name: len(of_rounds) for name, of_rounds in times.items()} == {"a": 3, "b": 3}
    assert calls[-6:] == ["a", "b"] * 3
    assert spread([1.0, 2.0, 4.0]) == "2.00 (1.00 - 4.00)"
