// Piecewise-linear bins in the first layer of a student that is trained.
#pragma once

#include "abi.h"

// The bins of column j are first[j] to first[j + 1] - 1, from the lowest; edge k of column j, below
// its bin k, is edge first[j] + j + k of all.
struct Bins {
    int64_t n_rows, n_columns;
    const int64_t *first;
    float *places;  // column by column: how many bins a value fills, the last one in part
    int64_t places_step;
};

constexpr int64_t MOST_BINS = 1 << 24;  // of a column: a float counts them

// Refuse what is no `first`; return the number of columns.
int64_t check_bins(const Array<const int64_t> &first);

struct Filling {
    Bins bins;
    const int64_t *numbers;  // which column of z
    const float *z;          // column by column
    int64_t z_step;
    const float *low, *inverse_width;
};

struct BinnedLayer {
    Bins bins;
    int64_t width;
    const float *weight;  // of bins × width
    float *edges;         // of edges × width: the sum of the weights below
    float *out;           // of rows, out_step apart
    int64_t out_step;
};

struct BinGradients {
    Bins bins;
    int64_t width;
    float *weight;             // of bins × width
    int32_t *sorted, *start;   // of columns × rows and of edges: rows by bin
    const float *out;          // of rows, out_step apart
    int64_t out_step;
};

typedef void OfFilling(const Filling &filling, int64_t first, int64_t last);
