// Rows of few values ↔ vectors of the same value of LANES rows.

// Take the values of N vectors as one row, and its halves in turns, log₂ LANES times over. Each time
// the binary digits of a value's place rotate by one; in the end vector and lane change places.
template <int N>
INLINE void transpose(V *vectors) {
    for (int n = 1; n < LANES; n *= 2) {
        V mixed[N];
        for (int i = 0; i < N / 2; i++) {
            mixed[2 * i] = low(vectors[i], vectors[i + N / 2]);
            mixed[2 * i + 1] = high(vectors[i], vectors[i + N / 2]);
        }
        for (int i = 0; i < N; i++) vectors[i] = mixed[i];
    }
}

// LANES rows of k values ↔ k vectors: square by square, the last one moved back to end with the
// row. A square of narrower rows reaches into the LANES values behind the last row.
INLINE void to_vectors(const float *rows, int64_t k, U *vectors) {
    if (k == 2) {
        V pair[] = {load(rows), load(rows + LANES)};
        transpose<2>(pair);
        for (int i = 0; i < 2; i++) vectors[i] = pair[i];
        return;
    }
    for (int64_t c = 0; c < k; c += LANES) {
        const int64_t first = c + LANES <= k || k < LANES ? c : k - LANES;
        V square[LANES];
        for (int lane = 0; lane < LANES; lane++) square[lane] = load(rows + lane * k + first);
        transpose<LANES>(square);
        for (int64_t i = 0; i < LANES && i < k; i++) vectors[first + i] = square[i];
    }
}

INLINE void to_rows(const U *vectors, int64_t k, float *rows) {
    if (k == 2) {
        store(rows, low(vectors[0], vectors[1]));
        store(rows + LANES, high(vectors[0], vectors[1]));
        return;
    }
    for (int64_t c = 0; c < k; c += LANES) {
        const int64_t first = c + LANES <= k || k < LANES ? c : k - LANES;
        V square[LANES];
        for (int64_t i = 0; i < LANES; i++) square[i] = i < k ? vectors[first + i] : V{};
        transpose<LANES>(square);
        for (int lane = 0; lane < LANES; lane++) store(rows + lane * k + first, square[lane]);
    }
}
