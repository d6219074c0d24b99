// Bins of a student's numbers: what `skdistill.students` calls.

#include "train/bins.h"

#include "kernels.h"
#include "threads.h"

#define KERNELS "train/places_rows.h"
#include "simd/each_set.h"

static OfFilling *const fill_columns_of_set[] = OF_EACH_SET(fill_columns);

constexpr int64_t VALUES_FOR_THREADS = 1 << 18;

int64_t check_bins(const Array<const int64_t> &first) {
    const int64_t *of = first.data(), n = first.length(0);
    bool ascends = n > 0 && of[0] == 0;
    for (int64_t j = 0; ascends && j + 1 < n; j++)
        ascends = of[j] < of[j + 1] && of[j + 1] - of[j] < MOST_BINS;
    if (!ascends)
        refuse(PyExc_ValueError, "%s must ascend from 0, by less than %lld.", first.name(),
               (long long)MOST_BINS);
    return n - 1;
}

// fill_bins(first, places, numbers, z, low, inverse_width, threads): places of shape (n_columns,
// n_rows), z of shape (n_numbers, n_rows), first and numbers of its columns, low and inverse_width
// of each bin.
PyObject *fill_bins(Arguments &next) {
    const Array<const int64_t> first(next, "first", {ANY});
    const int64_t n_columns = check_bins(first);
    const Array<float> places(next, "places", {n_columns, ANY}, ROWS_APART);
    const Array<const int64_t> numbers(next, "numbers", {n_columns});
    const Array<const float> z(next, "z", {ANY, places.length(1)}, ROWS_APART);
    const int64_t n_bins = first.data()[n_columns];
    const Array<const float> low(next, "low", {n_bins});
    const Array<const float> inverse_width(next, "inverse_width", {n_bins});
    const int64_t threads = next.integer("threads", 1, MOST_THREADS);
    next.end();
    numbers.check(0, z.length(0) - 1);
    const Bins bins{places.length(1), n_columns, first.data(), places.data(), places.row_step()};
    const Filling filling{bins, numbers.data(), z.data(), z.row_step(), low.data(),
                          inverse_width.data()};
    const WithoutGil others;
    run_parts(n_columns, 1, threads_for(bins.n_rows * n_columns, VALUES_FOR_THREADS, threads),
              [&](int64_t first, int64_t last, int64_t) {
                  fill_columns_of_set[set_in_use](filling, first, last);
              });
    return none();
}
