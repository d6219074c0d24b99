"""What every test shares: one torch thread, hypothesis without deadlines, Ctrl-C, fixtures."""

import signal

import hypothesis
import pytest
import torch

torch.set_num_threads(1)  # several test runs share a machine

hypothesis.settings.register_profile("skdistill", deadline=None)  # a fit takes what it takes
hypothesis.settings.load_profile("skdistill")

# a shell starts jobs in the background with Ctrl-C ignored, and so would be their children
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def keep_sparse(monkeypatch):
    """Keep narrow sparse matrices sparse, as wide ones are."""
    monkeypatch.setattr("skdistill.tables._sparse.MOST_COLUMNS", 0)
