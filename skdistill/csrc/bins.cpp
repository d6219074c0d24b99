// Bins of a student's numbers: what `skdistill.students` calls.

#include "parts.h"  // CPython wants to be first

#include "bins.h"

#define KERNELS "places_rows.h"
#include "each_set.h"

static OfFilling *const fill_columns_of_set[] = OF_EACH_SET(fill_columns);

// fill_bins(n_rows, n_columns, first, places, places_step, numbers, z, z_step, low, inverse_width,
//           threads): addresses as integers.
PyObject *fill_bins(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(11, n_args)) return nullptr;
    Arguments next{args};
    Filling filling;
    Bins &bins = filling.bins;
    bins.n_rows = next.integer();
    bins.n_columns = next.integer();
    bins.first = next.address<const int64_t>();
    bins.places = next.address<float>();
    bins.places_step = next.integer();
    filling.numbers = next.address<const int64_t>();
    filling.z = next.address<const float>();
    filling.z_step = next.integer();
    filling.low = next.address<const float>();
    filling.inverse_width = next.address<const float>();
    const unsigned threads = next.threads(bins.n_rows * bins.n_columns);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(fill_columns_of_set[set_in_use], filling, bins.n_columns, 1, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}
