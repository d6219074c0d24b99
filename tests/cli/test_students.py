"""A student's file that a subcommand has no use for."""

import pytest


@pytest.mark.parametrize("words", [["predict"], ["report", "--target", "churned"]])
def test_a_student_of_numbers_has_no_labels(words, of_numbers, messy, command):
    name, *options = words
    code, out, err = command(name, of_numbers, messy, *options)
    assert code == 2
    assert "format-4-tabm.safetensors answers by numbers: this command is for labels" in err
    assert out == ""
