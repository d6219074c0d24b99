"""What a report's words mean."""

from skdistill.report._display import in_words
from skdistill.report._verdict import BOOSTING, CALIBRATED, PRIOR, STUDENT, TEACHER, TWIN

MODELS = {
    PRIOR: "Who knows the training labels and no column, and answers every row alike: {nobody}. "
    "No model that does not clearly beat it is worth deploying.",
    TEACHER: "The large model, fitted on all training rows, as it answers by itself.",
    CALIBRATED: "The teacher's answers as the student learned them.",
    TWIN: "The student's own architecture, trained on labels alone with early stopping.",
    BOOSTING: "The best gradient boosting of no more bytes than the student's file.",
    STUDENT: "The compact net that was distilled.",
}
TERMS = {
    "lead": "A model's {loss} minus the student's: above zero, the student is better.",
    "clearly": "The 95 % interval of a difference excludes zero.",
    "interval": "Where the figure would be, 19 times out of 20, with other held-out rows, not "
    "with another fit. Losses that none of these rows shows are in no interval.",
    "gap closed": "(twin - student) / (twin - teacher), in {loss}: 100 % is as good as the "
    "teacher, 0 % no better than labels alone. Not stated where the teacher does not clearly "
    "beat the twin.",
    "excess": "The student's {loss} minus the teacher's, over some rows.",
}


def glossary(report):
    """Return what the words of a FidelityReport mean, by word."""
    task = report.task
    words = {name: text for name, text in MODELS.items() if name in report.models}
    words |= TERMS
    words |= {measure.words: measure.meaning for measure in task.measures if measure.meaning}
    of_task = {"loss": in_words(task.loss), "nobody": task.nobody}
    return {word: text.format(**of_task) for word, text in words.items()}
