// The losses of rows for one instruction set. Included once for each, in a namespace of its own,
// with LANES the number of floats in a register. It includes no header: nothing in it may be
// compiled for any other instruction set than the one in force.
//
// A row is worked on as vectors, in one of two layouts:
//   wide    the lanes of a vector are LANES classes of one row
//   narrow  the lanes of a vector are LANES rows, and vector k holds class k of each
// Both share all arithmetic. They differ in what a sum over classes is.

typedef float V __attribute__((vector_size(LANES * 4)));
typedef int I __attribute__((vector_size(LANES * 4)));

constexpr float INFINITE = __builtin_inff();
constexpr float TINY = 1.17549435e-38f;  // smallest normal number

inline V set(float x) { return x - V{}; }
inline I set(int x) { return x - I{}; }
inline V pick(I mask, V a, V b) { return mask ? a : b; }
inline V larger(V a, V b) { return a > b ? a : b; }

inline V load(const float *from) {
    V v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

// e^x for x ≤ 0, to about one unit in the last place; 0 below the smallest normal number.
// x = n log 2 + r with |r| ≤ log(2) / 2, and a polynomial for e^r (Cephes, expf).
inline V exp(V x) {
    const float round = 12582912.f;  // 1.5 · 2²³: once added, the low bits are the integer
    V shifted = x * 1.44269504f + round;
    V n = shifted - round;
    V r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    V y = set(1.9875691500e-4f);
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.f;
    y = (V)((I)y + ((I)shifted << 23));
    return pick(x < -87.3f, V{}, y);
}

// log x for normal x > 0, to about one unit in the last place (Cephes, logf); NaN for NaN.
inline V log(V x) {
    const int root_half = 0x3f3504f3;  // the bits of √½
    I bits = (I)x - root_half;
    V e = __builtin_convertvector(bits >> 23, V);
    V m = (V)((bits & 0x007fffff) + root_half) - 1.f;
    V y = set(7.0376836292e-2f);
    y = y * m - 1.1514610310e-1f;
    y = y * m + 1.1676998740e-1f;
    y = y * m - 1.2420140846e-1f;
    y = y * m + 1.4249322787e-1f;
    y = y * m - 1.6668057665e-1f;
    y = y * m + 2.0000714765e-1f;
    y = y * m - 2.4999993993e-1f;
    y = y * m + 3.3333331174e-1f;
    V square = m * m;
    y = y * (m * square) - e * 2.12194440e-4f - square * 0.5f;
    y = m + y + e * 0.693359375f;
    return pick(x == x, y, x);
}

// x (log x - log y) for d = log x - log y; 0 where x is.
inline V plain_term(V x, V, V d) { return pick(x == 0.f, V{}, x * d); }

// The same plus y - x, that is x (e^-d - 1 + d). The sum over classes is no other, because x and y
// both sum to 1; but no term is negative, and none is lost where d is small, as at a high T.
inline V exact_term(V x, V y, V d) {
    V series = set(-1.f / 5040);
    series = series * d + 1.f / 720;
    series = series * d - 1.f / 120;
    series = series * d + 1.f / 24;
    series = series * d - 1.f / 6;
    series = series * d + 0.5f;
    V near = x * (d * d) * series;
    V far = (y - x) + x * d;
    V term = pick((d < 0.5f) & (d > -0.5f), near, far);
    return pick(x == 0.f, y, term);
}

inline float fold(V lanes, V (*two)(V, V)) {
    for (int half = LANES / 2; half > 0; half /= 2) {
        float from[LANES + LANES / 2] = {};
        __builtin_memcpy(from, &lanes, sizeof lanes);
        lanes = two(lanes, load(from + half));
    }
    return lanes[0];
}

inline V plus(V a, V b) { return a + b; }

// Over the classes of each row; the result is in every lane of that row.
template <bool NARROW>
inline V sum(V lanes) {
    return NARROW ? lanes : set(fold(lanes, plus));
}

template <bool NARROW>
inline V largest(V lanes) {
    return NARROW ? lanes : set(fold(lanes, larger));
}

// Values by vector; a last one that is not full is filled up.
struct Source {
    const float *values;
    int64_t n_full;
    float rest[LANES];

    Source(const float *values, int64_t n, float fill) : values(values), n_full(n / LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            int64_t at = n_full * LANES + lane;
            rest[lane] = at < n ? values[at] : fill;
        }
    }
    V operator[](int64_t v) const { return load(v < n_full ? values + v * LANES : rest); }
};

// A block of rows: one (wide), or LANES (narrow).
struct Block {
    int64_t n;  // vectors
    Source z, p;
    V *e, *g;  // n vectors each: exponentials, gradient
    V label;   // the logit of the label; 0 where there is none
    V known;   // 1 where there is a label, 0 elsewhere
    V weight;
    const float *next[3];  // wide: what the next row reads and writes

    void prefetch_next(int64_t v) const {
        for (const float *values : next) __builtin_prefetch(values + v * LANES);
    }
};

// e ← exp((z - top) / T); return its sum over classes.
template <bool NARROW>
inline V exponentials(const Block &rows, V top, float temperature) {
    const float cool = 1 / temperature;
    V total{};
    for (int64_t v = 0; v < rows.n; v++) {
        rows.e[v] = exp((rows.z[v] - top) * cool);
        total += rows.e[v];
    }
    return sum<NARROW>(total);
}

// The soft loss before T². With its gradient by u = z / T,  g ← on_soft ∂f/∂u + on_q q.
template <Kind KIND, bool NARROW, V (*term)(V, V, V)>
inline V soft_loss(const Batch &b, const Block &rows, V top, V total, V on_soft, V on_q) {
    const V inverse = 1.f / total, log_total = log(total);
    const float cool = 1 / b.temperature, beta = b.beta;
    const V on_both = on_soft + on_q;
    V loss{}, mean{};
    for (int64_t v = 0; v < rows.n; v++) {
        if (!NARROW) rows.prefetch_next(v);
        const V q = rows.e[v] * inverse, log_q = (rows.z[v] - top) * cool - log_total;
        const V p = rows.p[v], floored = pick(p < TINY, set(TINY), p);
        if (KIND == KL) {
            // f = Σ p (log p - log q),  ∂f/∂u = q - p
            loss += term(p, q, log(p) - log_q);
            rows.g[v] = on_both * q - on_soft * p;
        } else if (KIND == REVERSE_KL) {
            // f = Σ q (log q - log p),  ∂f/∂u = q (log q - log p - f)
            const V d = log_q - log(floored);
            loss += term(q, floored, d);
            mean += plain_term(q, floored, d);
            rows.g[v] = d;
        } else if (KIND == JSD) {
            // f = β Σ p (log p - log m) + (1 - β) Σ q (log q - log m),  m = β p + (1 - β) q
            // ∂f/∂u = q (h - Σ q h),  h = (1 - β) (log q - log m)
            const V m = beta * p + (1 - beta) * q, log_m = log(pick(m < TINY, set(TINY), m));
            const V h = (1 - beta) * (log_q - log_m);
            loss += beta * term(p, m, log(p) - log_m) + (1 - beta) * term(q, m, log_q - log_m);
            mean += plain_term(q, m, h);
            rows.g[v] = h;
        } else {
            // f = (1 / 2K) Σ (d - mean of d)²,  d = u - log p,  ∂f/∂u = (d - mean of d) / K
            const V d = log_q - log(floored);
            rows.g[v] = d;
            for (int lane = 0; !NARROW && lane < LANES; lane++)
                if (v * LANES + lane >= b.n_classes) rows.g[v][lane] = 0;
            mean += rows.g[v];
        }
    }
    if (KIND == KL) return sum<NARROW>(loss);
    mean = sum<NARROW>(mean);
    if (KIND == LOGIT_MSE) mean /= (float)b.n_classes;
    for (int64_t v = 0; v < rows.n; v++) {
        const V q = rows.e[v] * inverse;
        V d = rows.g[v] - mean;
        if (KIND == LOGIT_MSE) {
            for (int lane = 0; !NARROW && lane < LANES; lane++)
                if (v * LANES + lane >= b.n_classes) d[lane] = 0;
            loss += d * d * (0.5f / b.n_classes);
            d /= (float)b.n_classes;
        } else
            d = pick(q == 0.f, q, q * d);
        rows.g[v] = on_soft * d + on_q * q;
    }
    return sum<NARROW>(loss);
}

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
        total = exponentials<NARROW>(rows, top, t);
        // without labels' part of a unit loss, rounding of plain terms is T² 1e-7
        auto soft = t <= 2 ? soft_loss<KIND, NARROW, plain_term> : soft_loss<KIND, NARROW, exact_term>;
        loss = soft(b, rows, top, total, on_soft, on_q) * (alpha * t * t);
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

// A row's gradient at its label.
inline float at_label(const Batch &b, float weight) { return weight * b.scale * (1 - b.alpha); }

template <Kind KIND>
double wide(const Batch &b, int64_t first, int64_t last, float *scratch) {
    const int64_t k = b.n_classes, n = (k + LANES - 1) / LANES;
    V *e = (V *)scratch, *g = e + n;
    double sum = 0;
    for (int64_t row = first; row < last; row++) {
        const float *z = b.logits + row * k, weight = b.weight ? b.weight[row] : 1;
        const int64_t label = b.labels ? b.labels[row] : -1;
        const bool known = label >= 0;
        const Block rows = {n, Source(z, k, -INFINITE), Source(b.targets + row * k, k, 0), e, g,
                            set(known ? z[label] : 0), set(known ? 1.f : 0.f), set(weight),
                            {z + k, b.targets + (row + 1) * k, b.gradient + (row + 1) * k}};
        const float loss = block<KIND, false>(b, rows)[0];
        float *gradient = b.gradient + row * k;
        if (weight == 0)
            __builtin_memset(gradient, 0, k * sizeof(float));
        else
            __builtin_memcpy(gradient, g, k * sizeof(float));
        if (known) gradient[label] -= at_label(b, weight);
        if (b.losses) b.losses[row] = loss;
        sum += loss;
    }
    return sum;
}

template <Kind KIND>
double narrow(const Batch &b, int64_t first, int64_t last, float *scratch) {
    const int64_t k = b.n_classes;
    float *z = scratch, *p = z + k * LANES;
    V *e = (V *)(p + k * LANES), *g = e + k;
    double sum = 0;
    for (int64_t row = first; row < last; row += LANES) {
        const int n_lanes = last - row < LANES ? last - row : LANES;
        V label{}, known{}, weight{};
        for (int lane = 0; lane < n_lanes; lane++) {
            const float *logits = b.logits + (row + lane) * k, *targets = b.targets + (row + lane) * k;
            weight[lane] = b.weight ? b.weight[row + lane] : 1;
            if (b.labels && b.labels[row + lane] >= 0) {
                known[lane] = 1;
                label[lane] = logits[b.labels[row + lane]];
            }
            for (int64_t c = 0; c < k; c++) {
                z[c * LANES + lane] = logits[c];
                p[c * LANES + lane] = targets[c];
            }
        }
        const Block rows = {k, Source(z, k * LANES, 0), Source(p, k * LANES, 0), e, g,
                            label, known, weight, {}};
        const V loss = block<KIND, true>(b, rows);
        for (int64_t c = 0; c < k; c++) g[c] = pick(weight == 0.f, V{}, g[c]);
        for (int lane = 0; lane < n_lanes; lane++) {
            float *gradient = b.gradient + (row + lane) * k;
            for (int64_t c = 0; c < k; c++) gradient[c] = ((const float *)g)[c * LANES + lane];
            if (known[lane] > 0) gradient[b.labels[row + lane]] -= at_label(b, weight[lane]);
            if (b.losses) b.losses[row + lane] = loss[lane];
            sum += loss[lane];
        }
    }
    return sum;
}

template <Kind KIND>
double rows_of_kind(const Batch &b, int64_t first, int64_t last, float *scratch) {
    return b.n_classes < 4 * LANES ? narrow<KIND>(b, first, last, scratch)
                                   : wide<KIND>(b, first, last, scratch);
}

double rows(const Batch &b, int64_t first, int64_t last, float *scratch) {
    switch (b.kind) {
        case KL: return rows_of_kind<KL>(b, first, last, scratch);
        case LOGIT_MSE: return rows_of_kind<LOGIT_MSE>(b, first, last, scratch);
        case REVERSE_KL: return rows_of_kind<REVERSE_KL>(b, first, last, scratch);
        default: return rows_of_kind<JSD>(b, first, last, scratch);
    }
}
