// The losses: what `skdistill.losses` calls.

#include "batch.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

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

// Return the sum of the losses.
static double run(const Batch &batch, int64_t threads) {
    int64_t part_rows = FLOATS_A_PART / batch.n_classes / MOST_LANES * MOST_LANES;
    if (part_rows < MOST_LANES) part_rows = MOST_LANES;
    const size_t n_parts = (batch.n_rows + part_rows - 1) / part_rows;
    Job job{batch, loss_in_use(), part_rows, std::vector<double>(n_parts)};
    const bool alone = !parallel || threads < 2 ||
                       batch.n_rows * batch.n_classes < FLOATS_FOR_THREADS;
    if (alone)
        job.work();
    else
        parallel([](void *data) { static_cast<Job *>(data)->work(); }, &job, (unsigned)threads, 0);
    if (job.out_of_memory) throw std::bad_alloc();
    double sum = 0;
    for (double part : job.sums) sum += part;
    return sum;
}

void read_settings(Arguments &next, Batch &batch) {
    batch.kind = (Kind)next.integer("kind", KL, JSD);
    batch.temperature = (float)next.number("temperature", LEAST_TEMPERATURE,
                                            MOST_TEMPERATURE);
    batch.alpha = (float)next.number("alpha", 0, 1);
    batch.beta = (float)next.number("beta", 0, 1);
}

// fill(logits, targets, labels, weight, gradient, losses, total, kind, temperature, alpha, beta,
//      scale, threads): logits, targets and gradient of shape (n_rows, n_classes); labels, weight and
// losses of each row, or None; total of no dimension, or None.
PyObject *fill(Arguments &next) {
    const Array<const float> logits(next, "logits", {ANY, ANY});
    const int64_t n_rows = logits.length(0), n_classes = logits.length(1);
    const Array<const float> targets(next, "targets", {n_rows, n_classes});
    const Array<const int64_t> labels(next, "labels", {n_rows}, OPTIONAL);
    const Array<const float> weight(next, "weight", {n_rows}, OPTIONAL);
    const Array<float> gradient(next, "gradient", {n_rows, n_classes});
    const Array<float> losses(next, "losses", {n_rows}, OPTIONAL);
    const Array<float> total(next, "total", {}, OPTIONAL);
    Batch batch{};
    read_settings(next, batch);
    batch.scale = (float)next.number("scale");
    const int64_t threads = next.integer("threads", 1, MOST_THREADS);
    next.end();
    if (n_classes == 0) refuse(PyExc_ValueError, "logits must have a class.");
    labels.check(-1, n_classes - 1);
    batch.n_rows = n_rows;
    batch.n_classes = n_classes;
    batch.logits = logits.data();
    batch.targets = targets.data();
    batch.labels = labels.data();
    batch.weight = weight.data();
    batch.gradient = gradient.data();
    batch.losses = losses.data();
    double sum;
    {
        const WithoutGil others;
        sum = run(batch, threads);
    }
    if (total.data()) *total.data() = (float)(sum * batch.scale);
    return none();
}

// set_parallel(address): of a function `Parallel`, or 0.
PyObject *set_parallel(Arguments &next) {
    const uint64_t address = next.bits("address");
    next.end();
    parallel = (Parallel *)address;
    return none();
}
