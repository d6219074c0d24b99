"""One script a claim, the incumbent beside us; run one as `python -m benchmarks.NAME`."""
