"""Where torch trains."""

import pytest
import torch

from skdistill.training._device import find_device


def test_auto_stands_for_the_fastest_that_is_there(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    assert find_device("auto") == "cpu"
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    assert find_device("auto") == "mps"
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert find_device("auto") == "cuda"


@pytest.mark.parametrize("name", ["cpu", "cpu:0"])
def test_a_device_that_is_there_is_taken_as_it_is_named(name):
    assert find_device(name) == name


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "hpu", "meta", "CPU", ""])
def test_an_absent_device_is_told_with_those_that_are_there(name):
    here = "'cuda'" if torch.cuda.is_available() else "'cpu'"
    with pytest.raises(ValueError, match=f"device='{name}', but torch .*{here}, or 'auto'"):
        find_device(name)
