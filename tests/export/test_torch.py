"""Torch modules against the student."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from skdistill.exceptions import ExportError
from skdistill.export import to_torch
from skdistill.export._common import probe_rows, spread_of

LARGEST = torch.finfo(torch.float32).max


@torch.no_grad()
def assert_alike(net, student, sizes=(64, 1, 7)):
    for n_rows in sizes:
        rows = probe_rows(student, n_rows)
        got = net(torch.from_numpy(rows))
        assert got.dtype == torch.float32
        np.testing.assert_allclose(got, student._forward(rows), rtol=0, atol=1e-5)


def test_a_module_answers_like_its_student(student):
    assert_alike(to_torch(student), student)


@torch.no_grad()
def test_a_module_answers_by_the_numbers_of_its_student(regressor):
    net = to_torch(regressor)
    for n_rows in (64, 1, 7):
        rows = probe_rows(regressor, n_rows)
        expected, got = regressor._forward(rows), net(torch.from_numpy(rows))
        assert got.dtype == torch.float64
        off = np.abs(got.numpy() - expected) / spread_of(regressor, expected)
        assert off.max() <= 1e-5


@torch.no_grad()
def test_a_module_answers_by_the_labels_of_its_student(multilabel):
    rows = probe_rows(multilabel)
    got = to_torch(multilabel)(torch.from_numpy(rows))
    assert got.dtype == torch.float32
    np.testing.assert_allclose(got, multilabel._forward(rows), atol=1e-5)


def test_a_module_of_numbers_exports(make_regressor, head, tmp_path):
    student = make_regressor("tabm", n_outputs=1, **head)
    rows = torch.from_numpy(probe_rows(student, 3))
    any_number = ({0: torch.export.Dim("n_rows")},)
    program = torch.export.export(to_torch(student), (rows,), dynamic_shapes=any_number)
    torch.export.save(program, tmp_path / "student.pt2")
    again = torch.export.load(tmp_path / "student.pt2").module()
    rows = torch.from_numpy(probe_rows(student))
    torch.testing.assert_close(again(rows), to_torch(student)(rows))


def test_encodings_are_buffers_and_weights_are_parameters(make_student):
    net = to_torch(make_student("periodic"))
    buffers, parameters = dict(net.named_buffers()), dict(net.named_parameters())
    assert {"0.parts.0.center", "0.parts.0.inverse_scale", "0.parts.1.columns"} <= set(buffers)
    assert {"0.parts.2.tables.1", "1.frequency", "2.weight", "2.bias"} <= set(parameters)
    assert not net.training


@pytest.mark.parametrize("kind", ["relu", "tabm_periodic", "sparse_tabm", "own"])
def test_it_exports_with_any_number_of_rows(kind, make_student, tmp_path):
    student = make_student(kind)
    rows = torch.from_numpy(probe_rows(student, 3))
    any_number = ({0: torch.export.Dim("n_rows")},)
    program = torch.export.export(to_torch(student), (rows,), dynamic_shapes=any_number)
    torch.export.save(program, tmp_path / "student.pt2")
    assert_alike(torch.export.load(tmp_path / "student.pt2").module(), student)


@pytest.mark.parametrize("kind", ["relu", "tabm_periodic"])
def test_it_compiles_as_one_graph(kind, make_student):
    student = make_student(kind)
    net = torch.compile(to_torch(student), fullgraph=True, backend="aot_eager")
    assert_alike(net, student, sizes=[64])


def test_a_module_of_the_users_own_is_copied(make_student):
    student = make_student("own")
    net = to_torch(student)
    with torch.no_grad():
        net[1].weight.zero_()
    assert_alike(to_torch(student), student)


@torch.no_grad()
def test_values_that_no_reader_gives_are_answered_too(make_student):
    net = to_torch(make_student("relu"))
    rows = torch.tensor([0, 3e4, 0, 0, 0, 0]).repeat(4, 1)
    same = rows.clone()
    rows[0, 0], same[0, 0] = torch.inf, LARGEST
    rows[1, 3], same[1, 3] = -1, 13
    rows[2, 3], same[2, 3] = 1e30, 13
    rows[3, 3], same[3, 3] = torch.nan, 12
    torch.testing.assert_close(net(rows), net(same))


class Restless(nn.Module):
    def forward(self, x):
        return x * torch.rand(1)


def test_a_module_that_answers_otherwise_is_not_returned(make_student):
    *layers, last = make_student("own").layers
    layers[-1] = replace(layers[-1], module=nn.Sequential(layers[-1].module, Restless()))
    student = replace(make_student("own"), layers=(*layers, last))
    with pytest.raises(ExportError, match="The torch module answers a row with"):
        to_torch(student)
