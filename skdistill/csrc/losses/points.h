// Losses of numbers: errors against the teacher's, and against labels where a row has them. Every
// kind is a sum over outputs of something of one error, and so one plain loop, of any width.

// f(e) = e² / K,  ∂f/∂e = 2 e / K;  |e| / K,  sign(e) / K;  Huber's e² / 2K up to δ, and beyond
// δ (|e| - δ / 2) / K,  ∂f/∂e = clip(e, -δ, δ) / K
template <Kind KIND>
INLINE float error_of(float e, float delta, float &slope) {
    const float size = e < 0 ? -e : e;
    if (KIND == SQUARED_ERROR) {
        slope = 2 * e;
        return e * e;
    }
    if (KIND == ABSOLUTE_ERROR) {
        slope = e > 0 ? 1.f : e < 0 ? -1.f : 0.f;
        return size;
    }
    slope = size <= delta ? e : e > 0 ? delta : -delta;
    return size <= delta ? 0.5f * e * e : delta * (size - 0.5f * delta);
}

template <Kind KIND>
double points(const Batch &b, int64_t first, int64_t last) {
    const int64_t k = b.n_classes;
    double sum = 0;
    for (int64_t row = first; row < last; row++) {
        const float *z = b.logits + row * k, *t = b.targets + row * k, *y = b.numbers + row * k;
        const float weight = b.weight ? b.weight[row] : 1;
        const bool known = b.numbers && *y == *y;  // NaN stands for no label
        const float on_hard = known ? 1 - b.alpha : 0;
        float loss = 0;
        for (int64_t i = 0; i < k; i++) {
            float of_target = 0, of_label = 0;
            const float soft = error_of<KIND>(z[i] - t[i], b.beta, of_target);
            const float hard = known ? error_of<KIND>(z[i] - y[i], b.beta, of_label) : 0;
            loss += b.alpha * soft + on_hard * hard;
            b.gradient[row * k + i] =
                weight * b.scale / (float)k * (b.alpha * of_target + on_hard * of_label);
        }
        loss *= weight / (float)k;
        if (b.losses) b.losses[row] = loss;
        sum += loss;
    }
    return sum;
}
