"""Which student answers by which outputs."""

from skdistill.runtime._classifier_student import ClassifierStudent

STUDENT_OF = {student.of: student for student in (ClassifierStudent,)}


def make_student(reader, layers, outputs):
    """Return the student of the class that speaks of such outputs."""
    return STUDENT_OF[type(outputs)](reader, layers, outputs)
