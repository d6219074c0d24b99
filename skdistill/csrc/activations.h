// Activations of a student's hidden units. Included once for each instruction set, after vectors.h.

INLINE V relu(V x) { return larger(x, V{}); }

// 1 / (1 + e^-x)
INLINE V sigmoid(V x) {
    const V e = exp(-magnitude(x));
    return pick(x < 0.f, e, set(1.f)) / (1.f + e);
}

INLINE V silu(V x) { return x * sigmoid(x); }

// (1 - e^-2x) / (1 + e^-2x)
INLINE V tanh(V x) {
    const V e = exp(-2.f * magnitude(x)), y = (1.f - e) / (1.f + e);
    return pick(x < 0.f, -y, y);
}
