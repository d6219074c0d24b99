// A row is worked on as vectors, in one of two layouts:
//   wide    many classes: the lanes of a vector are LANES classes of one row
//   narrow  the lanes of a vector are LANES rows, and vector k holds class k of each
// Both share all arithmetic. They differ in what a sum over classes is.

// The first n values; zeros in the other lanes.
template <typename T, typename Value>
INLINE T take(const Value *from, int n) {
    T v{};
    if (n == LANES)
        __builtin_memcpy(&v, from, sizeof v);
    else
        __builtin_memcpy(&v, from, n * sizeof(Value));
    return v;
}

// Over the classes of each row; the result is in every lane of that row.
template <bool NARROW>
INLINE V sum(V lanes) {
    return NARROW ? lanes : fold(lanes, plus);
}

template <bool NARROW>
INLINE V largest(V lanes) {
    return NARROW ? lanes : fold(lanes, larger);
}

// Values by vector; a last one that is not full is filled up.
struct Source {
    const float *values;
    int64_t n_full;
    V rest{};

    // goes_on: whether there is memory to be read behind the last value
    Source(const float *values, int64_t n, float fill, bool goes_on)
        : values(values), n_full(n / LANES) {
        const int left = n % LANES;
        if (left == 0) return;
        const float *from = values + n - left;
        rest = pick(take<I>(NUMBERS, LANES) < left, goes_on ? load(from) : take<V>(from, left), set(fill));
    }
    V operator[](int64_t v) const { return v < n_full ? load(values + v * LANES) : rest; }
};

// A block of rows: one (wide), or LANES (narrow).
struct Block {
    int64_t n;  // vectors
    Source z, p;
    U *e, *g;  // n vectors each: exponentials, gradient
    V label;   // the logit of the label; 0 where there is none
    V known;   // 1 where there is a label, 0 elsewhere
    V weight;
    const float *next[3];  // wide: what the next row reads and writes

    INLINE void prefetch_next(int64_t v) const {
        for (const float *values : next) __builtin_prefetch(values + v * LANES);
    }
};
