"""What a header says of the outputs, and how their last layer runs in C; `@` as in the helpers."""

from collections.abc import Callable

from skdistill.export._c_text import array, number, strings
from skdistill.layers import (
    MOST_EXPONENT,
    Affine,
    Ascending,
    Classes,
    Exponential,
    Labels,
    Numbers,
    Outputs,
    Quantiles,
    Sigmoid,
    Softmax,
)

HELPERS = {
    "softmax": """\
static inline void @softmax(float *x, float inverse_temperature, int n)
{
    const float top = @highest(x, n);
    float total = 0.0f;
    for (int k = 0; k < n; ++k) {
        x[k] = expf((x[k] - top) * inverse_temperature);
        total += x[k];
    }
    for (int k = 0; k < n; ++k)
        x[k] /= total;
}
""",
    "sigmoid": """\
static inline void @sigmoid(float *x, const float *inverse_temperature, int n)
{
    for (int k = 0; k < n; ++k)
        x[k] = 1.0f / (1.0f + expf(-x[k] * inverse_temperature[k]));
}
""",
    "affine": """\
static inline void @affine(const float *x, const double *scale, const double *center, double *y,
                           int n)
{
    for (int k = 0; k < n; ++k)
        y[k] = (double)x[k] * scale[k] + center[k];
}
""",
    "exponential": """\
static inline void @exponential(double *y, double most, int n)
{
    for (int k = 0; k < n; ++k)
        y[k] = exp(y[k] > most ? most : y[k] < -most ? -most : y[k]);
}
""",
    "ascending": """\
static inline void @ascending(const float *x, const double *scale, const double *center, double *y,
                              int n)
{
    double value = x[0];
    y[0] = value * scale[0] + center[0];
    for (int k = 1; k < n; ++k) {
        const double z = x[k];
        value += (z > 0.0 ? z : 0.0) + log1p(exp(z > 0.0 ? -z : z));
        y[k] = value * scale[k] + center[k];
        if (y[k] < y[k - 1])
            y[k] = y[k - 1];
    }
}
""",
}


def _softmax(c, layer):
    c.call("softmax", c.where, number(layer.inverse_temperature), c.width)


def _sigmoid(c, layer):
    c.call("sigmoid", c.where, c.array("inverse_temperature", layer.inverse_temperature), c.width)


def _affine(c, layer):
    _to_units("affine", c, layer)


def _ascending(c, layer):
    _to_units("ascending", c, layer)


def _to_units(helper, c, layer):
    pointers = c.array("scale", layer.scale), c.array("center", layer.center)
    c.call(helper, c.where, *pointers, "answers", c.width)


def _exponential(c, layer):
    _affine(c, layer)
    c.call("exponential", "answers", MOST_EXPONENT, c.width)


LAST: dict[type, Callable] = {
    Softmax: _softmax,
    Sigmoid: _sigmoid,
    Affine: _affine,
    Exponential: _exponential,
    Ascending: _ascending,
}


class ClassesInC:
    """Probabilities, and the most probable class."""

    answers = "probabilities"
    mathematics = "expf"
    about = """\
 * @predict_proba(x, proba) writes the probability of every class, in the order of @labels.
 * @predict(x) returns the position of the most probable class."""
    declared = """\
 *         float x[@N_FEATURES] = {0}, proba[@N_CLASSES];
 *         int best;"""
    asked = """\
 *         best = @predict(x);
 *         @predict_proba(x, proba);
 *         printf("%s, %g\\n", @labels[best], proba[best]);"""
    functions = """\
static inline void @predict_proba(const float *x, float *proba)
{{
{code}
    memcpy(proba, {where}, @N_CLASSES * sizeof(float));
}}

static inline int @predict(const float *x)
{{
    float proba[@N_CLASSES];
    int best = 0;
    @predict_proba(x, proba);
    for (int k = 1; k < @N_CLASSES; ++k)
        if (proba[k] > proba[best])
            best = k;
    return best;
}}
"""

    def __init__(self, outputs):
        labels = [str(label) for label in outputs.labels.tolist()]
        self.definitions = [f"#define @N_CLASSES {len(labels)}\n", strings("@labels", labels)]


class LabelsInC:
    """Probabilities, and the labels that are more likely than not."""

    answers = "probabilities"
    mathematics = "expf"
    about = """\
 * @predict_proba(x, proba) writes the probability of each of the @N_LABELS labels.
 * @predict(x, labels) writes 1 for each label that x more likely has than not, else 0."""
    declared = """\
 *         float x[@N_FEATURES] = {0}, proba[@N_LABELS];
 *         int labels[@N_LABELS];"""
    asked = """\
 *         @predict(x, labels);
 *         @predict_proba(x, proba);
 *         printf("%d, %g\\n", labels[0], proba[0]);"""
    functions = """\
static inline void @predict_proba(const float *x, float *proba)
{{
{code}
    memcpy(proba, {where}, @N_LABELS * sizeof(float));
}}

static inline void @predict(const float *x, int *labels)
{{
    float proba[@N_LABELS];
    @predict_proba(x, proba);
    for (int k = 0; k < @N_LABELS; ++k)
        labels[k] = proba[k] > 0.5f;
}}
"""

    def __init__(self, outputs):
        self.definitions = [f"#define @N_LABELS {outputs.count}\n"]


class NumbersInC:
    """Numbers, as doubles."""

    answers = "numbers, in shares of their spread,"
    mathematics = "expf and exp"
    about = """\
 * @predict(x, answers) writes the @N_OUTPUTS numbers of the answer, which are doubles."""
    declared = """\
 *         float x[@N_FEATURES] = {0};
 *         double answers[@N_OUTPUTS];"""
    asked = """\
 *         @predict(x, answers);
 *         printf("%.17g\\n", answers[0]);"""
    functions = """\
static inline void @predict(const float *x, double *answers)
{{
{code}
}}
"""

    def __init__(self, outputs):
        self.definitions = [f"#define @N_OUTPUTS {outputs.n_outputs}\n"]


class QuantilesInC(NumbersInC):
    """Quantiles, as doubles, and their levels."""

    answers = "quantiles, in shares of their spread,"
    mathematics = "expf, exp and log1p"
    about = """\
 * @predict(x, answers) writes the @N_OUTPUTS quantiles of the answer, which are doubles: none is
 * below the one before. @levels has the level of each."""

    def __init__(self, outputs):
        super().__init__(outputs)
        self.definitions.append(array("@levels", outputs.levels))


WRITERS: dict[type[Outputs], type[ClassesInC | LabelsInC | NumbersInC]] = {
    Classes: ClassesInC,
    Labels: LabelsInC,
    Numbers: NumbersInC,
    Quantiles: QuantilesInC,
}
