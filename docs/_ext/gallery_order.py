"""The order of the examples, from the first that one reads."""

EXAMPLES = [
    "plot_compress_forest.py",
    "plot_stacking_mixed_columns.py",
    "plot_report.py",
    "plot_house_prices.py",
    "plot_intervals.py",
    "plot_tags.py",
    "plot_unlabeled.py",
    "plot_deploy.py",
    "plot_budgets.py",
    "plot_grid_search.py",
    "plot_neural_teacher.py",
    "plot_text.py",
]


class ReadingOrder:
    """Key of sphinx-gallery to sort by; examples that are not listed come last, by name."""

    def __init__(self, src_dir):
        self.src_dir = src_dir

    def __call__(self, filename):
        """Return what to sort a file by."""
        place = EXAMPLES.index(filename) if filename in EXAMPLES else len(EXAMPLES)
        return place, filename
