"""Which student answers by which outputs."""

from skdistill.runtime._classifier_student import ClassifierStudent
from skdistill.runtime._multilabel_student import MultilabelStudent
from skdistill.runtime._quantile_student import QuantileStudent
from skdistill.runtime._regressor_student import RegressorStudent

STUDENTS = ClassifierStudent, MultilabelStudent, RegressorStudent, QuantileStudent
STUDENT_OF = {student.of: student for student in STUDENTS}


def make_student(reader, layers, outputs):
    """Return the student of the class that speaks of such outputs."""
    return STUDENT_OF[type(outputs)](reader, layers, outputs)
