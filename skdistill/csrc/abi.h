// How arguments come from Python: one after another, each read by what it must be. What is anything
// else is refused by name, as TypeError or ValueError, before anything is done.
//
// An array is one of NumPy, or whatever else has a buffer; or a tensor's DLPack capsule, which is
// made in a quarter of the time that the tensor's NumPy view takes.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

// A Python exception that is set and on its way out.
struct Refused {};

[[noreturn]] inline void refuse(PyObject *type, const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    PyErr_FormatV(type, format, rest);
    va_end(rest);
    throw Refused{};
}

// While it lives, other threads of Python may run.
class WithoutGil {
    PyThreadState *state_;

   public:
    explicit WithoutGil(bool releases = true) : state_(releases ? PyEval_SaveThread() : nullptr) {}
    ~WithoutGil() {
        if (state_) PyEval_RestoreThread(state_);
    }
    WithoutGil(const WithoutGil &) = delete;
    WithoutGil &operator=(const WithoutGil &) = delete;
};

enum Code { INTEGER, UNSIGNED, FLOAT, OTHER };  // kinds of numbers, as DLPack counts them
enum Device { CPU = 1, PINNED = 3 };

// What DLPack's capsule "dltensor" points to begins with this.
struct Tensor {
    char *data;
    int32_t device, device_number;
    int32_t n_dimensions;
    uint8_t code, bits;
    uint16_t lanes;
    const int64_t *shape, *strides;  // in items; without strides: row by row
    uint64_t offset;                 // in bytes
};

constexpr int MOST_DIMENSIONS = 8;
constexpr int64_t MOST_LENGTH = (int64_t)1 << 40;  // of a dimension

// An object's memory, for as long as this lives.
class View {
    Py_buffer buffer_;
    bool held_ = false, is_array_ = false;
    char *memory_ = nullptr;
    Code code_ = OTHER;
    bool writable_ = true, near_ = true;
    int n_dimensions_ = 0;
    int64_t item_size_ = 0;
    int64_t lengths_[MOST_DIMENSIONS], steps_[MOST_DIMENSIONS];

    bool open(PyObject *object) {
        if (PyCapsule_CheckExact(object) && PyCapsule_IsValid(object, "dltensor"))
            return read(*(const Tensor *)PyCapsule_GetPointer(object, "dltensor"));
        held_ = PyObject_GetBuffer(object, &buffer_, PyBUF_RECORDS_RO) == 0;
        if (held_) return read(buffer_);
        PyErr_Clear();
        return false;
    }

    bool read(const Tensor &tensor) {
        memory_ = tensor.data + tensor.offset;
        code_ = tensor.code < OTHER && tensor.lanes == 1 ? (Code)tensor.code : OTHER;
        near_ = tensor.device == CPU || tensor.device == PINNED;
        item_size_ = tensor.bits / 8;
        n_dimensions_ = tensor.n_dimensions;
        int64_t step = item_size_;
        for (int axis = n_dimensions_ - 1; axis >= 0 && n_dimensions_ <= MOST_DIMENSIONS; axis--) {
            lengths_[axis] = tensor.shape[axis];
            steps_[axis] = tensor.strides ? tensor.strides[axis] * item_size_ : step;
            step *= lengths_[axis];
        }
        return n_dimensions_ <= MOST_DIMENSIONS;
    }

    bool read(const Py_buffer &buffer) {
        memory_ = (char *)buffer.buf;
        code_ = code_of(buffer.format ? buffer.format : "B");
        writable_ = !buffer.readonly;
        item_size_ = buffer.itemsize;
        n_dimensions_ = buffer.ndim;
        for (int axis = 0; axis < n_dimensions_ && n_dimensions_ <= MOST_DIMENSIONS; axis++) {
            lengths_[axis] = buffer.shape[axis];
            steps_[axis] = buffer.strides[axis];
        }
        return n_dimensions_ <= MOST_DIMENSIONS;
    }

    static Code code_of(const char *format) {
        format += *format == '@' || *format == '=';
        if (!format[0] || format[1]) return OTHER;
        switch (*format) {
            case 'e': case 'f': case 'd': return FLOAT;
            case 'b': case 'h': case 'i': case 'l': case 'q': return INTEGER;
            case 'B': case 'H': case 'I': case 'L': case 'Q': return UNSIGNED;
            default: return OTHER;
        }
    }

   public:
    explicit View(PyObject *object) { is_array_ = object && open(object); }
    ~View() {
        if (held_) PyBuffer_Release(&buffer_);
    }
    View(const View &) = delete;
    View &operator=(const View &) = delete;

    bool is_array() const { return is_array_; }
    bool is_writable() const { return writable_; }
    char *memory() const { return memory_; }
    int n_dimensions() const { return n_dimensions_; }
    int64_t length(int axis) const { return lengths_[axis]; }
    int64_t step(int axis) const { return steps_[axis]; }  // in bytes

    template <typename T>
    bool holds() const {
        const Code wanted = std::is_floating_point<T>::value ? FLOAT : INTEGER;
        return near_ && code_ == wanted && item_size_ == sizeof(T);
    }

    // Whether T's lie in order, side by side along the later axes and by whole items apart along
    // the first ones, each where the processor wants it.
    template <typename T>
    bool is_dense_from(int first) const {
        const int64_t size = sizeof(T);
        int64_t expected = size;
        bool dense = (uintptr_t)memory_ % size == 0;
        for (int axis = n_dimensions_ - 1; axis >= 0; axis--) {
            const int64_t off = axis < first ? steps_[axis] % size : steps_[axis] - expected;
            dense = dense && (!off || lengths_[axis] == 1);
            expected *= lengths_[axis];
        }
        return dense || is_empty();
    }

    bool is_empty() const {
        for (int axis = 0; axis < n_dimensions_; axis++)
            if (lengths_[axis] == 0) return true;
        return false;
    }

    int64_t n_items() const {
        int64_t n = 1;
        for (int axis = 0; axis < n_dimensions_; axis++) n *= lengths_[axis];
        return n;
    }

    std::string words() const {
        static const char *const CODES[] = {"int", "uint", "float", "another type of "};
        std::string text = CODES[code_] + std::to_string(8 * item_size_) + " of shape (";
        for (int axis = 0; axis < n_dimensions_; axis++)
            text += (axis ? ", " : "") + std::to_string(lengths_[axis]);
        text += n_dimensions_ == 1 ? ",)" : ")";
        for (int axis = 0; axis < n_dimensions_; axis++)
            text += (axis ? ", " : " in steps of ") + std::to_string(steps_[axis]);
        if (!writable_) text += ", read-only";
        return near_ ? text : text + ", on another device";
    }
};

constexpr double BELOW_ONE = 1 - 0x1p-53;

// Arguments, read from the first one on.
class Arguments {
    std::vector<PyObject *> own_;
    PyObject *const *next_;
    Py_ssize_t left_;
    std::string of_;  // what they are arguments of: goes before each name

   public:
    Arguments(PyObject *const *args, Py_ssize_t n) : next_(args), left_(n) {}

    // The items of a tuple.
    Arguments(PyObject *tuple, const std::string &of) : of_(of + ".") {
        if (!PyTuple_Check(tuple))
            refuse(PyExc_TypeError, "%s must be a tuple, got %R.", of.c_str(), Py_TYPE(tuple));
        left_ = PyTuple_Size(tuple);
        for (Py_ssize_t i = 0; i < left_; i++) own_.push_back(PyTuple_GetItem(tuple, i));
        next_ = own_.data();
    }
    Arguments(const Arguments &) = delete;
    Arguments &operator=(const Arguments &) = delete;

    std::string full(const char *name) const { return of_ + name; }

    Py_ssize_t left() const { return left_; }

    // After the last one: refuse those beyond.
    void end() const {
        if (left_) refuse(PyExc_TypeError, "%s%zd arguments too many.", of_.c_str(), left_);
    }

    PyObject *object(const char *name) {
        if (!left_) refuse(PyExc_TypeError, "The argument %s is missing.", full(name).c_str());
        left_--;
        return *next_++;
    }

    Arguments tuple(const char *name) { return {object(name), full(name)}; }

    int64_t integer(const char *name, int64_t low, int64_t high) {
        PyObject *given = object(name);
        int overflow = 0;
        const long long value = PyLong_AsLongLongAndOverflow(given, &overflow);
        if (value == -1 && PyErr_Occurred()) no(given, name, "an integer");
        if (overflow || value < low || value > high)
            refuse(PyExc_ValueError, "%s must be an integer from %lld to %lld, got %R.",
                   full(name).c_str(), (long long)low, (long long)high, given);
        return value;
    }

    uint64_t bits(const char *name) {
        PyObject *given = object(name);
        const unsigned long long value = PyLong_AsUnsignedLongLong(given);
        if (value == (unsigned long long)-1 && PyErr_Occurred())
            no(given, name, "an integer of 64 bits without sign");
        return value;
    }

    // Any, NaN among them.
    double number(const char *name) {
        PyObject *given = object(name);
        const double value = PyFloat_AsDouble(given);
        if (value == -1 && PyErr_Occurred()) no(given, name, "a number");
        return value;
    }

    double number(const char *name, double low, double high) {
        const double value = number(name);
        if (value >= low && value <= high) return value;
        char text[100];
        snprintf(text, sizeof text, "must be from %.17g to %.17g, got %.17g.", low, high, value);
        refuse(PyExc_ValueError, "%s %s", full(name).c_str(), text);
    }

   private:
    [[noreturn]] void no(PyObject *given, const char *name, const char *what) const {
        PyErr_Clear();
        refuse(PyExc_TypeError, "%s must be %s, got %R.", full(name).c_str(), what, Py_TYPE(given));
    }
};

constexpr int64_t ANY = -1;  // length
// OPTIONAL: row by row, or None; FLAT: row by row, of any shape with so many items.
enum Layout { ROW_BY_ROW, OPTIONAL, ROWS_APART, FLAT };

// An argument that is an array of T's; T without const: to be written.
template <typename T>
class Array : public View {
    const char *name_;

    bool has_shape(std::initializer_list<int64_t> shape, Layout layout) const {
        if (layout == FLAT) return *shape.begin() == ANY || *shape.begin() == n_items();
        if ((int)shape.size() != n_dimensions()) return false;
        int axis = 0;
        for (int64_t wanted : shape) {
            const int64_t n = length(axis++);
            if ((wanted != ANY && n != wanted) || n > MOST_LENGTH) return false;
        }
        return true;
    }

    static std::string wanted(std::initializer_list<int64_t> shape, Layout layout) {
        std::string text = std::is_const<T>::value ? "" : "writable ";
        text += std::is_floating_point<T>::value ? "float" : "int";
        text += std::to_string(8 * sizeof(T)) + (layout == FLAT ? " of size (" : " of shape (");
        for (int64_t n : shape) text += (n == ANY ? "any" : std::to_string(n)) + ", ";
        text.resize(text.size() - (shape.size() > 1 ? 2 : shape.size() ? 1 : 0));
        return text + (layout == ROWS_APART ? "), each row without gaps" : "), without gaps");
    }

    Array(PyObject *given, const Arguments &from, const char *name,
          std::initializer_list<int64_t> shape, Layout layout)
        : View(given == Py_None ? nullptr : given), name_(name) {
        if (given == Py_None && layout == OPTIONAL) return;
        if (!is_array())
            refuse(PyExc_TypeError, "%s must be an array, got %R.", from.full(name).c_str(),
                   Py_TYPE(given));
        const bool writable = is_writable() || std::is_const<T>::value;
        if (holds<T>() && has_shape(shape, layout) && writable &&
            is_dense_from<T>(layout == ROWS_APART))
            return;
        refuse(holds<T>() ? PyExc_ValueError : PyExc_TypeError, "%s must be %s, got %s.",
               from.full(name).c_str(), wanted(shape, layout).c_str(), words().c_str());
    }

   public:
    Array(Arguments &from, const char *name, std::initializer_list<int64_t> shape,
          Layout layout = ROW_BY_ROW)
        : Array(from.object(name), from, name, shape, layout) {}

    const char *name() const { return name_; }
    T *data() const { return (T *)memory(); }  // null: there is none

    // Items from one row to the next.
    int64_t row_step() const { return length(0) > 1 ? step(0) / (int64_t)sizeof(T) : length(1); }

    // Refuse values that are not from low to high.
    void check(int64_t low, int64_t high) const {
        for (int64_t i = 0, n = data() ? n_items() : 0; i < n; i++)
            if (data()[i] < low || data()[i] > high)
                refuse(PyExc_ValueError, "%s[%lld] is %lld, but must be from %lld to %lld.",
                       name_, (long long)i, (long long)data()[i], (long long)low,
                       (long long)high);
    }
};

// An entry, as Python calls it.
template <PyObject *(*entry)(Arguments &)>
PyObject *method(PyObject *, PyObject *const *args, Py_ssize_t n_args) {
    try {
        Arguments next(args, n_args);
        return entry(next);
    } catch (const Refused &) {
        return nullptr;
    } catch (const std::exception &) {  // of memory
        return PyErr_NoMemory();
    }
}

inline PyObject *none() { return Py_NewRef(Py_None); }
