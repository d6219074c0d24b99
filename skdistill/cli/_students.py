"""Students' files, as subcommands that speak of labels read them."""

from skdistill.cli._console import InputError
from skdistill.runtime import ClassifierStudent, load


def load_classifier(path):
    """Return the student of a file, whose answers are of labels."""
    student = load(path)
    if not isinstance(student, ClassifierStudent):
        raise InputError(f"{path} answers by numbers: this command is for labels.")
    return student
