// The losses: what `skdistill.losses` calls.

#include "kernels.h"  // CPython wants to be first

#include <atomic>
#include <cstdlib>
#include <exception>
#include <vector>

#include "batch.h"

#define KERNELS "loss_rows.h"
#include "each_set.h"

static Rows *const rows_of_set[] = OF_EACH_SET(rows);

Rows *loss_in_use() { return rows_of_set[set_in_use]; }

Parallel *parallel = nullptr;

constexpr int64_t FLOATS_A_PART = 1 << 15, FLOATS_FOR_THREADS = 1 << 17;

// The rows in parts of fixed size: the sum does not depend on how many threads take them.
struct Job {
    const Batch &batch;
    Rows *rows;
    int64_t part_rows;
    std::vector<double> sums;
    std::atomic<size_t> next{0};
    std::atomic<bool> out_of_memory{false};

    void work() {
        float *scratch = (float *)malloc(scratch_floats(batch.n_classes) * sizeof(float));
        if (!scratch) {
            out_of_memory = true;
            return;
        }
        for (size_t part; (part = next++) < sums.size();) {
            const int64_t first = part * part_rows, last = first + part_rows;
            sums[part] = rows(batch, first, last < batch.n_rows ? last : batch.n_rows, scratch);
        }
        free(scratch);
    }
};

static int64_t row_of_bad_label(const Batch &b) {
    if (b.labels)
        for (int64_t row = 0; row < b.n_rows; row++)
            if (b.labels[row] >= b.n_classes) return row;
    return -1;
}

// Return false when out of memory.
static bool run(const Batch &batch, unsigned threads, double *sum) try {
    int64_t part_rows = FLOATS_A_PART / batch.n_classes / MOST_LANES * MOST_LANES;
    if (part_rows < MOST_LANES) part_rows = MOST_LANES;
    const size_t n_parts = (batch.n_rows + part_rows - 1) / part_rows;
    Job job{batch, loss_in_use(), part_rows, std::vector<double>(n_parts)};
    const bool alone = !parallel || threads < 2 ||
                       batch.n_rows * batch.n_classes < FLOATS_FOR_THREADS;
    if (alone)
        job.work();
    else
        parallel([](void *data) { static_cast<Job *>(data)->work(); }, &job, threads, 0);
    *sum = 0;
    for (double part : job.sums) *sum += part;
    return !job.out_of_memory;
} catch (const std::exception &) {  // of the vector's
    return false;
}

// fill(kind, n_rows, n_classes, logits, targets, labels, weight, gradient, losses, total,
//      temperature, alpha, beta, scale, threads): addresses as integers, 0 for none.
// Return None, or the row whose label is no class.
PyObject *fill(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (n_args != 15) {
        PyErr_Format(PyExc_TypeError, "fill takes 15 arguments, got %zd", n_args);
        return nullptr;
    }
    uint64_t integers[10];
    float numbers[4];
    for (int i = 0; i < 10; i++) integers[i] = PyLong_AsUnsignedLongLong(args[i]);
    for (int i = 0; i < 4; i++) numbers[i] = (float)PyFloat_AsDouble(args[10 + i]);
    const unsigned threads = (unsigned)PyLong_AsUnsignedLong(args[14]);
    if (PyErr_Occurred()) return nullptr;
    const Batch batch = {
        (Kind)integers[0],        (int64_t)integers[1],  (int64_t)integers[2],
        (const float *)integers[3], (const float *)integers[4], (const int64_t *)integers[5],
        (const float *)integers[6], (float *)integers[7],   (float *)integers[8],
        numbers[0], numbers[1], numbers[2], numbers[3],
    };
    const int64_t bad = row_of_bad_label(batch);
    if (bad >= 0) return PyLong_FromLongLong(bad);
    double sum;
    PyThreadState *state = PyEval_SaveThread();
    const bool done = run(batch, threads, &sum);
    PyEval_RestoreThread(state);
    if (!done) return PyErr_NoMemory();
    if (integers[9]) *(float *)integers[9] = (float)(sum * batch.scale);
    Py_RETURN_NONE;
}

PyObject *set_parallel(PyObject *, PyObject *address) {
    parallel = (Parallel *)PyLong_AsUnsignedLongLong(address);
    if (PyErr_Occurred()) return nullptr;
    Py_RETURN_NONE;
}
