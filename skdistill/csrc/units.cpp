// Hidden units of a student: what `skdistill.students` calls.

#include "parts.h"  // CPython wants to be first

#include "units.h"

#define KERNELS "units_rows.h"
#include "each_set.h"

static OfUnits *const activate_units_of_set[] = OF_EACH_SET(activate_units);

constexpr int64_t UNITS_A_PART = 1 << 14;

// activate(function, x, out, slope, dropout, seed, threads): x, out and slope of the same size, of
// any shape, dropout the share of units that are dropped.
PyObject *activate(Arguments &next) {
    Units units{};
    units.function = (Function)next.integer("function", RELU, TANH);
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
    run(activate_units_of_set[set_in_use], units, units.n, UNITS_A_PART,
        threads_for(units.n, threads));
    return none();
}
