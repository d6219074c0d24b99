// Places of numbers in their bins, for one instruction set.

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
