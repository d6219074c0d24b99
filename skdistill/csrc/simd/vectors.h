// Vectors of LANES floats. Included once for each instruction set, in a namespace of its own. It
// includes no header: nothing in it may be compiled for any other instruction set than the one in
// force.

typedef float V __attribute__((vector_size(LANES * 4)));
typedef V U __attribute__((aligned(4), may_alias));  // anywhere in memory
typedef int I __attribute__((vector_size(LANES * 4)));
typedef double D __attribute__((vector_size(LANES * 8)));
typedef int64_t L __attribute__((vector_size(LANES * 8)));

constexpr float INFINITE = __builtin_inff();
constexpr int NUMBERS[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

INLINE V set(float x) { return x - V{}; }
INLINE I set(int x) { return x - I{}; }
INLINE V load(const float *from) { return *(const U *)from; }
INLINE void store(float *to, V v) { *(U *)to = v; }

INLINE I lane_numbers() {
    I v;
    __builtin_memcpy(&v, NUMBERS, sizeof v);
    return v;
}

INLINE V pick(I mask, V a, V b) { return mask ? a : b; }
INLINE V larger(V a, V b) { return a > b ? a : b; }
INLINE V magnitude(V x) { return (V)((I)x & 0x7fffffff); }

// e^x / 2ⁿ for x ≤ 0, to about one unit in the last place; n is rounded x / log 2.
// x = n log 2 + r with |r| ≤ log(2) / 2, and a minimax polynomial for e^r (relative error 2e-9).
INLINE V exp_by_parts(V x, I &n) {
    const float round = 12582912.f;  // 1.5 · 2²³: once added, the low bits are the integer
    const V shifted = x * 1.44269504f + round, whole = shifted - round;
    n = (I)shifted - 0x4b400000;
    V r = x - whole * 0.693359375f;
    r = r + whole * 2.12194440e-4f;
    V y = set(1.3814460438e-03f);
    y = y * r + 8.3687814306e-03f;
    y = y * r + 4.1668394376e-02f;
    y = y * r + 1.6666520098e-01f;
    y = y * r + 4.9999993412e-01f;
    y = y * r + 1.f;
    return y * r + 1.f;
}

// e^x for x ≤ 0, to about one unit in the last place; 0 below the smallest normal number.
INLINE V exp(V x) {
    I n;
    const V y = exp_by_parts(x, n);
    return pick(x < -87.3f, V{}, y * (V)((n << 23) + 0x3f800000));
}

// The same as doubles, which go on to e^-700.
INLINE void store_exp(double *to, V x) {
    I n;
    const V y = exp_by_parts(x, n);
    const L power = (__builtin_convertvector(n, L) + 1023) << 52;
    D e = __builtin_convertvector(y, D) * (D)power;
    e = __builtin_convertvector(x < -700.f, L) ? D{} : e;
    __builtin_memcpy(to, &e, sizeof e);
}

// log x for normal x > 0, to about one unit in the last place; elsewhere some number.
// x = 2^e (1 + m) with √½ ≤ 1 + m < √2, and a minimax polynomial (relative error 4e-8).
INLINE V log_normal(V x) {
    const int root_half = 0x3f3504f3;  // the bits of √½
    I bits = (I)x - root_half;
    V e = __builtin_convertvector(bits >> 23, V);
    V m = (V)((bits & 0x007fffff) + root_half) - 1.f;
    V y = set(8.6854884218e-02f);
    y = y * m - 1.4326842599e-01f;
    y = y * m + 1.4948086947e-01f;
    y = y * m - 1.6570634370e-01f;
    y = y * m + 1.9958811027e-01f;
    y = y * m - 2.5001526584e-01f;
    y = y * m + 3.3334040129e-01f;
    y = y * m - 0.5f;
    return (y * (m * m) + m) + e * 0.693147181f;
}

INLINE V log(V x) { return pick(x == x, log_normal(x), x); }

#if LANES == 4
#define LOW 0, 4, 1, 5
#define HIGH 2, 6, 3, 7
#elif LANES == 8
#define LOW 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

// The lower (higher) halves of a and b in turns: a₀ b₀ a₁ b₁ …
INLINE V low(V a, V b) { return __builtin_shufflevector(a, b, LOW); }
INLINE V high(V a, V b) { return __builtin_shufflevector(a, b, HIGH); }

#undef LOW
#undef HIGH

INLINE V plus(V a, V b) { return a + b; }

// All lanes folded into one; the result is in every lane.
INLINE V fold(V lanes, V (*two)(V, V)) {
    for (int n = 1; n < LANES; n *= 2) lanes = two(low(lanes, lanes), high(lanes, lanes));
    return lanes;
}
