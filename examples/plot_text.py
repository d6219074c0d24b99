"""
Text with TF-IDF
================

Students read sparse matrices as they are. The texts here are at hand in every installation: first
paragraphs of docstrings, of which the classifier says whether NumPy, SciPy or scikit-learn wrote
them.
"""

# %%
# Names of the libraries are taken out of the texts, as they would give the answer away.

import inspect
import re

import numpy
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats
from sklearn.utils.discovery import all_estimators, all_functions

NAMES = re.compile(r"numpy|scipy|scikit-learn|sklearn|\bnp\b", re.IGNORECASE)
SCIPY = (
    *(scipy.linalg, scipy.ndimage, scipy.optimize),
    *(scipy.signal, scipy.special, scipy.stats),
)


def first_words(objects):
    """Return the first 400 characters of each docstring."""
    texts = {inspect.getdoc(obj) for obj in objects}
    return sorted(NAMES.sub("", text)[:400] for text in texts if text)


of = {
    "NumPy": [value for name, value in vars(numpy).items() if callable(value)],
    "SciPy": [vars(module)[name] for module in SCIPY for name in module.__all__],
    "scikit-learn": [value for _, value in all_estimators() + all_functions()],
}
texts, labels = [], []
for library, objects in of.items():
    found = first_words(objects)
    texts += found
    labels += [library] * len(found)
print(len(texts), "texts, such as:", texts[-1].split("\n")[0])

# %%
# The teacher is a pair of opposites: a linear model and a forest. Both, and the student, get the
# TF-IDF matrix, which stays sparse.

from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skdistill import DistilledClassifier

teacher = VotingClassifier(
    [("linear", LogisticRegression(C=10)), ("trees", ExtraTreesClassifier(100))], voting="soft"
)
model = make_pipeline(
    TfidfVectorizer(min_df=3, sublinear_tf=True),
    DistilledClassifier(teacher, cv=3, hidden_layer_sizes=(32,), random_state=0),
)
train_texts, test_texts, y_train, y_test = train_test_split(
    texts, labels, stratify=labels, random_state=0
)
model.fit(train_texts, y_train)

# %%
# The student stands at the pipeline's end.

distilled = model[-1]
rows = model[:-1].transform(test_texts)
print(f"{rows.shape[1]} words; {distilled.student_}")
print(f"teacher {distilled.teacher_.score(rows, y_test):.3f}")
print(f"student {model.score(test_texts, y_test):.3f}")

# %%
# Where the student differs, the teacher was seldom sure:

from skdistill.report import AgreementDisplay

AgreementDisplay.from_estimator(distilled, rows, n_bins=10)
