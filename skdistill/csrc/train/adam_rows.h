// AdamW for one instruction set.

INLINE V square_root(V x) {
    for (int lane = 0; lane < LANES; lane++) x[lane] = __builtin_sqrtf(x[lane]);
    return x;
}

// A step of AdamW, as torch.optim.AdamW makes it.
struct Step {
    float size, kept, inverse_root;  // inverse root of the second moment's correction
};

INLINE Step step_of(const Adam &adam, double rate, int64_t n_steps) {
    const double first = 1 - __builtin_pow(adam.beta1, (double)n_steps);
    const double second = 1 - __builtin_pow(adam.beta2, (double)n_steps);
    return {(float)(rate / first), (float)(1 - rate * adam.decay),
            (float)(1 / __builtin_sqrt(second))};
}

INLINE void advance(const Trained &of, const Adam &adam, const Step &step) {
    const float beta2 = (float)adam.beta2, new1 = (float)(1 - adam.beta1);
    const float new2 = (float)(1 - adam.beta2), epsilon = (float)adam.epsilon;
    int64_t i = 0;
    for (; i + LANES <= of.n; i += LANES) {
        const V g = load(of.gradient + i), m = load(of.mean + i), mean = m + new1 * (g - m);
        const V square = beta2 * load(of.square + i) + new2 * g * g;
        store(of.mean + i, mean);
        store(of.square + i, square);
        const V change = mean / (square_root(square) * step.inverse_root + epsilon);
        store(of.values + i, step.kept * load(of.values + i) - step.size * change);
    }
    for (; i < of.n; i++) {
        const float g = of.gradient[i];
        of.mean[i] += new1 * (g - of.mean[i]);
        of.square[i] = beta2 * of.square[i] + new2 * g * g;
        const float root = __builtin_sqrtf(of.square[i]) * step.inverse_root + epsilon;
        of.values[i] = step.kept * of.values[i] - step.size * of.mean[i] / root;
    }
}
