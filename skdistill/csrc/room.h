// Room for what a call makes on its way, and for what it keeps.
#pragma once

#include <cstdint>
#include <new>

// Floats of the widest vector, and of a cache line. Widths are rounded up to it; what is beyond
// holds zeros.
constexpr int64_t MOST_LANES = 16;
constexpr int64_t padded(int64_t n) { return (n + MOST_LANES - 1) / MOST_LANES * MOST_LANES; }

constexpr int64_t MOST_ITEMS = (int64_t)1 << 58;  // more than any memory holds

// Throw where it is more than any memory holds.
inline int64_t product(int64_t a, int64_t b) {
    int64_t n;
    if (__builtin_mul_overflow(a, b, &n) || n > MOST_ITEMS) throw std::bad_alloc();
    return n;
}

// Bytes that begin a cache line.
class Lines {
    static constexpr std::align_val_t WHOLE{64};

   public:
    char *const bytes;

    explicit Lines(int64_t n) : bytes((char *)operator new(n, WHOLE)) {}
    ~Lines() { operator delete(bytes, WHOLE); }
    Lines(const Lines &) = delete;
    Lines &operator=(const Lines &) = delete;
};
