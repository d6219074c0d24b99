// The encoder of a student for one instruction set: a row's cells become dense numbers, and a list of
// rows of the first layer's weights with a factor each.

constexpr double CLIP = 3, BOUND = 1e4;  // as in skdistill/layers

typedef double W __attribute__((vector_size(LANES * 4)));
typedef float H __attribute__((vector_size(LANES * 2)));

INLINE W load_doubles(const double *from) {
    W v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

// One row, encoded.
struct Encoded {
    double *x, *z;   // numbers: as given, scaled
    int64_t *codes;  // of categories
    float *dense;
    int64_t n = 0, *rows;
    float *factors;

    INLINE void add(int64_t row, float factor) {
        rows[n] = row;
        factors[n++] = factor;
    }
};

template <typename Cell>
INLINE Cell cell(const char *row, int64_t place) {
    Cell value;
    __builtin_memcpy(&value, row + place, sizeof value);
    return value;
}

// False: some code is none.
template <typename Cell>
INLINE bool gather(const Encoding &e, const char *row, int64_t step, Encoded &to) {
    for (int64_t j = 0; j < e.n_numbers; j++)
        to.x[j] = (float)cell<Cell>(row, e.number_column[j] * step);
    for (int64_t j = 0; j < e.n_categories; j++) {
        const Cell code = cell<Cell>(row, e.category_column[j] * step);
        if (!(code >= 0 && code < e.n_codes[j])) return false;
        to.codes[j] = (int64_t)code;
    }
    return true;
}

INLINE void flag_missing(const Encoding &e, Encoded &to) {
    for (int64_t i = 0; i < e.n_flagged; i++) {
        to.rows[to.n] = e.missing_row + i;
        to.factors[to.n] = 1;
        const double x = to.x[e.flagged[i]];
        to.n += x != x;
    }
}

INLINE W root(W x) {
    W y;
    for (int lane = 0; lane < LANES / 2; lane++) y[lane] = __builtin_sqrt(x[lane]);
    return y;
}

// z / √(1 + (z / CLIP)²),  z = (x - center) · inverse_scale; a missing x counts as the center.
// False: some x is infinite.
INLINE bool scale(const Encoding &e, Encoded &to) {
    W zero{};  // x - x, unless infinite
    for (int64_t j = 0; j < e.n_numbers; j += LANES / 2) {
        W x = load_doubles(to.x + j), center = load_doubles(e.center + j);
        x = x == x ? x : center;
        zero += x - x;
        W z = (x - center) * load_doubles(e.inverse_scale + j);
        z = z < BOUND ? z : BOUND - W{};
        z = z > -BOUND ? z : -BOUND - W{};
        z /= root(1.0 + z * z * (1 / (CLIP * CLIP)));
        const H rounded = __builtin_convertvector(z, H);
        __builtin_memcpy(to.x + j, &x, sizeof x);
        __builtin_memcpy(to.z + j, &z, sizeof z);
        __builtin_memcpy(to.dense + j, &rounded, sizeof rounded);
    }
    double sum = 0;
    for (int lane = 0; lane < LANES / 2; lane++) sum += zero[lane];
    return sum == 0;
}

// Which of n bins, side by side, x is in; the first and the last one are open.
INLINE int64_t bin_of(const double *low, int64_t n, double x) {
    const double *last = low;
    for (int64_t half; n > 1; n -= half) {
        half = n / 2;
        last += last[half] <= x ? half : 0;
    }
    return last - low;
}

// Of a number's bins some are full, one may be partly so, the others are empty.
template <bool MEMBERS>
INLINE void fill_bins(const Encoding &e, Encoded &to) {
    const int64_t start = to.n;
    for (int64_t i = 0; i < e.n_binned; i++) {
        const int64_t first = e.first_bin[i], row = e.bin_row[i];
        const double x = to.x[e.binned[i]];
        const int64_t full = bin_of(e.low + first, e.first_bin[i + 1] - first, x);
        const double share = (x - e.low[first + full]) * e.inverse_width[first + full];
        if (MEMBERS)
            for (int64_t bin = 0; bin < full; bin++) to.add(row + bin, 1);
        else  // row + bin is the sum of those before
            to.add(row + full, (float)(1 - share));
        to.add(row + full + !MEMBERS, (float)share);
    }
    for (int64_t i = start; i < to.n; i += LANES) {
        const V factor = larger(load(to.factors + i), V{});
        store(to.factors + i, pick(factor < 1.f, factor, set(1.f)));
    }
}

INLINE void look_up(const Encoding &e, Encoded &to) {
    for (int64_t j = 0; j < e.n_categories; j++) {
        const int64_t width = e.table_width[j], row = e.table_row[j];
        const float *values = e.values + e.table[j] + to.codes[j] * width;
        if (width == 0) to.add(row + to.codes[j], 1);
        for (int64_t i = 0; i < width; i++)
            if (values[i] != 0) to.add(row + i, values[i]);
    }
}

// cos 2πr = sin 2πt,  t = ¼ - |r|,  r = z · frequency + phase less the nearest integer
INLINE void make_waves(const Encoding &e, Encoded &to) {
    const double round = 6755399441055744.;  // 1.5 · 2⁵²: once added, the fraction is gone
    float *waves = to.dense + e.n_numbers;
    for (int64_t j = 0, at = 0; j < e.n_numbers; j++)
        for (int64_t i = 0; i < e.n_waves; i++, at++) {
            const double cycles = to.z[j] * e.frequency[at] + e.phase[at];
            waves[at] = (float)(cycles - ((cycles + round) - round));
        }
    for (int64_t at = 0; at < e.n_numbers * e.n_waves; at += LANES) {
        const V t = 0.25f - magnitude(load(waves + at)), square = t * t;
        V y = set(39.7607231f);  // minimax (absolute error 7e-9)
        y = y * square - 76.5812836f;
        y = y * square + 81.602478f;
        y = y * square - 41.3416824f;
        y = y * square + 6.28318548f;
        store(waves + at, y * t);
    }
}

template <bool MEMBERS>
INLINE bool encode(const Net &net, Encoded &to) {
    const Encoding &e = net.encoding;
    to.n = 0;
    flag_missing(e, to);
    if (!scale(e, to)) return false;
    fill_bins<MEMBERS>(e, to);
    look_up(e, to);
    if (e.n_waves) make_waves(e, to);
    if (!MEMBERS) return true;
    for (int64_t j = 0; j < e.n_numbers; j++) to.add(j, to.dense[j]);
    for (int64_t i = e.n_numbers; i < net.n_dense; i++)
        to.add(net.wave_row + i - e.n_numbers, to.dense[i]);
    return true;
}

// What the members of a row see: its features, each with the member's sign.
INLINE void sign(const Net &net, Encoded &of, float *factors) {
    const int64_t members = padded(net.n_members);
    for (int64_t i = 0; i < of.n; i++) {
        const float *signs = net.signs + of.rows[i] * members;
        for (int64_t m = 0; m < members; m += LANES)
            store(factors + i * members + m, of.factors[i] * load(signs + m));
    }
}
