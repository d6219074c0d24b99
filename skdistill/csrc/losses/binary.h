// The loss of several labels a row: binary cross-entropy against the teacher's probabilities, and
// against labels where they are known. Entries of a few rows lie one after another, so that vectors
// go along them whatever the number of labels.

// log(1 + e^z) and σ(z) = e^z / (1 + e^z)
INLINE V softplus(V z, V &sigmoid) {
    const V e = exp(-magnitude(z)), share = 1 / (1 + e);
    sigmoid = pick(z > 0.f, share, e * share);
    return larger(z, V{}) + log(1 + e);
}

// f(z) = α T² (log(1 + e^{z/T}) - p z / T) + (1 - α) (log(1 + e^z) - y z)
// ∂f/∂z = α T (σ(z/T) - p) + (1 - α) (σ(z) - y)
INLINE V entropy_of(const Batch &b, V z, V p, V y, V &slope) {
    const float t = b.temperature;
    V of_soft, of_hard;
    const V u = z / t, soft = softplus(u, of_soft) - p * u, hard = softplus(z, of_hard) - y * z;
    const V zero{}, on_hard = pick(y == y, set(1 - b.alpha), zero);
    slope = b.alpha * t * (of_soft - p) + pick(y == y, on_hard * (of_hard - y), zero);
    return b.alpha * t * t * soft + pick(y == y, on_hard * hard, zero);
}

double binary(const Batch &b, int64_t first, int64_t last, float *scratch) {
    const int64_t k = b.n_classes, most = k < MANY ? LANES : 1;
    double sum = 0;
    for (int64_t row = first; row < last; row += most) {
        const int64_t n = last - row < most ? last - row : most, at = row * k;
        for (int64_t i = 0; i < n * k; i += LANES) {
            const int64_t left = n * k - i < LANES ? n * k - i : LANES;
            const V y = b.numbers ? take<V>(b.numbers + at + i, left) : set(__builtin_nanf(""));
            V slope;
            const V loss = entropy_of(b, take<V>(b.logits + at + i, left),
                                      take<V>(b.targets + at + i, left), y, slope);
            store(scratch + i, loss);
            __builtin_memcpy(b.gradient + at + i, &slope, left * sizeof(float));
        }
        for (int64_t r = 0; r < n; r++) {
            const float weight = (b.weight ? b.weight[row + r] : 1) / (float)k;
            float loss = 0;
            for (int64_t i = r * k; i < (r + 1) * k; i++) {
                loss += scratch[i];
                b.gradient[at + i] *= weight * b.scale;
            }
            if (b.losses) b.losses[row + r] = loss * weight;
            sum += loss * weight;
        }
    }
    return sum;
}
