// The losses of rows for one instruction set. Included once for each, in a namespace of its own,
// with LANES the number of floats in a register. It includes no header: nothing in it may be
// compiled for any other instruction set than the one in force.
//
// A row is worked on as vectors, in one of two layouts:
//   wide    many classes: the lanes of a vector are LANES classes of one row
//   narrow  the lanes of a vector are LANES rows, and vector k holds class k of each
// Both share all arithmetic. They differ in what a sum over classes is.

constexpr float MOST_PLAIN = 2;          // above this T, the rounding of plain terms shows
constexpr float ONES[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
constexpr float TINY = 1.17549435e-38f;  // smallest normal number

// The first n values; zeros in the other lanes.
template <typename T, typename Value>
INLINE T take(const Value *from, int n) {
    T v{};
    if (n == LANES)
        __builtin_memcpy(&v, from, sizeof v);
    else
        __builtin_memcpy(&v, from, n * sizeof(Value));
    return v;
}

// x (log x - log y) for d = log x - log y; 0 where x is.
INLINE V plain_term(V x, V, V d) { return pick(x == 0.f, V{}, x * d); }

// The same plus y - x, that is x (e^-d - 1 + d). The sum over classes is no other, because x and y
// both sum to 1; but no term is negative, and none is lost where d is small, as at a high T.
INLINE V exact_term(V x, V y, V d) {
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

// Over the classes of each row; the result is in every lane of that row.
template <bool NARROW>
INLINE V sum(V lanes) {
    return NARROW ? lanes : fold(lanes, plus);
}

template <bool NARROW>
INLINE V largest(V lanes) {
    return NARROW ? lanes : fold(lanes, larger);
}

// Take the values of N vectors as one row, and its halves in turns, log₂ LANES times over. Each time
// the binary digits of a value's place rotate by one; in the end vector and lane change places.
template <int N>
INLINE void transpose(V *vectors) {
    for (int n = 1; n < LANES; n *= 2) {
        V mixed[N];
        for (int i = 0; i < N / 2; i++) {
            mixed[2 * i] = low(vectors[i], vectors[i + N / 2]);
            mixed[2 * i + 1] = high(vectors[i], vectors[i + N / 2]);
        }
        for (int i = 0; i < N; i++) vectors[i] = mixed[i];
    }
}

// LANES rows of k values ↔ k vectors: square by square, the last one moved back to end with the
// row. A square of narrower rows reaches into the LANES values behind the last row.
INLINE void to_vectors(const float *rows, int64_t k, U *vectors) {
    if (k == 2) {
        V pair[] = {load(rows), load(rows + LANES)};
        transpose<2>(pair);
        for (int i = 0; i < 2; i++) vectors[i] = pair[i];
        return;
    }
    for (int64_t c = 0; c < k; c += LANES) {
        const int64_t first = c + LANES <= k || k < LANES ? c : k - LANES;
        V square[LANES];
        for (int lane = 0; lane < LANES; lane++) square[lane] = load(rows + lane * k + first);
        transpose<LANES>(square);
        for (int64_t i = 0; i < LANES && i < k; i++) vectors[first + i] = square[i];
    }
}

INLINE void to_rows(const U *vectors, int64_t k, float *rows) {
    if (k == 2) {
        store(rows, low(vectors[0], vectors[1]));
        store(rows + LANES, high(vectors[0], vectors[1]));
        return;
    }
    for (int64_t c = 0; c < k; c += LANES) {
        const int64_t first = c + LANES <= k || k < LANES ? c : k - LANES;
        V square[LANES];
        for (int64_t i = 0; i < LANES; i++) square[i] = i < k ? vectors[first + i] : V{};
        transpose<LANES>(square);
        for (int lane = 0; lane < LANES; lane++) store(rows + lane * k + first, square[lane]);
    }
}

// Values by vector; a last one that is not full is filled up.
struct Source {
    const float *values;
    int64_t n_full;
    V rest{};

    // goes_on: whether there is memory to be read behind the last value
    Source(const float *values, int64_t n, float fill, bool goes_on)
        : values(values), n_full(n / LANES) {
        const int left = n % LANES;
        if (left == 0) return;
        const float *from = values + n - left;
        rest = pick(take<I>(NUMBERS, LANES) < left, goes_on ? load(from) : take<V>(from, left), set(fill));
    }
    V operator[](int64_t v) const { return v < n_full ? load(values + v * LANES) : rest; }
};

// A block of rows: one (wide), or LANES (narrow).
struct Block {
    int64_t n;  // vectors
    Source z, p;
    U *e, *g;  // n vectors each: exponentials, gradient
    V label;   // the logit of the label; 0 where there is none
    V known;   // 1 where there is a label, 0 elsewhere
    V weight;
    const float *next[3];  // wide: what the next row reads and writes

    INLINE void prefetch_next(int64_t v) const {
        for (const float *values : next) __builtin_prefetch(values + v * LANES);
    }
};

// e ← exp((z - top) / T); return its sum over classes.
template <bool NARROW>
INLINE V exponentials(const Block &rows, V top, float temperature) {
    const float cool = 1 / temperature;
    V total{};
    for (int64_t v = 0; v < rows.n; v++) {
        const V e = exp((rows.z[v] - top) * cool);
        rows.e[v] = e;
        total += e;
    }
    return sum<NARROW>(total);
}

// The soft loss of kind KL where T is low enough for plain terms; total ← Σ e.
// f = Σ p (log p - log q) = Σ p (log p - u) + log Σ e^u,  ∂f/∂u = q - p,  u = (z - top) / T
template <bool NARROW>
INLINE V plain_kl(const Batch &b, const Block &rows, V top, V on_soft, V on_hard, V &total) {
    const float cool = 1 / b.temperature;
    V e_sum{}, p_sum{}, loss{};
    for (int64_t v = 0; v < rows.n; v++) {
        if (!NARROW) rows.prefetch_next(v);
        const V p = rows.p[v], u = (rows.z[v] - top) * cool, e = exp(u);
        rows.e[v] = e;
        e_sum += e;
        p_sum += p;
        loss += plain_term(p, p, log_normal(p) - u);
    }
    total = sum<NARROW>(e_sum);
    const V on_e = (on_soft + on_hard) / total;
    for (int64_t v = 0; v < rows.n; v++) rows.g[v] = on_e * rows.e[v] - on_soft * rows.p[v];
    return sum<NARROW>(loss + p_sum * log(total));
}

// The soft loss before T². With its gradient by u = z / T,  g ← on_soft ∂f/∂u + on_q q.
template <Kind KIND, bool NARROW, V (*term)(V, V, V)>
INLINE V soft_loss(const Batch &b, const Block &rows, V top, V total, V on_soft, V on_q) {
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
        default: return rows_of_kind<JSD>(b, first, last, scratch);
    }
}
