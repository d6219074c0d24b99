// What the parts of the extension module skdistill._kernels share: CPython's stable ABI and the
// instruction set in use.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdint>

// Index into what OF_EACH_SET lists.
extern int set_in_use;

PyObject *fill(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *set_parallel(PyObject *, PyObject *address);
PyObject *prepare(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *forward(PyObject *, PyObject *const *args, Py_ssize_t n_args);
