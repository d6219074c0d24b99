// Hidden units of a student that is trained: an activation, and dropout behind it.
#pragma once

#include <cstdint>

enum Function { RELU, SILU, TANH };

struct Units {
    Function function;
    int64_t n;
    const float *x;
    float *out, *slope;  // of a unit that is dropped, both are 0
    float keep;          // what the others are multiplied by
    int32_t dropped;     // share of units, in 2⁻³¹
    uint32_t seeds[2];
};

typedef void OfUnits(const Units &units, int64_t first, int64_t last);
