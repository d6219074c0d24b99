// Compile the file KERNELS once for each instruction set, in a namespace of its own, with LANES the
// number of floats in a register.

#define PRAGMA(text) _Pragma(#text)
#ifdef __clang__
#define TARGET(name) \
    PRAGMA(clang attribute push(__attribute__((target(name))), apply_to = function))
#define END_TARGET PRAGMA(clang attribute pop)
#else
#define TARGET(name) PRAGMA(GCC push_options) PRAGMA(GCC target(name))
#define END_TARGET PRAGMA(GCC pop_options)
#endif

#define INLINE inline __attribute__((always_inline))

#define LANES 4
namespace portable {
namespace {
#include "vectors.h"
#include KERNELS
}
}
#undef LANES

#ifdef __x86_64__
TARGET("avx2,fma")
#define LANES 8
namespace avx2 {
namespace {
#include "vectors.h"
#include KERNELS
}
}
#undef LANES
END_TARGET

TARGET("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")
#define LANES 16
namespace avx512 {
namespace {
#include "vectors.h"
#include KERNELS
}
}
#undef LANES
END_TARGET

#define OF_EACH_SET(function) {portable::function, avx2::function, avx512::function}
#else
#define OF_EACH_SET(function) {portable::function}
#endif
