// Hidden units of a student: what `skdistill.students` calls.

#include "kernels.h"  // CPython wants to be first

#include "threads.h"
#include "train/units.h"

#define KERNELS "train/units_rows.h"
#include "simd/each_set.h"

static OfUnits *const activate_units_of_set[] = OF_EACH_SET(activate_units);

constexpr int64_t UNITS_A_PART = 1 << 14, UNITS_FOR_THREADS = 1 << 18;

// activate(function, x, out, slope, dropout, seed, threads): x, out and slope of the same size, of
// any shape, dropout the share of units that are dropped.
PyObject *activate(Arguments &next) {
    Units units{};
    units.function = (Function)next.integer("function", 0, N_FUNCTIONS - 1);
    const Array<const float> x(next, "x", {ANY}, FLAT);
    const Array<float> out(next, "out", {x.n_items()}, FLAT);
    const Array<float> slope(next, "slope", {x.n_items()}, FLAT);
    units.drop(next.number("dropout", 0, BELOW_ONE));
    units.sow(next.bits("seed"));
    const int64_t threads = next.integer("threads", 1, MOST_THREADS);
    next.end();
    units.n = x.n_items();
    units.x = x.data();
    units.out = out.data();
    units.slope = slope.data();
    const WithoutGil others;
    run_parts(units.n, UNITS_A_PART, threads_for(units.n, UNITS_FOR_THREADS, threads),
              [&](int64_t first, int64_t last, int64_t) {
                  activate_units_of_set[set_in_use](units, first, last);
              });
    return none();
}
