// Hidden units of a student: what `skdistill.students` calls.

#include "parts.h"  // CPython wants to be first

#include "units.h"

#define KERNELS "units_rows.h"
#include "each_set.h"

static OfUnits *const activate_units_of_set[] = OF_EACH_SET(activate_units);

constexpr int64_t UNITS_A_PART = 1 << 14;

// activate(function, n, x, out, slope, dropout, seed, threads): addresses as integers, dropout the
// share of units that are dropped.
PyObject *activate(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(8, n_args)) return nullptr;
    Arguments next{args};
    Units units{};
    units.function = (Function)next.integer();
    units.n = next.integer();
    units.x = next.address<const float>();
    units.out = next.address<float>();
    units.slope = next.address<float>();
    units.drop(next.number());
    units.sow(next.bits());
    const unsigned threads = next.threads(units.n);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(activate_units_of_set[set_in_use], units, units.n, UNITS_A_PART, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}
