// Matrix products for one instruction set, the only ones: out = start + a · b.
//
// All are cut into tiles of some rows × some vectors of columns, whose sums stay in registers along
// the inner values; a value of a is taken times what is loaded of b. There are two of them, for a
// tile of other size is up to 40 % slower in either:
//   multiply_alike  a student's rows: the order of a sum depends on no other row and on no number
//                   of rows, so that a row's answer is the same in any batch
//   multiply        training: any width, a in either orientation, and what is used of b at a time
//                   stays in the first cache

struct Matrix {
    const float *values;
    int64_t row_step, step;  // from row to row, from column to column
};

// b, start and out are stored row by row. With `listed`, that names the row of b for each inner value.
struct Product {
    int64_t n_rows, n_inner, width;
    Matrix a;
    const float *b;
    int64_t b_step;
    const float *start;
    int64_t start_step;
    float *out;
    int64_t out_step;
    const int64_t *listed = nullptr;
};

// sums += a · b for one inner value of each row.
template <int ROWS, int VECTORS>
INLINE void add(V (&sums)[ROWS][VECTORS], const float *a, int64_t row_step, const float *b) {
    V w[VECTORS];
    for (int v = 0; v < VECTORS; v++) w[v] = load(b + v * LANES);
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) sums[r][v] += a[r * row_step] * w[v];
}

// Sums of N_PARTS parts do not wait for each other.
template <int ROWS, int VECTORS, int N_PARTS, bool LISTED>
INLINE void tile(const Product &p, int64_t row, int64_t column) {
    const int64_t row_step = p.a.row_step, step = p.a.step, b_step = p.b_step;
    const int64_t n_inner = p.n_inner, *listed = p.listed;
    const float *a = p.a.values + row * row_step, *b = p.b + column;
    V sums[N_PARTS][ROWS][VECTORS]{};
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++)
            sums[0][r][v] = load(p.start + (row + r) * p.start_step + column + v * LANES);
    int64_t k = 0;
    for (; k + N_PARTS <= n_inner; k += N_PARTS)
        for (int part = 0; part < N_PARTS; part++) {
            const int64_t at = k + part;
            add(sums[part], a + at * step, row_step, b + (LISTED ? listed[at] : at) * b_step);
        }
    for (; k < n_inner; k++)
        add(sums[0], a + k * step, row_step, b + (LISTED ? listed[k] : k) * b_step);
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) {
            for (int part = 1; part < N_PARTS; part++) sums[0][r][v] += sums[part][r][v];
            store(p.out + (row + r) * p.out_step + column + v * LANES, sums[0][r][v]);
        }
}

template <int ROWS, int VECTORS, int N_PARTS, bool LISTED>
void panel(const Product &p, int64_t column) {
    int64_t row = 0;
    for (; row + ROWS <= p.n_rows; row += ROWS)
        tile<ROWS, VECTORS, N_PARTS, LISTED>(p, row, column);
    for (; row < p.n_rows; row++) tile<1, VECTORS, N_PARTS, LISTED>(p, row, column);
}

// Return the first column that is left: too few are for a vector.
template <int ROWS, int VECTORS, bool LISTED>
INLINE int64_t panels(const Product &p, int64_t column) {
    for (; column + VECTORS * LANES <= p.width; column += VECTORS * LANES)
        panel<ROWS, VECTORS, 1, LISTED>(p, column);
    if constexpr (VECTORS > 1) column = panels<ROWS, VECTORS / 2, LISTED>(p, column);
    return column;
}

constexpr int TILE_VECTORS = LANES > 8 ? 4 : 2;

// Of a width that is padded.
template <bool LISTED>
INLINE void multiply_alike(const Product &p) {
    constexpr int ROWS = 4, NARROW_ROWS = LANES > 8 ? 4 : 2;
    if (p.width == MOST_LANES)  // too few sums to keep the processor busy
        panel<NARROW_ROWS, MOST_LANES / LANES, LANES / 4, LISTED>(p, 0);
    else if (p.n_rows < ROWS)
        panels<1, 8, LISTED>(p, 0);
    else
        panels<ROWS, TILE_VECTORS, LISTED>(p, 0);
}

INLINE void columns_alone(const Product &p, int64_t first) {
    for (int64_t row = 0; row < p.n_rows; row++)
        for (int64_t column = first; column < p.width; column++) {
            float sum = p.start[row * p.start_step + column];
            for (int64_t k = 0; k < p.n_inner; k++)
                sum += p.a.values[row * p.a.row_step + k * p.a.step] * p.b[k * p.b_step + column];
            p.out[row * p.out_step + column] = sum;
        }
}

inline void multiply(Product p) {
    constexpr int64_t DEEP = 128;  // inner values at a time
    const int64_t n_inner = p.n_inner;
    for (int64_t done = 0; done == 0 || done < n_inner; done += DEEP) {
        p.n_inner = n_inner - done < DEEP ? n_inner - done : DEEP;
        columns_alone(p, panels<6, TILE_VECTORS, false>(p, 0));
        p.a.values += DEEP * p.a.step;
        p.b += DEEP * p.b_step;
        p.start = p.out;
        p.start_step = p.out_step;
    }
}
