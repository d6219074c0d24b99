// Activations of hidden units with their slopes; whoever takes the value alone pays for no slope.

// 1 / (1 + e^-x)
INLINE V sigmoid(V x) {
    const V e = exp(-magnitude(x));
    return pick(x < 0.f, e, set(1.f)) / (1.f + e);
}

struct Activated {
    V value, slope;
};

// ReLU, SiLU (x · sigmoid x) and tanh.
template <Function FUNCTION>
INLINE Activated activated(V x) {
    if constexpr (FUNCTION == RELU) {
        return {larger(x, V{}), pick(x > 0.f, set(1.f), V{})};
    } else if constexpr (FUNCTION == SILU) {
        // y = x s,  s = sigmoid x,  y' = s + y (1 - s)
        const V s = sigmoid(x), y = x * s;
        return {y, s + y * (1.f - s)};
    } else {
        // y = tanh x = (1 - e^-2x) / (1 + e^-2x),  y' = 1 - y²
        const V e = exp(-2.f * magnitude(x)), above = (1.f - e) / (1.f + e);
        const V y = pick(x < 0.f, -above, above);
        return {y, 1.f - y * y};
    }
}
