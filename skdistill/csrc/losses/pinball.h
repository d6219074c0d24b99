// Pinball loss of ascending quantiles, beside squared distances to the teacher's.

// v_k = z_0 + Σ_{0<j≤k} log(1 + e^{z_j});  f = α (v - t)² / K  +  (1 - α) max(q e, (q - 1) e) / K,
// e = y - v.  ∂f/∂z_k = s_k Σ_{j≥k} ∂f/∂v_j,  s_0 = 1, s_k = 1 / (1 + e^{-z_k})
INLINE double pinball(const Batch &b, int64_t first, int64_t last) {
    const int64_t k = b.n_classes;
    double sum = 0;
    for (int64_t row = first; row < last; row++) {
        const float *z = b.logits + row * k, *t = b.targets + row * k, *y = b.numbers + row * k;
        const float weight = b.weight ? b.weight[row] : 1;
        const bool known = b.numbers && *y == *y;  // NaN stands for no label
        const float on_hard = known ? 1 - b.alpha : 0;
        float *gradient = b.gradient + row * k, v = 0, loss = 0, after = 0;
        for (int64_t i = 0; i < k; i++) {
            const float size = z[i] < 0 ? -z[i] : z[i], q = b.levels[i];
            v += i ? (z[i] > 0 ? z[i] : 0) + __builtin_log1pf(__builtin_expf(-size)) : z[i];
            const float off = v - t[i], e = known ? *y - v : 0;
            loss += b.alpha * off * off + on_hard * (e > 0 ? q * e : (q - 1) * e);
            const float of_label = e > 0 ? -q : e < 0 ? 1 - q : 0.5f - q;
            gradient[i] = 2 * b.alpha * off + on_hard * of_label;
        }
        for (int64_t i = k - 1; i >= 0; i--) {
            after += gradient[i];
            const float slope = i ? 1 / (1 + __builtin_expf(-z[i])) : 1;
            gradient[i] = weight * b.scale / (float)k * slope * after;
        }
        loss *= weight / (float)k;
        if (b.losses) b.losses[row] = loss;
        sum += loss;
    }
    return sum;
}
