// The losses of rows for one instruction set: those against labels and answers, mixed. It
// includes no header: nothing in it may be compiled for any other instruction set than the one in
// force.

#include "losses/block.h"
#include "losses/binary.h"
#include "losses/distributions.h"
#include "losses/pinball.h"
#include "losses/points.h"
#include "simd/transpose.h"

constexpr float ONES[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

// Loss of each row of a block. Its gradient goes to g, but for - (1 - α) w at the label.
template <Kind KIND, bool NARROW>
inline V block(const Batch &b, const Block &rows) {
    const float alpha = b.alpha, t = b.temperature;
    V top = set(-INFINITE);
    for (int64_t v = 0; v < rows.n; v++) top = larger(top, rows.z[v]);
    top = largest<NARROW>(top);
    const V weight = rows.weight * b.scale, on_hard = weight * rows.known * (1 - alpha);
    V loss{}, total{};
    if (alpha > 0) {
        const V on_soft = weight * (alpha * t), on_q = t == 1 ? on_hard : V{};
        if (KIND == KL && t <= MOST_PLAIN) {
            loss = plain_kl<NARROW>(b, rows, top, on_soft, on_q, total);
        } else {
            total = exponentials<NARROW>(rows, top, t);
            auto soft = t <= MOST_PLAIN ? soft_loss<KIND, NARROW, plain_term>
                                        : soft_loss<KIND, NARROW, exact_term>;
            loss = soft(b, rows, top, total, on_soft, on_q);
        }
        loss *= alpha * t * t;
    }
    if (alpha < 1 && b.labels) {
        // f = -log s_y,  s = softmax(z),  ∂f/∂z = s - [k = y]
        if (alpha == 0 || t != 1) {
            total = exponentials<NARROW>(rows, top, 1);
            const V on_s = on_hard / total;
            for (int64_t v = 0; v < rows.n; v++)
                rows.g[v] = on_s * rows.e[v] + (alpha > 0 ? rows.g[v] : V{});
        }
        const V hard = log(total) - (rows.label - top);
        loss += pick(rows.known > 0.f, hard * (1 - alpha), V{});
    } else if (alpha == 0)
        for (int64_t v = 0; v < rows.n; v++) rows.g[v] = V{};
    return pick(rows.weight == 0.f, V{}, loss * rows.weight);
}

template <Kind KIND>
double wide(const Batch &b, int64_t first, int64_t last, float *scratch) {
    const int64_t k = b.n_classes, n = (k + LANES - 1) / LANES;
    double sum = 0;
    for (int64_t row = first; row < last; row++) {
        const float *z = b.logits + row * k, weight = b.weight ? b.weight[row] : 1;
        const int64_t label = b.labels ? b.labels[row] : -1;
        const bool known = label >= 0;
        // the last vector may reach into the next row, whose turn is yet to come
        float *gradient = b.gradient + row * k, *g = row + 1 < last ? gradient : scratch + n * LANES;
        const bool goes_on = row + 1 < b.n_rows;
        const Block rows = {n, Source(z, k, -INFINITE, goes_on),
                            Source(b.targets + row * k, k, 0, goes_on),
                            (U *)scratch, (U *)g, set(known ? z[label] : 0), set(known ? 1.f : 0.f),
                            set(weight), {z + k, b.targets + (row + 1) * k, gradient + k}};
        const float loss = block<KIND, false>(b, rows)[0];
        if (weight == 0)
            __builtin_memset(gradient, 0, k * sizeof(float));
        else if (g != gradient)
            __builtin_memcpy(gradient, g, k * sizeof(float));
        if (known) gradient[label] -= weight * b.scale * (1 - b.alpha);
        if (b.losses) b.losses[row] = loss;
        sum += loss;
    }
    return sum;
}

template <Kind KIND>
double narrow(const Batch &b, int64_t first, int64_t last, float *scratch) {
    const int64_t k = b.n_classes;
    U *z = (U *)scratch, *p = z + k, *e = p + k, *g = e + k;
    float *copy = (float *)(g + k);
    D sums{};
    for (int64_t row = first; row < last; row += LANES) {
        const int n = last - row < LANES ? last - row : LANES;
        const bool direct = n == LANES && (k >= LANES || (last - row - LANES) * k >= LANES);
        const float *from[] = {b.logits + row * k, b.targets + row * k};
        for (int i = 0; i < 2; i++) {
            if (!direct) __builtin_memcpy(copy, from[i], n * k * sizeof(float));
            to_vectors(direct ? from[i] : copy, k, i ? p : z);
        }
        const L label = b.labels ? take<L>(b.labels + row, n) : L{} - 1;
        const I y = __builtin_convertvector(label < 0 ? L{} - 1 : label, I);
        const V weight = take<V>(b.weight ? b.weight + row : ONES, n);
        V z_label{};
        for (int64_t c = 0; c < k; c++) z_label = pick(y == (int)c, z[c], z_label);
        const Block rows = {k, Source((float *)z, k * LANES, 0, true),
                            Source((float *)p, k * LANES, 0, true),
                            e, g, z_label, pick(y >= 0, set(1.f), V{}), weight, {}};
        const V losses = block<KIND, true>(b, rows), at_label = weight * (b.scale * (1 - b.alpha));
        for (int64_t c = 0; c < k; c++) {
            g[c] -= pick(y == (int)c, at_label, V{});
            g[c] = pick(weight == 0.f, V{}, g[c]);
        }
        float *gradient = b.gradient + row * k;
        to_rows(g, k, direct ? gradient : copy);
        if (!direct) __builtin_memcpy(gradient, copy, n * k * sizeof(float));
        if (b.losses) __builtin_memcpy(b.losses + row, &losses, n * sizeof(float));
        sums += __builtin_convertvector(losses, D);
    }
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++) sum += sums[lane];
    return sum;
}

template <Kind KIND>
double rows_of_kind(const Batch &b, int64_t first, int64_t last, float *scratch) {
    return b.n_classes < MANY ? narrow<KIND>(b, first, last, scratch)
                              : wide<KIND>(b, first, last, scratch);
}

double rows(const Batch &b, int64_t first, int64_t last, float *scratch) {
    switch (b.kind) {
        case KL: return rows_of_kind<KL>(b, first, last, scratch);
        case LOGIT_MSE: return rows_of_kind<LOGIT_MSE>(b, first, last, scratch);
        case REVERSE_KL: return rows_of_kind<REVERSE_KL>(b, first, last, scratch);
        case SQUARED_ERROR: return points<SQUARED_ERROR>(b, first, last);
        case ABSOLUTE_ERROR: return points<ABSOLUTE_ERROR>(b, first, last);
        case HUBER: return points<HUBER>(b, first, last);
        case BINARY: return binary(b, first, last, scratch);
        case PINBALL: return pinball(b, first, last);
        default: return rows_of_kind<JSD>(b, first, last, scratch);
    }
}
