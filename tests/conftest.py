"""What every test shares: one torch thread, hypothesis without deadlines, Ctrl-C, fixtures."""

import signal
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import hypothesis
import pytest
import torch

ROOT = Path(__file__).parents[1]

torch.set_num_threads(1)  # several test runs share a machine

hypothesis.settings.register_profile("skdistill", deadline=None)  # a fit takes what it takes
hypothesis.settings.load_profile("skdistill")

# a shell starts jobs in the background with Ctrl-C ignored, and so would be their children
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def keep_sparse(monkeypatch):
    """Keep narrow sparse matrices sparse, as wide ones are."""
    monkeypatch.setattr("skdistill.tables._sparse.MOST_COLUMNS", 0)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build a wheel of the Python sources; return its path."""
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    for path in (ROOT / "skdistill").rglob("*"):
        if path.suffix == ".py" or path.name == "py.typed":
            target = source / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, source], check=True
    )
    (built,) = wheels.glob("skdistill-*.whl")
    return built


@pytest.fixture
def make_site(wheel, tmp_path):
    """Return a function that makes a folder of skdistill and some distributions, no others."""

    def make(*names):
        site = tmp_path / "site"
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--no-deps", "--target", site, wheel], check=True)
        for name in names:
            installed = distribution(name)
            for top in {file.parts[0] for file in installed.files} - {"..", "__pycache__"}:
                (site / top).symlink_to(installed.locate_file(top))
        return site

    return make
