// A batch of rows and where its answers go.
#pragma once

#include "kernels.h"
#include "room.h"

// Numbers, as in skdistill/losses/_distributions.py, _points.py, _binary.py and _pinball.py.
enum Kind { KL, LOGIT_MSE, REVERSE_KL, JSD, SQUARED_ERROR, ABSOLUTE_ERROR, HUBER, BINARY, PINBALL,
            N_KINDS };

struct Batch {
    Kind kind;
    int64_t n_rows, n_classes;
    const float *logits, *targets;  // n_rows × n_classes
    const int64_t *labels;          // n_rows, -1 where there is none; or null
    const float *numbers;           // points and above: n_rows × n_classes, NaN: none; or null
    const float *levels;            // PINBALL: n_classes; else null
    const float *weight;            // n_rows; or null
    float *gradient;                // n_rows × n_classes
    float *losses;                  // n_rows; or null
    float temperature, alpha, beta;  // beta: Huber's δ
    float scale;  // of the gradient: 1 / n_rows for a mean
};

constexpr double LEAST_TEMPERATURE = 1e-4, MOST_TEMPERATURE = 1e5;  // as in losses/_settings.py

// Read kind, the highest of which is `last`, temperature, alpha and beta.
void read_settings(Arguments &next, Batch &batch, Kind last);

// Throw where labels, numbers or levels are not what the kind of loss takes.
void check_answers(const Batch &batch);

// Fill gradient and losses of rows first to last - 1 and return the sum of their losses.
// scratch holds at least scratch_floats(n_classes) floats.
typedef double Rows(const Batch &batch, int64_t first, int64_t last, float *scratch);
Rows *loss_in_use();

constexpr int MANY = 64;  // classes from which vectors go along a row
constexpr int64_t scratch_floats(int64_t n_classes) {
    return n_classes < MANY ? MOST_LANES * (5 * n_classes + 1) : 2 * (n_classes + MOST_LANES);
}
