// The forward of a student for one instruction set. What is computed for a row depends on no other
// row: every sum runs along the inputs in an order that the shape of the layer decides.

#include "forward/encode_rows.h"
#include "simd/activations.h"
#include "simd/matmul.h"

constexpr double MOST_EXPONENT = 700;  // as in skdistill/layers

template <Function FUNCTION>
INLINE void activate(float *x, int64_t n) {
    for (int64_t i = 0; i < n; i += LANES) store(x + i, activated<FUNCTION>(load(x + i)).value);
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

INLINE void average_of_members(const float *x, int64_t n_members, int64_t width, float *out) {
    for (int64_t k = 0; k < width; k += LANES) {
        V total{};
        for (int64_t m = 0; m < n_members; m++) total += load(x + m * width + k);
        store(out + k, total * (1.f / n_members));
    }
}

INLINE void softmax(const float *x, int64_t n, float inverse_temperature, double *e,
                    double *answers) {
    const float top = highest(x, n);
    double total = 0;
    for (int64_t k = 0; k < n; k += LANES)
        store_exp(e + k, (scores(x, k, n) - top) * inverse_temperature);
    for (int64_t k = 0; k < n; k++) total += e[k];
    for (int64_t k = 0; k < n; k++) answers[k] = e[k] / total;
}

// x · scale + center, its exponential, or 1 / (1 + exp(-x · scale)).
INLINE void numbers_of(const Last &last, const float *x, int64_t n, double *numbers) {
    for (int64_t k = 0; k < n; k++) numbers[k] = x[k] * last.scale[k] + last.center[k];
    if (last.kind == Last::AFFINE) return;
    for (int64_t k = 0; k < n; k++) {
        double z = last.kind == Last::SIGMOID ? -numbers[k] : numbers[k];
        z = z > MOST_EXPONENT ? MOST_EXPONENT : z;
        z = __builtin_exp(z < -MOST_EXPONENT ? -MOST_EXPONENT : z);
        numbers[k] = last.kind == Last::SIGMOID ? 1 / (1 + z) : z;
    }
}

// The first score, and softplus of each other one above the number before:
// v_k = v_{k-1} + log(1 + e^{x_k}), in their units; a shift that would part them lifts the upper.
INLINE void ascending_numbers(const Last &last, const float *x, int64_t n, double *numbers) {
    double value = x[0];
    numbers[0] = value * last.scale[0] + last.center[0];
    for (int64_t k = 1; k < n; k++) {
        const double z = x[k], size = z < 0 ? -z : z;
        value += (z > 0 ? z : 0) + __builtin_log1p(__builtin_exp(-size));
        const double number = value * last.scale[k] + last.center[k];
        numbers[k] = number < numbers[k - 1] ? numbers[k - 1] : number;
    }
}

// What follows the first layer, up to the scores. Return where they are; `from` and `to` take turns.
INLINE float *run_layers(const Net &net, int64_t n_rows, float *from, float *to) {
    const int64_t members = net.n_members, n_nets = members ? n_rows * members : n_rows;
    for (const Layer *layer = net.layers; layer < net.layers + net.n_layers; layer++) {
        const int64_t n_in = layer->n_in, width = layer->width, n = n_nets * width;
        switch ((int)layer->kind) {
            case RELU: activate<RELU>(from, n); continue;
            case SILU: activate<SILU>(from, n); continue;
            case TANH: activate<TANH>(from, n); continue;
            case Layer::SCALE: scale_members(*layer, from, n_rows, members); continue;
            case Layer::LINEAR:
                multiply_alike<false>({n_nets, n_in, width, {from, padded(n_in), 1},
                                       layer->weight, width, layer->bias, 0, to, width});
                break;
            case Layer::HEADS:
                for (int64_t m = 0; m < members; m++)
                    multiply_alike<false>({n_rows, n_in, width,
                                           {from + m * padded(n_in), members * padded(n_in), 1},
                                           layer->weight + m * n_in * width, width,
                                           layer->bias + m * width, 0, to + m * width,
                                           members * width});
                break;
            case Layer::MEAN:
                for (int64_t row = 0; row < n_rows; row++)
                    mean_of_members(from + row * members * width, members, net.n_outputs,
                                    to + row * width);
                break;
            case Layer::AVERAGE:
                for (int64_t row = 0; row < n_rows; row++)
                    average_of_members(from + row * members * width, members, width,
                                       to + row * width);
        }
        float *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

INLINE void answer(const Net &net, const float *x, double *exponentials, double *answers) {
    if (net.last.kind == Last::SOFTMAX)
        softmax(x, net.n_outputs, net.last.inverse_temperature, exponentials, answers);
    else if (net.last.kind == Last::ASCENDING)
        ascending_numbers(net.last, x, net.n_outputs, answers);
    else
        numbers_of(net.last, x, net.n_outputs, answers);
}

template <bool MEMBERS, typename Cell>
bool forward_rows(const Net &net, const Table &table, int64_t first, int64_t n_rows, double *answers,
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
            multiply_alike<true>({members, row.n, width, {signed_factors, 1, padded(members)},
                                  net.listed, width, net.bias, width,
                                  from + r * members * width, width, row.rows});
        } else
            multiply_alike<true>({1, row.n, width, {factors, 1, 1}, net.listed, width, net.bias, 0,
                                  from + r * width, width, row.rows});
    }
    if (!MEMBERS)
        multiply_alike<false>({n_rows, net.n_dense, width, {dense, dense_step, 1}, net.dense, width,
                               from, width, from, width});
    const float *scores = run_layers(net, n_rows, from, to);
    for (int64_t r = 0; r < n_rows; r++)
        answer(net, scores + r * padded(net.n_outputs), (double *)(scratch + place.exponentials),
               answers + (first + r) * net.n_outputs);
    return true;
}

bool forward(const Net &net, const Table &table, double *answers, char *scratch) {
    const auto part = net.n_members
                          ? (table.doubles ? forward_rows<true, double> : forward_rows<true, float>)
                          : (table.doubles ? forward_rows<false, double>
                                           : forward_rows<false, float>);
    const int64_t at_once = rows_of(net, table.n_rows);
    const Scratch place(net, at_once);
    for (int64_t first = 0; first < table.n_rows; first += at_once) {
        const int64_t left = table.n_rows - first, n_rows = left < at_once ? left : at_once;
        if (!part(net, table, first, n_rows, answers, place, scratch)) return false;
    }
    return true;
}
