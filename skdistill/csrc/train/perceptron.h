// A multilayer perceptron in training.
#pragma once

#include "losses/batch.h"
#include "train/bins.h"
#include "train/units.h"

constexpr int MOST_LAYERS = 16;

// What is trained, with its gradient and the moments of that.
struct Trained {
    int64_t n;
    float *values, *gradient, *mean, *square;
};

// A category's features: `width` columns, or one of codes that gives way to their embeddings.
struct Category {
    int64_t column, width;
    Trained table;

    bool embeds() const { return table.n > 0; }
};

struct Dense {
    int64_t n_in, width;
    Trained weight;  // first layer: n_in × width, others: width × n_in
    Trained bias;
};

struct Adam {
    double beta1, beta2, epsilon, decay;
};

struct Perceptron {
    int64_t n_numbers, n_binned;  // columns of numbers and flags, and of places
    const int64_t *first_bin;
    int64_t n_categories, of_categories;  // how many, and how many features they have
    const Category *categories;
    bool embeds;
    int64_t n_layers;
    const Dense *layers;  // the last one makes the scores
    Units units;          // without addresses
    uint64_t seed;        // of the next mask
    Rows *loss;
    Adam adam;
    float *scratch;

    int64_t n_bins() const { return first_bin[n_binned]; }
    int64_t n_classes() const { return layers[n_layers - 1].width; }
};

// Batches of rows, one after another.
struct Batches {
    int64_t n_batches;
    const int64_t *sizes;
    const float *x;  // column by column: numbers, flags, places, then of categories
    int64_t x_step;
    Batch answers;  // of all batches; logits, gradient and losses are not used
    const double *rates;  // null: no steps
    int64_t first_step;
    float *losses;  // mean of each batch before its step
};

typedef void Train(Perceptron net, Batches batches);
