"""Which student answers by which outputs."""

from skdistill.runtime._classifier_student import ClassifierStudent

STUDENTS = {student.of: student for student in (ClassifierStudent,)}


def make_student(reader, layers, outputs):
    """Return the student of the class that speaks of such outputs."""
    return STUDENTS[type(outputs)](reader, layers, outputs)
