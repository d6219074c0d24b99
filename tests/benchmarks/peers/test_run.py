"""Splits that peers read from disk."""

import numpy as np
import pandas as pd

from benchmarks.peers import common, run


def test_a_split_comes_back_as_it_was_written(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"number": rng.normal(size=40), "count": np.arange(40)})
    X["level"] = pd.Categorical(np.where(X["count"] % 3, "1", "a, b"))
    X["word"] = np.where(X["count"] % 2, "NA", "yes")
    X.loc[3, ["number", "level", "word"]] = None
    y = np.where(X["count"] < 20, "no", "yes")
    run.write_split(X, y, 0, tmp_path)
    split = common.Split(tmp_path)
    read = pd.concat([split.X_train, split.X_test]).sort_values("count", ignore_index=True)
    assert len(split.X_test) == 12
    assert split.n_classes == 2
    np.testing.assert_array_equal(read["number"], X["number"])
    for column in ("level", "word"):
        assert read[column].dtype == "category"
        same = read[column].astype(object).fillna("") == X[column].astype(object).fillna("")
        assert same.all()
    codes = np.concatenate([split.y_train, split.y_test])
    assert sorted(codes) == [0] * 20 + [1] * 20
    known = split.X_train["count"] < 20
    np.testing.assert_array_equal(split.y_train, np.where(known, 0, 1))
