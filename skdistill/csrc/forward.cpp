// A student's forward: what `skdistill.runtime` calls.

#include "kernels.h"  // CPython wants to be first

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include "net.h"

#define KERNELS "net_rows.h"
#include "each_set.h"

static Forward *const forward_of_set[] = OF_EACH_SET(forward);

static const char *const CAPSULE = "skdistill.net";
constexpr int64_t PRODUCTS_WITHOUT_GIL = 1 << 20;  // some 30 µs: others may run meanwhile

// A cache line of floats.
struct alignas(64) Line {
    float values[PAD];
};

// Integers and doubles in the order in which skdistill.runtime._native wrote them.
struct Program {
    const int64_t *integers, *last_integer;
    const double *numbers, *last_number;

    int64_t next() { return *take(integers, last_integer, 1); }
    const int64_t *next_integers(int64_t n) { return take(integers, last_integer, n); }
    const double *next_numbers(int64_t n) { return take(numbers, last_number, n); }

   private:
    template <typename T>
    static const T *take(const T *&at, const T *last, int64_t n) {
        if (n < 0 || n > last - at) throw std::out_of_range("the program is too short");
        at += n;
        return at - n;
    }
};

// A net with all that it points to.
class OwnedNet : public Net {
    std::deque<std::vector<int64_t>> integers_;
    std::deque<std::vector<double>> doubles_;
    std::deque<std::vector<Line>> floats_;
    std::vector<Layer> layers_;

    const int64_t *integers(Program &p, int64_t n) {
        const int64_t *from = p.next_integers(n);
        return integers_.emplace_back(from, from + n).data();
    }

    const double *doubles(Program &p, int64_t n) {
        const double *from = p.next_numbers(n);
        std::vector<double> &kept = doubles_.emplace_back(from, from + n);
        kept.resize(padded(n));
        return kept.data();
    }

    const float *matrix(Program &p, int64_t n_rows, int64_t width) {
        const double *from = p.next_numbers(n_rows * width);
        const int64_t lines_a_row = padded(width) / PAD;
        std::vector<Line> &lines = floats_.emplace_back(n_rows * lines_a_row);
        for (int64_t row = 0; row < n_rows; row++)
            for (int64_t i = 0; i < width; i++)
                lines[row * lines_a_row + i / PAD].values[i % PAD] = (float)from[row * width + i];
        return (const float *)lines.data();
    }

    void read_encoding(Program &p) {
        Encoding &e = encoding;
        e.n_numbers = p.next();
        e.n_flagged = p.next();
        e.n_binned = p.next();
        const int64_t n_bins = p.next();
        e.n_waves = p.next();
        e.n_categories = p.next();
        const int64_t n_values = p.next();
        e.number_column = integers(p, e.n_numbers);
        e.flagged = integers(p, e.n_flagged);
        e.missing_row = p.next();
        e.binned = integers(p, e.n_binned);
        e.first_bin = integers(p, e.n_binned + 1);
        e.bin_row = integers(p, e.n_binned);
        e.category_column = integers(p, e.n_categories);
        e.n_codes = integers(p, e.n_categories);
        e.table_row = integers(p, e.n_categories);
        e.table_width = integers(p, e.n_categories);
        e.table = integers(p, e.n_categories);
        e.center = doubles(p, e.n_numbers);
        e.inverse_scale = doubles(p, e.n_numbers);
        e.low = doubles(p, n_bins);
        e.inverse_width = doubles(p, n_bins);
        e.frequency = doubles(p, e.n_numbers * e.n_waves);
        e.phase = doubles(p, e.n_numbers * e.n_waves);
        e.values = matrix(p, 1, n_values);
        e.most_listed = e.n_numbers * (4 + e.n_waves) + n_bins + e.n_categories;
        for (int64_t j = 0; j < e.n_categories; j++) e.most_listed += e.table_width[j];
    }

    void read_first_layer(Program &p) {
        const int64_t n_rows = p.next(), n_out = p.next();
        n_dense = encoding.n_numbers * (1 + encoding.n_waves);
        width = padded(n_out);
        listed = matrix(p, n_rows, n_out);
        if (n_members) {
            wave_row = p.next();
            signs = matrix(p, n_rows, n_members);
            bias = matrix(p, n_members, n_out);
        } else {
            dense = matrix(p, n_dense, n_out);
            bias = matrix(p, 1, n_out);
        }
        products = (n_rows * (n_members ? n_members : 1) + n_dense) * width;
    }

    void read_layer(Program &p) {
        Layer layer{};
        layer.kind = (Layer::Kind)p.next();
        layer.n_in = p.next();
        const int64_t n_out = p.next();
        layer.width = padded(n_out);
        const int64_t of_members = layer.kind == Layer::LINEAR ? 1 : n_members;
        if (layer.kind == Layer::LINEAR || layer.kind == Layer::HEADS)
            layer.weight = matrix(p, of_members * layer.n_in, n_out);
        if (layer.kind == Layer::SCALE) layer.weight = matrix(p, n_members, n_out);
        if (layer.weight) layer.bias = matrix(p, of_members, n_out);
        widest = std::max(widest, layer.width);
        products += layer.n_in * layer.width * (n_members ? n_members : 1);
        layers_.push_back(layer);
    }

   public:
    int64_t products = 0;  // for a row, about

    explicit OwnedNet(Program p) : Net{} {
        n_columns = p.next();
        n_classes = p.next();
        n_members = p.next();
        read_encoding(p);
        read_first_layer(p);
        widest = width;
        n_layers = p.next();
        for (int64_t i = 0; i < n_layers; i++) read_layer(p);
        layers = layers_.data();
        inverse_temperature = (float)*p.next_numbers(1);
    }
};

static void forget(PyObject *capsule) {
    delete (OwnedNet *)PyCapsule_GetPointer(capsule, CAPSULE);
}

// A buffer that is given back.
struct View : Py_buffer {
    bool held;

    View(PyObject *object, int flags) : held(PyObject_GetBuffer(object, this, flags) == 0) {}
    ~View() {
        if (held) PyBuffer_Release(this);
    }
    View(const View &) = delete;
    View &operator=(const View &) = delete;

    bool holds(char type, int n_dimensions) const {
        return format && format[0] == type && !format[1] && ndim == n_dimensions;
    }
};

// prepare(integers, numbers): int64 and float64 arrays. Return the net in a capsule.
PyObject *prepare(PyObject *, PyObject *const *args, Py_ssize_t n_args) try {
    if (n_args != 2) {
        PyErr_Format(PyExc_TypeError, "prepare takes 2 arguments, got %zd", n_args);
        return nullptr;
    }
    View integers(args[0], PyBUF_SIMPLE), numbers(args[1], PyBUF_SIMPLE);
    if (!integers.held || !numbers.held) return nullptr;
    const int64_t *i = (const int64_t *)integers.buf;
    const double *d = (const double *)numbers.buf;
    std::unique_ptr<OwnedNet> net(
        new OwnedNet(Program{i, i + integers.len / 8, d, d + numbers.len / 8}));
    PyObject *capsule = PyCapsule_New(net.get(), CAPSULE, forget);
    if (capsule) net.release();
    return capsule;
} catch (const std::out_of_range &error) {
    PyErr_SetString(PyExc_ValueError, error.what());
    return nullptr;
} catch (const std::exception &) {
    return PyErr_NoMemory();
}

static bool fits(const OwnedNet &net, const View &rows, const View &proba) {
    return (rows.holds('f', 2) || rows.holds('d', 2)) && rows.shape[1] == net.n_columns &&
           proba.holds('d', 2) && proba.shape[0] == rows.shape[0] && proba.shape[1] == net.n_classes;
}

// forward(net, rows, proba): a float32 or float64 array of shape (n_rows, n_columns), and a float64
// array of shape (n_rows, n_classes) to be filled. Return whether it was: not if `rows` are others
// than those, or a value is infinite or no code of its category.
PyObject *forward(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    if (n_args != 3) {
        PyErr_Format(PyExc_TypeError, "forward takes 3 arguments, got %zd", n_args);
        return nullptr;
    }
    const OwnedNet *net = (const OwnedNet *)PyCapsule_GetPointer(args[0], CAPSULE);
    if (!net) return nullptr;
    View rows(args[1], PyBUF_STRIDED_RO | PyBUF_FORMAT);
    if (!rows.held) return nullptr;
    View proba(args[2], PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE | PyBUF_FORMAT);
    if (!proba.held) return nullptr;
    if (!fits(*net, rows, proba)) Py_RETURN_FALSE;
    const Table table = {(const char *)rows.buf, rows.shape[0], rows.strides[0], rows.strides[1],
                         rows.format[0] == 'd'};
    const bool releases = table.n_rows * net->products >= PRODUCTS_WITHOUT_GIL;
    PyThreadState *state = releases ? PyEval_SaveThread() : nullptr;
    const Scratch needed(*net, rows_of(*net, table.n_rows));
    const std::align_val_t line{sizeof(Line)};
    char *scratch = (char *)operator new(needed.size, line, std::nothrow);
    const bool done =
        scratch && forward_of_set[set_in_use](*net, table, (double *)proba.buf, scratch);
    if (scratch) operator delete(scratch, line);
    if (releases) PyEval_RestoreThread(state);
    if (!scratch) return PyErr_NoMemory();
    return PyBool_FromLong(done);
}
