"""Options that are the estimator's parameters: what it says of them is said once."""

import inspect
from argparse import ArgumentTypeError
from numbers import Integral, Real

import pytest
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

import skdistill
from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.cli import main
from skdistill.cli._console import InputError
from skdistill.cli._main import make_parser
from skdistill.cli._parameters import (
    NO_OPTIONS,
    as_options,
    as_typed,
    settle_parameters,
    value_of,
)

ESTIMATORS = [DistilledClassifier, DistilledRegressor]
WARMTH = """    warmth : float or "auto", default="auto"
        How warm it is, in [0, 1]; 100 % is `hot` [2]_. What follows
        is for those who read on.
"""
fitted = []


class Warm(DistilledClassifier):
    """A classifier with a parameter more, which notes what reaches its fit."""

    _parameter_constraints = {  # noqa: RUF012
        **DistilledClassifier._parameter_constraints,
        "warmth": [Interval(Real, 0, 1, closed="both"), StrOptions({"auto"})],
    }

    def __init__(self, teacher=None, *, warmth="auto", **params):
        super().__init__(teacher, **params)
        self.warmth = warmth

    def fit(self, X, y, **fit_params):
        fitted.append(self.warmth)
        raise KeyboardInterrupt

    __doc__ = DistilledClassifier.__doc__.replace("    cv : int", f"{WARMTH}    cv : int")
    _signature = inspect.signature(DistilledClassifier.__init__)
    _warmth = inspect.Parameter("warmth", inspect.Parameter.KEYWORD_ONLY, default="auto")
    __init__.__signature__ = _signature.replace(
        parameters=[*_signature.parameters.values(), _warmth]
    )


@pytest.fixture
def warm(monkeypatch):
    """Let the command distil by the classifier with a parameter more."""
    monkeypatch.setattr(skdistill, "DistilledClassifier", Warm)
    fitted.clear()
    return fitted


@pytest.mark.parametrize("name", ["compress", "report"])
def test_a_new_parameter_is_an_option_with_type_default_and_help(name, warm, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "--warmth NUMBER|auto how warm it is, in [0, 1]; 100 % is hot (default auto of classes)"
        in shown
    )
    for text, meant in (("cold", "NUMBER"), ("3", "a float in the range [0.0, 1.0]")):
        assert main([name, "--data", "iris", "--warmth", text]) == 2
        err = capsys.readouterr().err
        assert f"argument --warmth: {text!r} is not {meant} or auto. `skdistill {name} --h" in err


def test_a_new_parameter_reaches_the_fit(warm, tmp_path, command):
    (tmp_path / "c.toml").write_text("warmth = 0.25")
    line = ["compress", "--data", "iris", "--output", tmp_path / "s"]
    for more in ([], ["--warmth", "0.5"], ["--config", tmp_path / "c.toml"]):
        assert command(*line, *more)[0] == 130
    assert warm == ["auto", 0.5, 0.25]


def test_what_is_said_to_be_no_option_is_a_parameter():
    assert set(NO_OPTIONS) < set().union(*(inspect.signature(e).parameters for e in ESTIMATORS))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("command", ["compress", "report"])
def test_every_parameter_is_an_option_or_said_to_be_none(command, estimator):
    parameters = inspect.signature(estimator).parameters
    options = make_parser()[1][command].parse_args(["t.csv"])
    given = settle_parameters(options, estimator)
    assert {*given} == set(parameters) - set(NO_OPTIONS)
    assert options.parameters == tuple(given)
    for name in set(given) - {"random_state"}:
        assert given[name] == parameters[name].default


@pytest.mark.parametrize(
    ("words", "estimator", "unknown"),
    [
        (["--calibration", "linear", "--loss", "huber"], DistilledRegressor, None),
        (["--calibration", "none", "--temperature", "2"], DistilledClassifier, None),
        (["--temperature", "1"], DistilledRegressor, "--temperature is no parameter of Distilled"),
    ],
)
def test_the_parameters_of_both_estimators_can_be_typed(words, estimator, unknown):
    options = make_parser()[1]["compress"].parse_args(["t.csv", *words])
    if unknown:
        with pytest.raises(InputError, match=unknown):
            settle_parameters(options, estimator)
        return
    given = settle_parameters(options, estimator)
    for name, text in zip(words[::2], words[1::2], strict=True):
        assert as_typed(given[name[2:]]) in (text, f"{text}.0")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_default_can_be_typed(estimator):
    for name, parameter in inspect.signature(estimator).parameters.items():
        if name not in NO_OPTIONS and name != "random_state":
            value = value_of(estimator._parameter_constraints[name])
            assert value(as_typed(parameter.default)) == parameter.default


@pytest.mark.parametrize(
    ("constraints", "text", "value"),
    [
        ([Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})], "12", 12),
        ([Interval(Real, 0, 1, closed="both"), None], "1e-3", 0.001),
        ([Interval(Real, 0, 1, closed="both"), None], "none", None),
        (["boolean", StrOptions({"auto"})], "true", True),
        (["boolean", StrOptions({"auto"})], "auto", "auto"),
        ([list, tuple, None], "64,32", (64, 32)),
        ([list, tuple], "", ()),
        ([tuple], ".1,.5", (0.1, 0.5)),
        ([StrOptions({"none", "ple"})], "none", "none"),
        (["cv_object", StrOptions({"oob"})], "3", 3),
        ([str], "cuda:1", "cuda:1"),
    ],
)
def test_a_text_stands_for_what_meets_a_constraint(constraints, text, value):
    got = value_of(constraints)(text)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("constraints", "text", "message"),
    [
        ([Interval(Integral, 1, None, closed="left"), None], "1.5", "'1.5' is not N or none"),
        ([Interval(Integral, 2, None, closed="left")], "1", r"'1' is not an int in .*\[2, inf"),
        (["random_state"], "-1", r"'-1' is not an int in the range \[0, 4294967295\]"),
        (["boolean"], "1", "'1' is not true or false"),
        ([tuple], "64,x", "'64,x' is not N,N"),
        ([StrOptions({"b", "a"}), callable, HasMethods("fit")], "c", "'c' is not a or b"),
    ],
)
def test_another_text_is_refused_with_what_is_meant(constraints, text, message):
    with pytest.raises(ArgumentTypeError, match=message):
        value_of(constraints)(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The 'alpha' parameter of DistilledClassifier must be in [0, 1].", "--alpha must be in"),
        ("n_bins=1: pass more", "--n-bins=1: pass more"),
        ('use n_bins="auto" or alpha=None', 'use --n-bins="auto" or --alpha=none'),
        ("my_alpha=2 and beta=3", "my_alpha=2 and beta=3"),
    ],
)
def test_what_an_estimator_says_of_its_parameters_names_options(text, said):
    assert as_options(text, ["alpha", "n_bins"]).startswith(said)
