// The extension module skdistill._kernels. A plain C ABI; neither torch nor NumPy is needed to build
// it.
//
//   simd/      vectors, activations, matrix products: what is compiled for each instruction set
//   losses/    losses of rows, with their gradients
//   forward/   a student's answers, from the cells of its rows
//   train/     a perceptron in training; its binned layers and hidden units by themselves
//   abi.h      how arguments come from Python      threads.h  work in parts, on threads
//   kernels.h  what all entries share              room.h     memory for a call

#include "kernels.h"  // CPython wants to be first

#include "threads.h"

static const char *const NAMES[] = {"portable", "avx2", "avx512"};

// The best that this processor can run; it can run those before it, too.
static int best_set() {
#ifdef __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    return wide ? 2 : 1;
#else
    return 0;
#endif
}

static const int best = best_set();
int set_in_use = best;

// Names of what this processor can run, the fastest first.
static PyObject *instruction_sets(Arguments &next) {
    next.end();
    PyObject *names = PyList_New(0);
    for (int set = best; set >= 0; set--) {
        PyObject *name = names ? PyUnicode_FromString(NAMES[set]) : nullptr;
        if (!name || PyList_Append(names, name) < 0) {
            Py_XDECREF(name);
            Py_XDECREF(names);
            throw Refused{};
        }
        Py_DECREF(name);
    }
    return names;
}

// use(name): of an instruction set.
static PyObject *use(Arguments &next) {
    PyObject *wanted = next.object("name");
    next.end();
    for (int set = 0; PyUnicode_Check(wanted) && set <= best; set++)
        if (PyUnicode_CompareWithASCIIString(wanted, NAMES[set]) == 0) {
            set_in_use = set;
            return none();
        }
    refuse(PyExc_ValueError, "this processor cannot run %R", wanted);
}

// has_threads(): whether there are any for entries that take a number of them.
static PyObject *has_threads(Arguments &next) {
    next.end();
    return PyBool_FromLong(parallel_in_use() != nullptr);
}

template <PyObject *(*entry)(Arguments &)>
static PyMethodDef named(const char *name) {
    return {name, (PyCFunction)(void (*)(void))method<entry>, METH_FASTCALL, nullptr};
}

static PyMethodDef methods[] = {
    named<fill>("fill"),
    named<fill_bins>("fill_bins"),
    named<train>("train"),
    named<activate>("activate"),
    named<prepare>("prepare"),
    named<forward>("forward"),
    named<use>("use"),
    named<instruction_sets>("instruction_sets"),
    named<has_threads>("has_threads"),
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit__kernels() { return PyModule_Create(&module); }
