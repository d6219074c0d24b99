// Hidden units of a student: what `skdistill.students` calls.

#include "parts.h"  // CPython wants to be first

#include "units.h"

#define KERNELS "units_rows.h"
#include "each_set.h"

static OfUnits *const activate_units_of_set[] = OF_EACH_SET(activate_units);

constexpr int64_t UNITS_A_PART = 1 << 14;

// SplitMix64's last steps: seeds that follow each other become unlike.
static uint64_t scrambled(uint64_t seed) {
    seed += 0x9e3779b97f4a7c15;
    seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
    seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
    return seed ^ seed >> 31;
}

// activate(function, n, x, out, slope, dropout, seed, threads): addresses as integers, dropout the
// share of units that are dropped.
PyObject *activate(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(8, n_args)) return nullptr;
    Arguments next{args};
    Units units;
    units.function = (Function)next.integer();
    units.n = next.integer();
    units.x = next.address<const float>();
    units.out = next.address<float>();
    units.slope = next.address<float>();
    const double dropout = next.number();
    units.keep = (float)(1 / (1 - dropout));
    units.dropped = (int32_t)(dropout * 0x1p31);
    const uint64_t seed = scrambled(next.bits());
    units.seeds[0] = (uint32_t)seed;
    units.seeds[1] = (uint32_t)(seed >> 32);
    const unsigned threads = next.threads(units.n);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(activate_units_of_set[set_in_use], units, units.n, UNITS_A_PART, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}
