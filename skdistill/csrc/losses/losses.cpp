// The losses: what `skdistill.losses` calls.

#include "losses/batch.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include "room.h"
#include "threads.h"

#define KERNELS "losses/loss_rows.h"
#include "simd/each_set.h"

static Rows *const rows_of_set[] = OF_EACH_SET(rows);

Rows *loss_in_use() { return rows_of_set[set_in_use]; }

constexpr int64_t FLOATS_A_PART = 1 << 15, FLOATS_FOR_THREADS = 1 << 17;

// Return the sum of the losses: that of sums of parts, whatever threads worked on them.
static double run(const Batch &batch, int64_t threads) {
    const int64_t rows_a_part = FLOATS_A_PART / batch.n_classes / MOST_LANES * MOST_LANES;
    const int64_t size = std::max<int64_t>(rows_a_part, MOST_LANES);
    threads = threads_for(batch.n_rows * batch.n_classes, FLOATS_FOR_THREADS, threads);
    const int64_t n_floats = scratch_floats(batch.n_classes);
    const std::unique_ptr<float[]> scratch(new float[product(threads, n_floats)]);
    Rows *const rows = loss_in_use();
    std::vector<double> sums((batch.n_rows + size - 1) / size);
    run_parts(batch.n_rows, size, threads, [&](int64_t first, int64_t last, int64_t worker) {
        sums[first / size] = rows(batch, first, last, scratch.get() + worker * n_floats);
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void read_settings(Arguments &next, Batch &batch, Kind last) {
    batch.kind = (Kind)next.integer("kind", 0, last);
    batch.temperature = (float)next.number("temperature", LEAST_TEMPERATURE,
                                            MOST_TEMPERATURE);
    batch.alpha = (float)next.number("alpha", 0, 1);
    batch.beta = (float)next.number("beta", 0, 1);
}

void check_answers(const Batch &batch) {
    const bool of_points = batch.kind >= SQUARED_ERROR;
    if (of_points ? batch.labels != nullptr : batch.numbers != nullptr)
        refuse(PyExc_ValueError, "The loss takes no %s.", of_points ? "labels" : "numbers");
    if ((batch.kind == PINBALL) != (batch.levels != nullptr))
        refuse(PyExc_ValueError, "Pinball loss takes levels, and no other loss does.");
}

// fill(logits, targets, labels, numbers, weight, gradient, losses, total, kind, temperature, alpha,
//      beta, scale, threads): logits, targets, numbers and gradient of shape (n_rows, n_classes);
// labels, weight and losses of each row; total of no dimension. Labels, numbers, weight, losses and
// total may be None.
PyObject *fill(Arguments &next) {
    const Array<const float> logits(next, "logits", {ANY, ANY});
    const int64_t n_rows = logits.length(0), n_classes = logits.length(1);
    const Array<const float> targets(next, "targets", {n_rows, n_classes});
    const Array<const int64_t> labels(next, "labels", {n_rows}, OPTIONAL);
    const Array<const float> numbers(next, "numbers", {n_rows, n_classes}, OPTIONAL);
    const Array<const float> weight(next, "weight", {n_rows}, OPTIONAL);
    const Array<float> gradient(next, "gradient", {n_rows, n_classes});
    const Array<float> losses(next, "losses", {n_rows}, OPTIONAL);
    const Array<float> total(next, "total", {}, OPTIONAL);
    Batch batch{};
    read_settings(next, batch, BINARY);
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
    batch.numbers = numbers.data();
    batch.weight = weight.data();
    check_answers(batch);
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
