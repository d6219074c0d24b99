// Bins in the first layer of a student: what `skdistill.students` calls.

#include "parts.h"  // CPython wants to be first

#include "bins.h"

#define KERNELS "bins_rows.h"
#include "each_set.h"

static OfFilling *const fill_columns_of_set[] = OF_EACH_SET(fill_columns);
static OfLayer *const sum_columns_of_set[] = OF_EACH_SET(sum_columns);
static OfLayer *const add_to_rows_of_set[] = OF_EACH_SET(add_to_rows);
static OfGradients *const fill_gradients_of_set[] = OF_EACH_SET(fill_gradients);

constexpr int64_t ROWS_A_PART = 64;

static Bins read_bins(Arguments &next) {
    const int64_t n_rows = next.integer(), n_columns = next.integer();
    const int64_t *first = next.address<const int64_t>();
    float *places = next.address<float>();
    return {n_rows, n_columns, first, places, next.integer()};
}

// fill_bins(n_rows, n_columns, first, places, places_step, numbers, z, z_step, low, inverse_width,
//           threads): addresses as integers.
PyObject *fill_bins(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(11, n_args)) return nullptr;
    Arguments next{args};
    Filling filling;
    filling.bins = read_bins(next);
    filling.numbers = next.address<const int64_t>();
    filling.z = next.address<const float>();
    filling.z_step = next.integer();
    filling.low = next.address<const float>();
    filling.inverse_width = next.address<const float>();
    const Bins &bins = filling.bins;
    const unsigned threads = next.threads(bins.n_rows * bins.n_columns);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(fill_columns_of_set[set_in_use], filling, bins.n_columns, 1, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

// add_bins(n_rows, n_columns, first, places, places_step, width, weight, edges, out, threads):
// addresses as integers. Fill edges, and add the bins' part of the layer to out.
PyObject *add_bins(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(10, n_args)) return nullptr;
    Arguments next{args};
    BinnedLayer layer;
    layer.bins = read_bins(next);
    layer.width = next.integer();
    layer.weight = next.address<const float>();
    layer.edges = next.address<float>();
    layer.out = next.address<float>();
    const Bins &bins = layer.bins;
    const unsigned threads = next.threads(bins.n_rows * bins.n_columns * layer.width);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(sum_columns_of_set[set_in_use], layer, bins.n_columns, 1, threads);
    run(add_to_rows_of_set[set_in_use], layer, bins.n_rows, ROWS_A_PART, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

// fill_bin_gradients(n_rows, n_columns, first, places, places_step, width, weight, sorted, start,
//                    out, threads): addresses as integers. Fill the gradient of weight.
PyObject *fill_bin_gradients(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(11, n_args)) return nullptr;
    Arguments next{args};
    BinGradients gradients;
    gradients.bins = read_bins(next);
    gradients.width = next.integer();
    gradients.weight = next.address<float>();
    gradients.sorted = next.address<int32_t>();
    gradients.start = next.address<int32_t>();
    gradients.out = next.address<const float>();
    const Bins &bins = gradients.bins;
    const unsigned threads = next.threads(bins.n_rows * bins.n_columns * gradients.width);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(fill_gradients_of_set[set_in_use], gradients, bins.n_columns, 1, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}
