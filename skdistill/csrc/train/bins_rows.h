// A layer of binned numbers for one instruction set. What is computed for a row, and for the weights
// of a column, depends on no other.

// The bin that a value is in, of its column's, and how far it is on the way through.
struct Inside {
    int64_t bin;
    float share;
};

INLINE Inside bin_of(const Bins &b, int64_t j, int64_t row) {
    const float place = b.places[j * b.places_step + row];
    const int64_t n = b.first[j + 1] - b.first[j];
    int64_t bin = place > 0.f && place < MOST_BINS ? (int64_t)place : 0;
    bin = bin < n ? bin : n - 1;
    return {bin, place - (float)bin};
}

// The sum of weights at the edge below a value.
INLINE const float *sum_below(const BinnedLayer &l, int64_t j, const Inside &at) {
    return l.edges + (l.bins.first[j] + j + at.bin) * l.width;
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
        float *out = l.out + row * l.out_step + i;
        V sums[VECTORS];
        for (int v = 0; v < VECTORS; v++) sums[v] = load(out + v * LANES);
        for (int64_t j = 0; j < l.bins.n_columns; j++) {
            const Inside at = bin_of(l.bins, j, row);
            const float *low = sum_below(l, j, at) + i, *high = low + l.width;
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
                const Inside at = bin_of(l.bins, j, row);
                const float *low = sum_below(l, j, at) + i, below = *low;
                l.out[row * l.out_step + i] += below + at.share * (low[l.width] - below);
            }
    }
}

// Sort a column's rows by their bin: those of bin k are rows[start[k]] to rows[start[k + 1] - 1].
INLINE void sort_rows(const Bins &b, int64_t j, int32_t *rows, int32_t *start) {
    const int64_t n = b.first[j + 1] - b.first[j];
    for (int64_t k = 0; k <= n; k++) start[k] = 0;
    for (int64_t row = 0; row < b.n_rows; row++) start[bin_of(b, j, row).bin]++;
    for (int64_t k = 1; k <= n; k++) start[k] += start[k - 1];
    for (int64_t row = b.n_rows - 1; row >= 0; row--) rows[--start[bin_of(b, j, row).bin]] = row;
}

// A bin's weight counts in full for rows above it and by their share for those within it.
template <int VECTORS>
INLINE int64_t sum_gradients(const BinGradients &g, int64_t j, const int32_t *rows,
                             const int32_t *start, int64_t i) {
    const float *places = g.bins.places + j * g.bins.places_step;
    for (; i + VECTORS * LANES <= g.width; i += VECTORS * LANES) {
        V above[VECTORS]{};
        for (int64_t k = g.bins.first[j + 1] - g.bins.first[j] - 1; k >= 0; k--) {
            V sums[VECTORS];
            for (int v = 0; v < VECTORS; v++) sums[v] = above[v];
            for (int32_t at = start[k]; at < start[k + 1]; at++) {
                const float *out = g.out + rows[at] * g.out_step + i;
                const float share = places[rows[at]] - (float)k;
                for (int v = 0; v < VECTORS; v++) {
                    const V own = load(out + v * LANES);
                    sums[v] += share * own;
                    above[v] += own;
                }
            }
            float *weight = g.weight + (g.bins.first[j] + k) * g.width + i;
            for (int v = 0; v < VECTORS; v++) store(weight + v * LANES, sums[v]);
        }
    }
    return i;
}

// Fill the gradients of the weights of columns first to last - 1.
void fill_gradients(const BinGradients &g, int64_t first, int64_t last) {
    for (int64_t j = first; j < last; j++) {
        int32_t *rows = g.sorted + j * g.bins.n_rows;
        int32_t *start = g.start + g.bins.first[j] + j;
        sort_rows(g.bins, j, rows, start);
        int64_t i = sum_gradients<8>(g, j, rows, start, 0);
        i = sum_gradients<2>(g, j, rows, start, i);
        i = sum_gradients<1>(g, j, rows, start, i);
        for (; i < g.width; i++) {
            float above = 0;
            for (int64_t k = g.bins.first[j + 1] - g.bins.first[j] - 1; k >= 0; k--) {
                float sum = above;
                for (int32_t at = start[k]; at < start[k + 1]; at++) {
                    const float own = g.out[rows[at] * g.out_step + i];
                    sum += (g.bins.places[j * g.bins.places_step + rows[at]] - (float)k) * own;
                    above += own;
                }
                g.weight[(g.bins.first[j] + k) * g.width + i] = sum;
            }
        }
    }
}
