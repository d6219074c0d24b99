// Soft losses between two distributions, the targets p and q = softmax(u), u = z / T; as torch's
// operators have them in skdistill/losses/_distributions.py.

constexpr float MOST_PLAIN = 2;          // above this T, the rounding of plain terms shows
constexpr float TINY = 1.17549435e-38f;  // smallest normal number

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
