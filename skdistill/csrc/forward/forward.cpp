// A student's forward: what `skdistill.runtime` calls.

#include "kernels.h"  // CPython wants to be first

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "forward/net.h"

#define KERNELS "forward/net_rows.h"
#include "simd/each_set.h"

static Forward *const forward_of_set[] = OF_EACH_SET(forward);

static const char *const CAPSULE = "skdistill.net";
constexpr double PRODUCTS_WITHOUT_GIL = 1 << 20;  // some 30 µs: others may run meanwhile
constexpr int64_t MOST_SIZE = (int64_t)1 << 31;   // of anything that a program counts

// A cache line of floats.
struct alignas(64) Line {
    float values[MOST_LANES];
};

// Integers and doubles in the order in which skdistill.runtime._native wrote them, each read by
// what it must be.
class Program {
    const Array<const int64_t> integers_;
    const Array<const double> numbers_;
    int64_t next_integer_ = 0, next_number_ = 0;

    template <typename T>
    static const T *take(const Array<const T> &from, int64_t &next, int64_t n) {
        if (n > from.length(0) - next)
            refuse(PyExc_ValueError, "The program's %s are too few.", from.name());
        next += n;
        return from.data() + (next - n);
    }

   public:
    explicit Program(Arguments &next)
        : integers_(next, "integers", {ANY}), numbers_(next, "numbers", {ANY}) {}

    // n integers from low to high.
    const int64_t *integers(const char *name, int64_t n, int64_t low, int64_t high) {
        const int64_t *values = take(integers_, next_integer_, n);
        for (int64_t i = 0; i < n; i++)
            if (values[i] < low || values[i] > high)
                refuse(PyExc_ValueError, "The program's %s is %lld, but must be from %lld to %lld.",
                       name, (long long)values[i], (long long)low, (long long)high);
        return values;
    }

    int64_t integer(const char *name, int64_t low = 0, int64_t high = MOST_SIZE) {
        return *integers(name, 1, low, high);
    }

    const double *numbers(int64_t n) { return take(numbers_, next_number_, n); }

    void end() const {
        if (next_integer_ < integers_.length(0) || next_number_ < numbers_.length(0))
            refuse(PyExc_ValueError, "The program has more than a net.");
    }
};

static void require(bool holds, const char *what) {
    if (!holds) refuse(PyExc_ValueError, "The program does not fit: %s.", what);
}

// A net with all that it points to.
class OwnedNet : public Net {
    std::deque<std::vector<int64_t>> integers_;
    std::deque<std::vector<double>> doubles_;
    std::deque<std::vector<Line>> floats_;
    std::vector<Layer> layers_;

    const int64_t *integers(Program &p, const char *name, int64_t n, int64_t high) {
        const int64_t *from = p.integers(name, n, 0, high);
        return integers_.emplace_back(from, from + n).data();
    }

    const double *doubles(Program &p, int64_t n) {
        const double *from = p.numbers(n);
        std::vector<double> &kept = doubles_.emplace_back(from, from + n);
        kept.resize(padded(n));
        return kept.data();
    }

    const float *matrix(Program &p, int64_t n_rows, int64_t width) {
        const double *from = p.numbers(product(n_rows, width));
        const int64_t lines_a_row = padded(width) / MOST_LANES;
        std::vector<Line> &lines = floats_.emplace_back(product(n_rows, lines_a_row));
        for (int64_t row = 0; row < n_rows; row++)
            for (int64_t i = 0; i < width; i++)
                lines[row * lines_a_row + i / MOST_LANES].values[i % MOST_LANES] =
                    (float)from[row * width + i];
        return (const float *)lines.data();
    }

    // The places in `listed` of what a column adds are checked once that has been read.
    void read_encoding(Program &p) {
        Encoding &e = encoding;
        e.n_numbers = p.integer("n_numbers");
        e.n_flagged = p.integer("n_flagged", 0, e.n_numbers);
        e.n_binned = p.integer("n_binned", 0, e.n_numbers);
        const int64_t n_bins = p.integer("n_bins", e.n_binned);
        e.n_waves = p.integer("n_waves");
        e.n_categories = p.integer("n_categories");
        const int64_t n_values = p.integer("n_values");
        e.number_column = integers(p, "number_column", e.n_numbers, n_columns - 1);
        e.flagged = integers(p, "flagged", e.n_flagged, e.n_numbers - 1);
        e.missing_row = p.integer("missing_row");
        e.binned = integers(p, "binned", e.n_binned, e.n_numbers - 1);
        e.first_bin = integers(p, "first_bin", e.n_binned + 1, n_bins);
        e.bin_row = integers(p, "bin_row", e.n_binned, MOST_SIZE);
        e.category_column = integers(p, "category_column", e.n_categories, n_columns - 1);
        e.n_codes = integers(p, "n_codes", e.n_categories, MOST_SIZE);
        e.table_row = integers(p, "table_row", e.n_categories, MOST_SIZE);
        e.table_width = integers(p, "table_width", e.n_categories, n_values);
        e.table = integers(p, "table", e.n_categories, n_values);
        e.center = doubles(p, e.n_numbers);
        e.inverse_scale = doubles(p, e.n_numbers);
        e.low = doubles(p, n_bins);
        e.inverse_width = doubles(p, n_bins);
        e.frequency = doubles(p, product(e.n_numbers, e.n_waves));
        e.phase = doubles(p, product(e.n_numbers, e.n_waves));
        e.values = matrix(p, 1, n_values);
        n_dense = e.n_numbers + product(e.n_numbers, e.n_waves);
        e.most_listed = e.n_flagged + 2 * e.n_binned + n_bins + e.n_categories + n_dense;
        for (int64_t j = 0; j < e.n_categories; j++) {
            e.most_listed += e.table_width[j];
            const int64_t size = product(e.n_codes[j], e.table_width[j]);
            require(e.table[j] + size <= n_values, "a table ends beyond the values");
        }
        for (int64_t i = 0; i < e.n_binned; i++)
            require(e.first_bin[i] < e.first_bin[i + 1], "first_bin must ascend");
    }

    void check_places(int64_t n_rows) const {
        const Encoding &e = encoding;
        require(e.missing_row + e.n_flagged <= n_rows, "missing flags beyond the rows");
        for (int64_t i = 0; i < e.n_binned; i++) {
            const int64_t n_bins = e.first_bin[i + 1] - e.first_bin[i];
            require(e.bin_row[i] + n_bins + !n_members <= n_rows, "bins beyond the rows");
        }
        for (int64_t j = 0; j < e.n_categories; j++) {
            const int64_t n = e.table_width[j] ? e.table_width[j] : e.n_codes[j];
            require(e.table_row[j] + n <= n_rows, "codes beyond the rows");
        }
        require(!n_members || e.n_numbers <= n_rows, "numbers beyond the rows");
        require(!n_members || wave_row + n_dense - e.n_numbers <= n_rows, "waves beyond the rows");
    }

    // Return the number of outputs.
    int64_t read_first_layer(Program &p) {
        const int64_t n_rows = p.integer("n_rows"), n_out = p.integer("n_out", 1);
        width = padded(n_out);
        listed = matrix(p, n_rows, n_out);
        if (n_members) {
            wave_row = p.integer("wave_row");
            signs = matrix(p, n_rows, n_members);
            bias = matrix(p, n_members, n_out);
        } else {
            dense = matrix(p, n_dense, n_out);
            bias = matrix(p, 1, n_out);
        }
        check_places(n_rows);
        products = ((double)n_rows * (n_members ? n_members : 1) + n_dense) * width;
        return n_out;
    }

    int64_t read_layer(Program &p, int64_t n_in) {
        Layer layer{};
        layer.kind = (Layer::Kind)p.integer("kind", 0, Layer::AVERAGE);
        layer.n_in = p.integer("n_in", n_in, n_in);
        const bool is_dense = layer.kind == Layer::LINEAR || layer.kind == Layer::HEADS;
        const int64_t n_out = is_dense ? p.integer("n_out", 1) : p.integer("n_out", n_in, n_in);
        layer.width = padded(n_out);
        require(n_members || layer.kind < Layer::SCALE, "a layer of members without members");
        const int64_t of_members = layer.kind == Layer::LINEAR ? 1 : n_members;
        if (is_dense) layer.weight = matrix(p, product(of_members, layer.n_in), n_out);
        if (layer.kind == Layer::SCALE) layer.weight = matrix(p, n_members, n_out);
        if (layer.weight) layer.bias = matrix(p, of_members, n_out);
        widest = std::max(widest, layer.width);
        products += (double)layer.n_in * layer.width * (n_members ? n_members : 1);
        layers_.push_back(layer);
        return n_out;
    }

    void read_layers(Program &p, int64_t n_in) {
        widest = width;
        n_layers = p.integer("n_layers");
        for (int64_t i = 0; i < n_layers; i++) {
            n_in = read_layer(p, n_in);
            const bool joins = layers_.back().kind >= Layer::MEAN;
            require(joins == (n_members && i + 1 == n_layers), "the last layer joins members");
        }
        layers = layers_.data();
        require(n_in == n_outputs && (n_layers || !n_members), "scores of other outputs");
    }

    void read_last(Program &p) {
        last.kind = (Last::Kind)p.integer("last", 0, Last::SIGMOID);
        if (last.kind == Last::SOFTMAX) {
            last.inverse_temperature = (float)*p.numbers(1);
        } else {
            last.scale = doubles(p, n_outputs);
            last.center = doubles(p, n_outputs);
        }
    }

    // Throw where a few rows need more than any memory holds.
    void check_room() const {
        const int64_t members = n_members ? n_members : 1;
        product(product(rows_of(*this, ROWS_AT_ONCE) * members, widest), sizeof(float));
        product(product(encoding.most_listed, padded(members)), sizeof(float));
        product(product(ROWS_AT_ONCE, padded(n_dense)), sizeof(float));
    }

   public:
    double products = 0;  // for a row, about

    explicit OwnedNet(Program &p) : Net{} {
        n_columns = p.integer("n_columns");
        n_outputs = p.integer("n_outputs", 1);
        n_members = p.integer("n_members");
        read_encoding(p);
        read_layers(p, read_first_layer(p));
        read_last(p);
        p.end();
        check_room();
    }
};

static void forget(PyObject *capsule) {
    delete (OwnedNet *)PyCapsule_GetPointer(capsule, CAPSULE);
}

// prepare(integers, numbers): int64 and float64 arrays. Return the net in a capsule.
PyObject *prepare(Arguments &next) {
    Program program(next);
    next.end();
    std::unique_ptr<OwnedNet> net(new OwnedNet(program));
    PyObject *capsule = PyCapsule_New(net.get(), CAPSULE, forget);
    if (!capsule) throw Refused{};
    net.release();
    return capsule;
}

static const OwnedNet &net_of(PyObject *capsule) {
    const OwnedNet *net = (const OwnedNet *)PyCapsule_GetPointer(capsule, CAPSULE);
    if (!net) refuse(PyExc_TypeError, "net must come from prepare, got %R.", Py_TYPE(capsule));
    return *net;
}

// forward(net, rows, answers): a float32 or float64 array of shape (n_rows, n_columns), and a
// float64 array of shape (n_rows, n_outputs) to be filled. Return whether it was: not if `rows` are
// others than those, or a value is infinite or no code of its category.
PyObject *forward(Arguments &next) {
    const OwnedNet &net = net_of(next.object("net"));
    const View rows(next.object("rows"));
    if (!rows.is_array()) refuse(PyExc_TypeError, "rows must be an array.");
    const bool fits = rows.n_dimensions() == 2 && rows.length(1) == net.n_columns &&
                      (rows.holds<float>() || rows.holds<double>());
    const int64_t n_rows = fits ? rows.length(0) : ANY;
    const Array<double> answers(next, "answers", {n_rows, net.n_outputs});
    next.end();
    if (!fits) return PyBool_FromLong(false);
    const Table table{rows.memory(), n_rows, rows.step(0), rows.step(1), rows.holds<double>()};
    const Scratch needed(net, rows_of(net, n_rows));
    bool done;
    {
        const WithoutGil others((double)n_rows * net.products >= PRODUCTS_WITHOUT_GIL);
        const Lines scratch(needed.size);
        done = forward_of_set[set_in_use](net, table, answers.data(), scratch.bytes);
    }
    return PyBool_FromLong(done);
}
