// Bins in the first layer of a student: what `skdistill.students` calls.

#include "kernels.h"  // CPython wants to be first

#include <atomic>

#include "bins.h"

#define KERNELS "bins_rows.h"
#include "each_set.h"

static OfFilling *const fill_columns_of_set[] = OF_EACH_SET(fill_columns);
static OfLayer *const sum_columns_of_set[] = OF_EACH_SET(sum_columns);
static OfLayer *const add_to_rows_of_set[] = OF_EACH_SET(add_to_rows);
static OfLayer *const fill_gradients_of_set[] = OF_EACH_SET(fill_gradients);

constexpr int64_t ROWS_A_PART = 64, VALUES_FOR_THREADS = 1 << 18;

// Rows or columns 0 to n - 1 in parts of fixed size.
template <typename Task>
struct Parts {
    void (*work)(const Task &, int64_t first, int64_t last);
    const Task &task;
    int64_t n, size;
    std::atomic<int64_t> next{0};

    void take() {
        for (int64_t first; (first = next.fetch_add(size)) < n;)
            work(task, first, first + size < n ? first + size : n);
    }
};

template <typename Task>
static void run(void (*work)(const Task &, int64_t, int64_t), const Task &task, int64_t n,
                int64_t size, unsigned threads) {
    if (!parallel || threads < 2) {
        work(task, 0, n);
        return;
    }
    Parts<Task> parts{work, task, n, size};
    parallel([](void *data) { static_cast<Parts<Task> *>(data)->take(); }, &parts, threads, 0);
}

// Integers as they come from Python; a failed conversion leaves an error.
struct Arguments {
    PyObject *const *args;

    int64_t integer() { return PyLong_AsLongLong(*args++); }
    template <typename T>
    T *address() {
        return (T *)PyLong_AsUnsignedLongLong(*args++);
    }
    Bins bins() {
        const int64_t n_rows = integer(), n_columns = integer();
        const int64_t *first = address<const int64_t>();
        float *places = address<float>();
        return {n_rows, n_columns, first, places, integer()};
    }
    unsigned threads(const Bins &bins, int64_t width) {
        const bool enough = bins.n_rows * bins.n_columns * width >= VALUES_FOR_THREADS;
        const int64_t threads = integer();
        return enough ? (unsigned)threads : 1;
    }
};

static bool takes(Py_ssize_t wanted, Py_ssize_t n_args) {
    if (n_args == wanted) return true;
    PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", wanted, n_args);
    return false;
}

// fill_bins(n_rows, n_columns, first, places, places_step, numbers, z, z_step, low, inverse_width,
//           threads): addresses as integers.
PyObject *fill_bins(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (!takes(11, n_args)) return nullptr;
    Arguments next{args};
    Filling filling;
    filling.bins = next.bins();
    filling.numbers = next.address<const int64_t>();
    filling.z = next.address<const float>();
    filling.z_step = next.integer();
    filling.low = next.address<const float>();
    filling.inverse_width = next.address<const float>();
    const Bins &bins = filling.bins;
    const unsigned threads = next.threads(bins, 1);
    if (PyErr_Occurred()) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(fill_columns_of_set[set_in_use], filling, bins.n_columns, 1, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

static bool read_layer(PyObject *const *args, Py_ssize_t n_args, BinnedLayer &layer,
                       unsigned &threads) {
    if (!takes(10, n_args)) return false;
    Arguments next{args};
    layer.bins = next.bins();
    layer.width = next.integer();
    layer.weight = next.address<float>();
    layer.edges = next.address<float>();
    layer.out = next.address<float>();
    threads = next.threads(layer.bins, layer.width);
    return !PyErr_Occurred();
}

// add_bins(n_rows, n_columns, first, places, places_step, width, weight, edges, out, threads):
// addresses as integers. Fill edges, and add the bins' part of the layer to out.
PyObject *add_bins(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    BinnedLayer layer;
    unsigned threads;
    if (!read_layer(args, n_args, layer, threads)) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(sum_columns_of_set[set_in_use], layer, layer.bins.n_columns, 1, threads);
    run(add_to_rows_of_set[set_in_use], layer, layer.bins.n_rows, ROWS_A_PART, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

// The same arguments: fill edges and weight with their gradients, out having its own.
PyObject *fill_bin_gradients(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    BinnedLayer layer;
    unsigned threads;
    if (!read_layer(args, n_args, layer, threads)) return nullptr;
    PyThreadState *state = PyEval_SaveThread();
    run(fill_gradients_of_set[set_in_use], layer, layer.bins.n_columns, 1, threads);
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}
