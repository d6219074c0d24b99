// The extension module skdistill._kernels: losses, binned layers and hidden units for training, the
// forward of a student. A plain C ABI; neither torch nor NumPy is needed to build it.

#include "kernels.h"

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
static PyObject *instruction_sets(PyObject *, PyObject *) {
    PyObject *names = PyList_New(0);
    for (int set = best; set >= 0; set--) {
        PyObject *name = names ? PyUnicode_FromString(NAMES[set]) : nullptr;
        if (!name || PyList_Append(names, name) < 0) {
            Py_XDECREF(name);
            Py_XDECREF(names);
            return nullptr;
        }
        Py_DECREF(name);
    }
    return names;
}

static PyObject *use(PyObject *, PyObject *wanted) {
    for (int set = 0; set <= best; set++) {
        PyObject *name = PyUnicode_FromString(NAMES[set]);
        if (!name) return nullptr;
        const int same = PyUnicode_Compare(name, wanted) == 0;
        Py_DECREF(name);
        if (PyErr_Occurred()) return nullptr;
        if (same) {
            set_in_use = set;
            Py_RETURN_NONE;
        }
    }
    PyErr_Format(PyExc_ValueError, "this processor cannot run %R", wanted);
    return nullptr;
}

static PyMethodDef methods[] = {
    {"fill", (PyCFunction)(void (*)(void))fill, METH_FASTCALL, nullptr},
    {"set_parallel", set_parallel, METH_O, nullptr},
    {"fill_bins", (PyCFunction)(void (*)(void))fill_bins, METH_FASTCALL, nullptr},
    {"train", (PyCFunction)(void (*)(void))train, METH_FASTCALL, nullptr},
    {"activate", (PyCFunction)(void (*)(void))activate, METH_FASTCALL, nullptr},
    {"prepare", (PyCFunction)(void (*)(void))prepare, METH_FASTCALL, nullptr},
    {"forward", (PyCFunction)(void (*)(void))forward, METH_FASTCALL, nullptr},
    {"instruction_sets", instruction_sets, METH_NOARGS, nullptr},
    {"use", use, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit__kernels() { return PyModule_Create(&module); }
