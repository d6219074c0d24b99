// The forward of a student for one instruction set. What is computed for a row depends on no other
// row: every sum runs along the inputs in an order that the shape of the layer decides.

#include "activations.h"

constexpr double CLIP = 3, BOUND = 1e4;   // as in skdistill.runtime._layers
constexpr int TILE = 4;                   // rows that share what is loaded of the weights
constexpr int WIDE = LANES > 8 ? 4 : 2;   // vectors of outputs that they share
constexpr int ALONE = 8;                  // the same for one row
constexpr int NARROW = PAD / LANES;       // vectors of the narrowest output; it is summed in
constexpr int PARTS = LANES / 4;          // parts, that do not wait for each other, by
constexpr int NARROW_TILE = LANES > 8 ? 4 : 2;  // rows

typedef double W __attribute__((vector_size(LANES * 4)));
typedef float H __attribute__((vector_size(LANES * 2)));

INLINE W load_doubles(const double *from) {
    W v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

struct Strided {
    const float *values;
    int64_t step;
};

// out = start + x · weight. With `listed`, x is stored input by input, and that names their weights.
struct Product {
    int64_t n_rows, n_in, width;
    Strided x;
    const float *weight;
    Strided start;
    float *out;
    int64_t out_step;
    const int64_t *listed;
};

// sums += x · weight for one input of each row.
template <int ROWS, int VECTORS>
INLINE void add(V (&sums)[ROWS][VECTORS], const float *x, int64_t x_step, const float *weight) {
    V w[VECTORS];
    for (int v = 0; v < VECTORS; v++) w[v] = load(weight + v * LANES);
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) sums[r][v] += x[r * x_step] * w[v];
}

template <int ROWS, int VECTORS, int N_PARTS, bool LISTED>
INLINE void tile(const Product &p, int64_t row, int64_t column) {
    const int64_t in_step = LISTED ? p.x.step : 1, row_step = LISTED ? 1 : p.x.step;
    const float *x = p.x.values + row * row_step, *weight = p.weight + column;
    const int64_t n_in = p.n_in, width = p.width, *listed = p.listed;
    V sums[N_PARTS][ROWS][VECTORS]{};
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++)
            sums[0][r][v] = load(p.start.values + (row + r) * p.start.step + column + v * LANES);
    int64_t i = 0;
    for (; i + N_PARTS <= n_in; i += N_PARTS)
        for (int part = 0; part < N_PARTS; part++) {
            const int64_t place = LISTED ? listed[i + part] : i + part;
            add(sums[part], x + (i + part) * in_step, row_step, weight + place * width);
        }
    for (; i < n_in; i++)
        add(sums[0], x + i * in_step, row_step, weight + (LISTED ? listed[i] : i) * width);
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) {
            for (int part = 1; part < N_PARTS; part++) sums[0][r][v] += sums[part][r][v];
            store(p.out + (row + r) * p.out_step + column + v * LANES, sums[0][r][v]);
        }
}

template <int ROWS, int VECTORS, int N_PARTS, bool LISTED>
void panel(const Product &p, int64_t column) {
    int64_t row = 0;
    for (; row + ROWS <= p.n_rows; row += ROWS)
        tile<ROWS, VECTORS, N_PARTS, LISTED>(p, row, column);
    for (; row < p.n_rows; row++) tile<1, VECTORS, N_PARTS, LISTED>(p, row, column);
}

template <int ROWS, int VECTORS, bool LISTED>
INLINE void panels(const Product &p, int64_t column) {
    for (; column + VECTORS * LANES <= p.width; column += VECTORS * LANES)
        panel<ROWS, VECTORS, 1, LISTED>(p, column);
    if constexpr (VECTORS > 1) panels<ROWS, VECTORS / 2, LISTED>(p, column);
}

template <bool LISTED>
INLINE void multiply(const Product &p) {
    if (p.width == PAD)
        panel<NARROW_TILE, NARROW, PARTS, LISTED>(p, 0);
    else if (p.n_rows < TILE)
        panels<1, ALONE, LISTED>(p, 0);
    else
        panels<TILE, WIDE, LISTED>(p, 0);
}

// One row, encoded.
struct Encoded {
    double *x, *z;   // numbers: as given, scaled
    int64_t *codes;  // of categories
    float *dense;
    int64_t n = 0, *rows;
    float *factors;

    INLINE void add(int64_t row, float factor) {
        rows[n] = row;
        factors[n++] = factor;
    }
};

template <typename Cell>
INLINE Cell cell(const char *row, int64_t place) {
    Cell value;
    __builtin_memcpy(&value, row + place, sizeof value);
    return value;
}

// False: some code is none.
template <typename Cell>
INLINE bool gather(const Encoding &e, const char *row, int64_t step, Encoded &to) {
    for (int64_t j = 0; j < e.n_numbers; j++)
        to.x[j] = (float)cell<Cell>(row, e.number_column[j] * step);
    for (int64_t j = 0; j < e.n_categories; j++) {
        const Cell code = cell<Cell>(row, e.category_column[j] * step);
        if (!(code >= 0 && code < e.n_codes[j])) return false;
        to.codes[j] = (int64_t)code;
    }
    return true;
}

INLINE void flag_missing(const Encoding &e, Encoded &to) {
    for (int64_t i = 0; i < e.n_flagged; i++) {
        to.rows[to.n] = e.missing_row + i;
        to.factors[to.n] = 1;
        const double x = to.x[e.flagged[i]];
        to.n += x != x;
    }
}

INLINE W root(W x) {
    W y;
    for (int lane = 0; lane < LANES / 2; lane++) y[lane] = __builtin_sqrt(x[lane]);
    return y;
}

// z / √(1 + (z / CLIP)²),  z = (x - center) · inverse_scale; a missing x counts as the center.
// False: some x is infinite.
INLINE bool scale(const Encoding &e, Encoded &to) {
    W zero{};  // x - x, unless infinite
    for (int64_t j = 0; j < e.n_numbers; j += LANES / 2) {
        W x = load_doubles(to.x + j), center = load_doubles(e.center + j);
        x = x == x ? x : center;
        zero += x - x;
        W z = (x - center) * load_doubles(e.inverse_scale + j);
        z = z < BOUND ? z : BOUND - W{};
        z = z > -BOUND ? z : -BOUND - W{};
        z /= root(1.0 + z * z * (1 / (CLIP * CLIP)));
        const H rounded = __builtin_convertvector(z, H);
        __builtin_memcpy(to.x + j, &x, sizeof x);
        __builtin_memcpy(to.z + j, &z, sizeof z);
        __builtin_memcpy(to.dense + j, &rounded, sizeof rounded);
    }
    double sum = 0;
    for (int lane = 0; lane < LANES / 2; lane++) sum += zero[lane];
    return sum == 0;
}

// Which of n bins, side by side, x is in; the first and the last one are open.
INLINE int64_t bin_of(const double *low, int64_t n, double x) {
    const double *last = low;
    for (int64_t half; n > 1; n -= half) {
        half = n / 2;
        last += last[half] <= x ? half : 0;
    }
    return last - low;
}

// Of a number's bins some are full, one may be partly so, the others are empty.
template <bool MEMBERS>
INLINE void fill_bins(const Encoding &e, Encoded &to) {
    const int64_t start = to.n;
    for (int64_t i = 0; i < e.n_binned; i++) {
        const int64_t first = e.first_bin[i], row = e.bin_row[i];
        const double x = to.x[e.binned[i]];
        const int64_t full = bin_of(e.low + first, e.first_bin[i + 1] - first, x);
        const double share = (x - e.low[first + full]) * e.inverse_width[first + full];
        if (MEMBERS)
            for (int64_t bin = 0; bin < full; bin++) to.add(row + bin, 1);
        else  // row + bin is the sum of those before
            to.add(row + full, (float)(1 - share));
        to.add(row + full + !MEMBERS, (float)share);
    }
    for (int64_t i = start; i < to.n; i += LANES) {
        const V factor = larger(load(to.factors + i), V{});
        store(to.factors + i, pick(factor < 1.f, factor, set(1.f)));
    }
}

INLINE void look_up(const Encoding &e, Encoded &to) {
    for (int64_t j = 0; j < e.n_categories; j++) {
        const int64_t width = e.table_width[j], row = e.table_row[j];
        const float *values = e.values + e.table[j] + to.codes[j] * width;
        if (width == 0) to.add(row + to.codes[j], 1);
        for (int64_t i = 0; i < width; i++)
            if (values[i] != 0) to.add(row + i, values[i]);
    }
}

// cos 2πr = sin 2πt,  t = ¼ - |r|,  r = z · frequency + phase less the nearest integer
INLINE void make_waves(const Encoding &e, Encoded &to) {
    const double round = 6755399441055744.;  // 1.5 · 2⁵²: once added, the fraction is gone
    float *waves = to.dense + e.n_numbers;
    for (int64_t j = 0, at = 0; j < e.n_numbers; j++)
        for (int64_t i = 0; i < e.n_waves; i++, at++) {
            const double cycles = to.z[j] * e.frequency[at] + e.phase[at];
            waves[at] = (float)(cycles - ((cycles + round) - round));
        }
    for (int64_t at = 0; at < e.n_numbers * e.n_waves; at += LANES) {
        const V t = 0.25f - magnitude(load(waves + at)), square = t * t;
        V y = set(39.7607231f);  // minimax (absolute error 7e-9)
        y = y * square - 76.5812836f;
        y = y * square + 81.602478f;
        y = y * square - 41.3416824f;
        y = y * square + 6.28318548f;
        store(waves + at, y * t);
    }
}

template <bool MEMBERS>
INLINE bool encode(const Net &net, Encoded &to) {
    const Encoding &e = net.encoding;
    to.n = 0;
    flag_missing(e, to);
    if (!scale(e, to)) return false;
    fill_bins<MEMBERS>(e, to);
    look_up(e, to);
    if (e.n_waves) make_waves(e, to);
    if (!MEMBERS) return true;
    for (int64_t j = 0; j < e.n_numbers; j++) to.add(j, to.dense[j]);
    for (int64_t i = e.n_numbers; i < net.n_dense; i++)
        to.add(net.wave_row + i - e.n_numbers, to.dense[i]);
    return true;
}

// What the members of a row see: its features, each with the member's sign.
INLINE void sign(const Net &net, Encoded &of, float *factors) {
    const int64_t members = padded(net.n_members);
    for (int64_t i = 0; i < of.n; i++) {
        const float *signs = net.signs + of.rows[i] * members;
        for (int64_t m = 0; m < members; m += LANES)
            store(factors + i * members + m, of.factors[i] * load(signs + m));
    }
}

template <V (*function)(V)>
INLINE void apply(float *x, int64_t n) {
    for (int64_t i = 0; i < n; i += LANES) store(x + i, function(load(x + i)));
}

INLINE void scale_members(const Layer &layer, float *x, int64_t n_rows, int64_t n_members) {
    const int64_t n = n_members * layer.width;
    for (int64_t row = 0; row < n_rows; row++)
        for (int64_t i = 0; i < n; i += LANES) {
            float *at = x + row * n + i;
            store(at, load(at) * load(layer.weight + i) + load(layer.bias + i));
        }
}

// The scores of a vector of classes; -∞ where there is none.
INLINE V scores(const float *x, int64_t first, int64_t n_classes) {
    const int left = n_classes - first < LANES ? (int)(n_classes - first) : LANES;
    return pick(lane_numbers() < left, load(x + first), set(-INFINITE));
}

INLINE float highest(const float *x, int64_t n_classes) {
    V top = set(-INFINITE);
    for (int64_t k = 0; k < n_classes; k += LANES) top = larger(top, scores(x, k, n_classes));
    return fold(top, larger)[0];
}

// log of the mean of the members' probabilities:  log (1/M) Σ exp(x - log Σ exp x)
INLINE void mean_of_members(float *x, int64_t n_members, int64_t n_classes, float *out) {
    const int64_t width = padded(n_classes);
    for (int64_t m = 0; m < n_members; m++) {
        float *own = x + m * width;
        const float top = highest(own, n_classes);
        V total{};
        for (int64_t k = 0; k < n_classes; k += LANES)
            total += exp(scores(own, k, n_classes) - top);
        const V log_total = log(fold(total, plus)) + top;
        for (int64_t k = 0; k < width; k += LANES) store(own + k, load(own + k) - log_total);
    }
    for (int64_t k = 0; k < width; k += LANES) {
        V top = load(x + k), total{};
        for (int64_t m = 1; m < n_members; m++) top = larger(top, load(x + m * width + k));
        for (int64_t m = 0; m < n_members; m++) total += exp(load(x + m * width + k) - top);
        store(out + k, top + log(total * (1.f / n_members)));
    }
}

INLINE void softmax(const float *x, int64_t n, float inverse_temperature, double *e,
                    double *proba) {
    const float top = highest(x, n);
    double total = 0;
    for (int64_t k = 0; k < n; k += LANES)
        store_exp(e + k, (scores(x, k, n) - top) * inverse_temperature);
    for (int64_t k = 0; k < n; k++) total += e[k];
    for (int64_t k = 0; k < n; k++) proba[k] = e[k] / total;
}

// What follows the first layer, up to the scores. Return where they are; `from` and `to` take turns.
INLINE float *run_layers(const Net &net, int64_t n_rows, float *from, float *to) {
    const int64_t members = net.n_members, n_nets = members ? n_rows * members : n_rows;
    for (const Layer *layer = net.layers; layer < net.layers + net.n_layers; layer++) {
        const int64_t n_in = layer->n_in, width = layer->width, n = n_nets * width;
        switch (layer->kind) {
            case Layer::RELU: apply<relu>(from, n); continue;
            case Layer::SILU: apply<silu>(from, n); continue;
            case Layer::TANH: apply<tanh>(from, n); continue;
            case Layer::SCALE: scale_members(*layer, from, n_rows, members); continue;
            case Layer::LINEAR:
                multiply<false>({n_nets, n_in, width, {from, padded(n_in)}, layer->weight,
                                 {layer->bias, 0}, to, width, nullptr});
                break;
            case Layer::HEADS:
                for (int64_t m = 0; m < members; m++)
                    multiply<false>({n_rows, n_in, width,
                                     {from + m * padded(n_in), members * padded(n_in)},
                                     layer->weight + m * n_in * width,
                                     {layer->bias + m * width, 0},
                                     to + m * width, members * width, nullptr});
                break;
            case Layer::MEAN:
                for (int64_t row = 0; row < n_rows; row++)
                    mean_of_members(from + row * members * width, members, net.n_classes,
                                    to + row * width);
        }
        float *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

template <bool MEMBERS, typename Cell>
bool forward_rows(const Net &net, const Table &table, int64_t first, int64_t n_rows, double *proba,
                  const Scratch &place, char *scratch) {
    float *from = (float *)(scratch + place.from), *to = (float *)(scratch + place.to);
    float *dense = (float *)(scratch + place.dense), *factors = (float *)(scratch + place.factors);
    float *signed_factors = (float *)(scratch + place.signed_factors);
    Encoded row{(double *)(scratch + place.x), (double *)(scratch + place.z),
                (int64_t *)(scratch + place.codes), dense, 0, (int64_t *)(scratch + place.rows),
                factors};
    for (int64_t j = net.encoding.n_numbers; j < padded(net.encoding.n_numbers); j++) row.x[j] = 0;
    const int64_t dense_step = padded(net.n_dense), members = net.n_members, width = net.width;
    for (int64_t r = 0; r < n_rows; r++) {
        row.dense = dense + (MEMBERS ? 0 : r * dense_step);
        const char *cells = table.cells + (first + r) * table.row_step;
        if (!gather<Cell>(net.encoding, cells, table.column_step, row)) return false;
        if (!encode<MEMBERS>(net, row)) return false;
        if (MEMBERS) {
            sign(net, row, signed_factors);
            multiply<true>({members, row.n, width, {signed_factors, padded(members)}, net.listed,
                            {net.bias, width}, from + r * members * width, width, row.rows});
        } else
            multiply<true>({1, row.n, width, {factors, 1}, net.listed, {net.bias, 0},
                            from + r * width, width, row.rows});
    }
    if (!MEMBERS)
        multiply<false>({n_rows, net.n_dense, width, {dense, dense_step}, net.dense, {from, width},
                         from, width, nullptr});
    const float *last = run_layers(net, n_rows, from, to);
    for (int64_t r = 0; r < n_rows; r++)
        softmax(last + r * padded(net.n_classes), net.n_classes, net.inverse_temperature,
                (double *)(scratch + place.exponentials), proba + (first + r) * net.n_classes);
    return true;
}

bool forward(const Net &net, const Table &table, double *proba, char *scratch) {
    const auto part = net.n_members
                          ? (table.doubles ? forward_rows<true, double> : forward_rows<true, float>)
                          : (table.doubles ? forward_rows<false, double>
                                           : forward_rows<false, float>);
    const int64_t at_once = rows_of(net, table.n_rows);
    const Scratch place(net, at_once);
    for (int64_t first = 0; first < table.n_rows; first += at_once) {
        const int64_t left = table.n_rows - first, n_rows = left < at_once ? left : at_once;
        if (!part(net, table, first, n_rows, proba, place, scratch)) return false;
    }
    return true;
}
