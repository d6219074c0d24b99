// Hidden units of a student that is trained: an activation, and dropout behind it.
#pragma once

#include <cstdint>

#include "simd/functions.h"

struct Units {
    Function function;
    int64_t n;
    int64_t first;       // number of the first one
    const float *x;
    float *out, *slope;  // of a unit that is dropped, both are 0
    float keep;          // what the others are multiplied by
    int32_t dropped;     // share of units, in 2⁻³¹
    uint32_t seeds[2];

    void drop(double share) {
        keep = (float)(1 / (1 - share));
        dropped = (int32_t)(share * 0x1p31);
    }

    // SplitMix64's last steps: seeds that follow each other become unlike.
    void sow(uint64_t seed) {
        seed += 0x9e3779b97f4a7c15;
        seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
        seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
        seed ^= seed >> 31;
        seeds[0] = (uint32_t)seed;
        seeds[1] = (uint32_t)(seed >> 32);
    }
};

typedef void OfUnits(const Units &units, int64_t first, int64_t last);
