// Hidden units for one instruction set. Whether a unit is dropped depends on the seeds and on its
// number alone.

#include "simd/activations.h"

typedef uint32_t Bits __attribute__((vector_size(LANES * 4)));

// 31 random bits a unit: MurmurHash3's last steps, with a seed before and one between them.
INLINE I random(const Units &u, int64_t first) {
    Bits h = (Bits)lane_numbers() + (uint32_t)first;
    h = h * 0x9e3779b1u ^ u.seeds[0];
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13 ^ u.seeds[1]) * 0xc2b2ae35u;
    return (I)((h ^ h >> 16) >> 1);
}

template <Function FUNCTION>
INLINE Activated activate_or_drop(const Units &u, V x, int64_t first) {
    const Activated of = activated<FUNCTION>(x);
    const V factor = pick(random(u, u.first + first) < u.dropped, V{}, set(u.keep));
    return {of.value * factor, of.slope * factor};
}

template <Function FUNCTION>
INLINE void activate_some(const Units &u, int64_t first, int64_t last) {
    int64_t i = first;
    for (; i + LANES <= last; i += LANES) {
        const Activated of = activate_or_drop<FUNCTION>(u, load(u.x + i), i);
        store(u.out + i, of.value);
        store(u.slope + i, of.slope);
    }
    V x{};
    for (int64_t lane = 0; i + lane < last; lane++) x[lane] = u.x[i + lane];
    const Activated of = activate_or_drop<FUNCTION>(u, x, i);
    for (int64_t lane = 0; i + lane < last; lane++) {
        u.out[i + lane] = of.value[lane];
        u.slope[i + lane] = of.slope[lane];
    }
}

// Activate units first to last - 1.
void activate_units(const Units &u, int64_t first, int64_t last) {
    if (u.function == RELU) activate_some<RELU>(u, first, last);
    if (u.function == SILU) activate_some<SILU>(u, first, last);
    if (u.function == TANH) activate_some<TANH>(u, first, last);
}
