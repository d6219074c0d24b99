"""Models beside each other, as a table."""

from skdistill.cli._comparison import print_comparison
from skdistill.layers import Numbers
from skdistill.tasks import task_of


def test_large_and_tiny_figures_have_as_many_decimals_as_tell_them_apart(capsys):
    quality = {"r2": 0.5, "n_bytes": 1000, "latency": 1e-6}
    figures = {
        "student": {"rmse": 51234.5, "mae": 0.0001234, **quality},
        "prior": {"rmse": 9.25, "mae": 0.0000111, **quality},
    }
    print_comparison(task_of(Numbers(1, flat=True)), figures)
    header, student, prior = capsys.readouterr().out.splitlines()
    assert header.split() == "RMSE MAE R² size one row".split()
    assert student.split() == "student 51,234 0.0001234 0.5000 1.0 kB 1 µs".split()
    assert prior.split() == "prior 9 0.0000111 0.5000 1.0 kB 1 µs".split()
