// Bins for one instruction set. What is computed for a row, and for a column, depends on no other.

INLINE float clipped(float x) {
    x = x > 0.f ? x : 0.f;
    return x < 1.f ? x : 1.f;
}

INLINE V clipped(V x) {
    x = larger(x, V{});
    return pick(x < 1.f, x, set(1.f));
}

// Fill the places of columns first to last - 1.
void fill_columns(const Filling &f, int64_t first, int64_t last) {
    const Bins &b = f.bins;
    for (int64_t j = first; j < last; j++) {
        const float *z = f.z + f.numbers[j] * f.z_step;
        float *places = b.places + j * b.places_step;
        int64_t row = 0;
        for (; row + LANES <= b.n_rows; row += LANES) {
            const V x = load(z + row);
            V place{};
            for (int64_t k = b.first[j]; k < b.first[j + 1]; k++)
                place += clipped((x - f.low[k]) * f.inverse_width[k]);
            store(places + row, place);
        }
        for (; row < b.n_rows; row++) {
            places[row] = 0;
            for (int64_t k = b.first[j]; k < b.first[j + 1]; k++)
                places[row] += clipped((z[row] - f.low[k]) * f.inverse_width[k]);
        }
    }
}

// The edge below a value, and how far it is on the way to the next one.
struct Between {
    int64_t edge;
    float share;
};

INLINE Between between(const Bins &b, int64_t j, int64_t row) {
    const float place = b.places[j * b.places_step + row];
    const int64_t n = b.first[j + 1] - b.first[j];
    int64_t full = place > 0.f ? (int64_t)place : 0;
    full = full < n ? full : n - 1;
    return {b.first[j] + j + full, place - (float)full};
}

// Sum up the weights of columns first to last - 1.
void sum_columns(const BinnedLayer &l, int64_t first, int64_t last) {
    for (int64_t j = first; j < last; j++) {
        float *edge = l.edges + (l.bins.first[j] + j) * l.width;
        for (int64_t i = 0; i < l.width; i++) edge[i] = 0;
        for (int64_t k = l.bins.first[j]; k < l.bins.first[j + 1]; k++, edge += l.width) {
            const float *weight = l.weight + k * l.width;
            for (int64_t i = 0; i < l.width; i++) edge[l.width + i] = edge[i] + weight[i];
        }
    }
}

template <int VECTORS>
INLINE int64_t add_to_row(const BinnedLayer &l, int64_t row, int64_t i) {
    for (; i + VECTORS * LANES <= l.width; i += VECTORS * LANES) {
        float *out = l.out + row * l.width + i;
        V sums[VECTORS];
        for (int v = 0; v < VECTORS; v++) sums[v] = load(out + v * LANES);
        for (int64_t j = 0; j < l.bins.n_columns; j++) {
            const Between at = between(l.bins, j, row);
            const float *low = l.edges + at.edge * l.width + i, *high = low + l.width;
            for (int v = 0; v < VECTORS; v++) {
                const V below = load(low + v * LANES);
                sums[v] += below + at.share * (load(high + v * LANES) - below);
            }
        }
        for (int v = 0; v < VECTORS; v++) store(out + v * LANES, sums[v]);
    }
    return i;
}

// Add what the bins say to rows first to last - 1.
void add_to_rows(const BinnedLayer &l, int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) {
        int64_t i = add_to_row<8>(l, row, 0);
        i = add_to_row<2>(l, row, i);
        i = add_to_row<1>(l, row, i);
        for (; i < l.width; i++)
            for (int64_t j = 0; j < l.bins.n_columns; j++) {
                const Between at = between(l.bins, j, row);
                const float *low = l.edges + at.edge * l.width + i, below = *low;
                l.out[row * l.width + i] += below + at.share * (low[l.width] - below);
            }
    }
}

// to[0] += (1 - share) from, to[width] += share from
INLINE void share_out(const float *from, float share, float *to, int64_t width) {
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        const V g = load(from + i), part = share * g;
        store(to + i, load(to + i) + (g - part));
        store(to + width + i, load(to + width + i) + part);
    }
    for (; i < width; i++) {
        const float part = share * from[i];
        to[i] += from[i] - part;
        to[width + i] += part;
    }
}

// Fill the gradients of the weights of columns first to last - 1.
void fill_gradients(const BinnedLayer &l, int64_t first, int64_t last) {
    for (int64_t j = first; j < last; j++) {
        const int64_t bin = l.bins.first[j], n = l.bins.first[j + 1] - bin;
        float *edge = l.edges + (bin + j) * l.width;
        for (int64_t i = 0; i < (n + 1) * l.width; i++) edge[i] = 0;
        for (int64_t row = 0; row < l.bins.n_rows; row++) {
            const Between at = between(l.bins, j, row);
            share_out(l.out + row * l.width, at.share, l.edges + at.edge * l.width, l.width);
        }
        // a weight counts at every edge above it
        for (int64_t k = n - 1; k >= 0; k--) {
            float *weight = l.weight + (bin + k) * l.width, *above = edge + (k + 1) * l.width;
            const bool top = k == n - 1;
            for (int64_t i = 0; i < l.width; i++)
                weight[i] = above[i] + (top ? 0.f : weight[l.width + i]);
        }
    }
}
