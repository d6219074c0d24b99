"""Options that are parameters of estimators: types, defaults and help are the estimators'."""

import inspect
import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from skdistill.cli._console import InputError

NO_OPTIONS = {
    "teacher": "has options of its own: a preset, or a file",
    "quantiles": "makes students that the command has no columns for",
    "callbacks": "holds objects",
    "net_params": "holds objects",
    "memory": "is the folder of the run",
    "verbose": "is a switch, -v",
}  # parameters that are not typed, and why
DEFAULTS = {"random_state": 0}  # a run goes on only where it would give the same again
UNSET: Any = object()  # where estimators differ, and the user says nothing


def add_parameters(parser, estimators):
    """Add an option for each parameter of the estimators; name them in `parameters`.

    Parameters
    ----------
    parser : ArgumentParser
    estimators : dict of str to type
        By the task that each learns.
    """
    whose = " and ".join(estimator.__name__ for estimator in estimators.values())
    group = parser.add_argument_group(f"parameters of {whose}")
    by_task = {task: _defaults(estimator) for task, estimator in estimators.items()}
    names = tuple(dict.fromkeys(name for defaults in by_task.values() for name in defaults))
    for name in names:
        having = {
            task: estimator for task, estimator in estimators.items() if name in by_task[task]
        }
        constraints = [e._parameter_constraints[name] for e in having.values()]
        value = value_of([each for one in constraints for each in one])
        defaults = {task: by_task[task][name] for task in having}
        common = len(having) == len(estimators) and len(set(defaults.values())) == 1
        text = f"{_first_sentence(next(iter(having.values())), name)} ({_told(defaults, common)})"
        group.add_argument(
            flag(name),
            type=value,
            default=next(iter(defaults.values())) if common else UNSET,
            metavar="|".join([*value.readers, *value.words]),
            help=text.replace("%", "%%"),
        )
    parser.set_defaults(parameters=names)


def settle_parameters(options, estimator):
    """Leave in `options` the parameters of one estimator, with its defaults; return their values.

    Raises
    ------
    InputError
        If the user gave one that it lacks.
    """
    defaults = _defaults(estimator)
    for name in options.parameters:
        if getattr(options, name) is UNSET and name in defaults:
            setattr(options, name, defaults[name])
        elif getattr(options, name) is not UNSET and name not in defaults:
            raise InputError(
                f"{flag(name)} is no parameter of {estimator.__name__}, which learns this target: "
                "leave it out. --task says what is learned."
            )
    options.parameters = tuple(defaults)
    return {name: getattr(options, name) for name in defaults}


def _defaults(estimator):
    """Return the defaults of the parameters that are options, by name."""
    parameters = inspect.signature(estimator).parameters
    return {
        name: DEFAULTS.get(name, parameter.default)
        for name, parameter in parameters.items()
        if name not in NO_OPTIONS
    }


def _told(defaults, common):
    """Return what help says of the defaults by task."""
    if common:
        return f"default {as_typed(next(iter(defaults.values())))}"
    return "default " + ", ".join(f"{as_typed(d)} of {task}" for task, d in defaults.items())


def lack_parameters(parser, error):
    """Say in the help that parameters are no options where the estimator cannot be imported."""
    text = f'They are listed where a fit can be ({error}): pip install "skdistill[cli]"'
    parser.add_argument_group("parameters of the estimator", text)
    parser.set_defaults(parameters=(), missing_options=text)


@dataclass(frozen=True, eq=False)
class Value:
    """What the text of an option stands for: one of some words, or what a reader makes of it."""

    words: dict[str, Any]
    readers: dict[str, Callable]  # by what help calls the text that they read
    constraints: dict[str, Any]  # of scikit-learn, by what they say; what is read meets one

    def __call__(self, text):
        """Return the value."""
        if text in self.words:
            return self.words[text]
        allowed = self.readers
        for read in self.readers.values():
            with suppress(ValueError):
                value = read(text)
                if any(each.is_satisfied_by(value) for each in self.constraints.values()):
                    return value
                allowed = self.constraints
        raise ArgumentTypeError(f"{text!r} is not {' or '.join([*allowed, *self.words])}")


def value_of(constraints):
    """Return the `Value` that meets a parameter's constraints; objects have no text."""
    from sklearn.utils._param_validation import StrOptions, make_constraint

    words: dict[str, Any] = {}
    readers: dict[str, Callable] = {}
    ranges: dict[str, Any] = {}
    for constraint in constraints:
        if isinstance(constraint, StrOptions):
            words |= {word: word for word in sorted(constraint.options)}
        elif constraint is None:
            words["none"] = None
        elif constraint == "boolean":
            words |= {"true": True, "false": False}
        elif found := READERS.get(getattr(constraint, "type", constraint)):
            made = make_constraint(constraint)
            readers, ranges = readers | found, ranges | {str(made): made}
    return Value(words, readers, ranges)


def flag(name):
    """Return the option that stands for a parameter."""
    return f"--{name.replace('_', '-')}"


def as_options(text, names):
    """Return what an estimator says, with its parameters as the options that stand for them."""
    either = "|".join(names)
    text = re.sub(rf"The '({either})' parameter of \w+ ", lambda m: f"{flag(m[1])} ", text)
    spelled = rf"\b({either})=(None|True|False)?"
    return re.sub(spelled, lambda m: f"{flag(m[1])}={(m[2] or '').lower()}", text)


def as_typed(value):
    """Return the text that stands for a value."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _numbers(text):
    parts = filter(None, text.split(","))
    return tuple(int(part) if part.isdecimal() else float(part) for part in parts)


READERS: dict[Any, dict[str, Callable]] = {
    Integral: {"N": int},
    Real: {"NUMBER": float},
    "cv_object": {"N": int},
    "random_state": {"N": int},
    str: {"TEXT": str},
    tuple: {"N,N": _numbers},
}


def _first_sentence(estimator, name):
    """Return what the docstring says of a parameter first, as help has it."""
    text = f"{inspect.getdoc(estimator)}\n"
    documented = dict(re.findall(r"^(\w+) : .*\n((?:    .*\n)+)", text, re.MULTILINE))
    sentence = re.split(r"\.\s", documented[name])[0]
    words = re.sub(r"`| \[\d+\]_", "", sentence).split()
    return " ".join([words[0].lower(), *words[1:]])
