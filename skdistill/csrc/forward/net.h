// A student's net as it is run. It never changes, so any number of threads may use it.
#pragma once

#include <cstdint>

#include "room.h"
#include "simd/functions.h"

// A row of a table becomes numbers that all rows have (dense), and a list of the rows of the first
// layer's weights that are added, with a factor each.
struct Encoding {
    int64_t n_numbers;
    const int64_t *number_column;
    const double *center, *inverse_scale;

    int64_t n_flagged;
    const int64_t *flagged;  // numbers that add a row when they are missing,
    int64_t missing_row;     // the first of them this one

    int64_t n_binned;
    const int64_t *binned;     // numbers that have bins
    const int64_t *first_bin;  // n_binned + 1; the bins of a number lie beside each other
    const int64_t *bin_row;    // of its first bin
    const double *low, *inverse_width;  // of each bin

    int64_t n_waves;  // of each number
    const double *frequency, *phase;

    int64_t n_categories;
    const int64_t *category_column, *n_codes;
    const int64_t *table_row;    // of the first code; or of the first value
    const int64_t *table_width;  // values a code stands for; 0: a row of its own
    const int64_t *table;        // where the values start
    const float *values;

    int64_t most_listed;
};

struct Layer {
    // below LINEAR: a Function; as in skdistill/runtime/_native.py
    enum Kind { LINEAR = N_FUNCTIONS, SCALE, HEADS, MEAN, AVERAGE } kind;
    int64_t n_in, width;  // of its output, padded
    const float *weight;  // n_in × width; SCALE: members × width; HEADS: members × n_in × width
    const float *bias;    // width; SCALE, HEADS: members × width
};

// What makes answers of scores; numbered as in skdistill/runtime/_native.py.
struct Last {
    enum Kind { SOFTMAX, AFFINE, EXPONENTIAL, SIGMOID, ASCENDING } kind;
    float inverse_temperature;     // SOFTMAX
    const double *scale, *center;  // others: of each output
};

struct Net {
    Encoding encoding;
    int64_t n_columns, n_outputs;
    int64_t n_members;  // 0: the first layer has no signs, and its dense part is no list
    int64_t n_dense;    // numbers, then waves
    int64_t wave_row;   // with members: where the waves' weights start in `listed`

    int64_t width;        // of the first layer, padded
    const float *listed;  // rows × width
    const float *dense;   // n_dense × width; null with members
    const float *signs;   // with members: rows × padded(n_members)
    const float *bias;    // width; with members: n_members × width

    int64_t n_layers;  // after the first
    const Layer *layers;
    int64_t widest;
    Last last;
};

// Float or double cells at any steps, in bytes.
struct Table {
    const char *cells;
    int64_t n_rows, row_step, column_step;
    bool doubles;
};

// Rows that go through the net together, members counted: their activations fit into the cache.
constexpr int64_t ROWS_AT_ONCE = 64;
constexpr int64_t rows_of(const Net &net, int64_t n) {
    const int64_t members = net.n_members ? net.n_members : 1;
    const int64_t most = (ROWS_AT_ONCE + members - 1) / members;
    return n < most ? n : most;
}

// What a call needs for n_rows at once, in bytes from its start.
struct Scratch {
    int64_t x, z, exponentials, codes, rows, factors, signed_factors, dense, from, to, size = 0;

    Scratch(const Net &net, int64_t n_rows) {
        const int64_t activations = n_rows * (net.n_members ? net.n_members : 1) * net.widest;
        x = take<double>(padded(net.encoding.n_numbers));
        z = take<double>(padded(net.encoding.n_numbers));
        exponentials = take<double>(padded(net.n_outputs));
        codes = take<int64_t>(net.encoding.n_categories);
        rows = take<int64_t>(net.encoding.most_listed);
        factors = take<float>(net.encoding.most_listed + MOST_LANES);
        signed_factors = take<float>(net.encoding.most_listed * padded(net.n_members));
        dense = take<float>(n_rows * padded(net.n_dense) + MOST_LANES);
        from = take<float>(activations);
        to = take<float>(activations);
    }

   private:
    template <typename T>
    int64_t take(int64_t n) {
        const int64_t start = size;
        size += padded(n) * (int64_t)sizeof(T);
        return start;
    }
};

// Fill answers (n_rows × n_outputs). False: a value that only the slower path can judge.
typedef bool Forward(const Net &net, const Table &table, double *answers, char *scratch);
