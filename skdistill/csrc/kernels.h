// What the parts of the extension module skdistill._kernels share: CPython's stable ABI, the
// instruction set in use and torch's threads.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdint>

// Index into what OF_EACH_SET lists.
extern int set_in_use;

// Of the OpenMP runtime that torch has loaded; null: one thread.
typedef void Parallel(void (*work)(void *), void *job, unsigned threads, unsigned flags);
extern Parallel *parallel;

PyObject *fill(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *set_parallel(PyObject *, PyObject *address);
PyObject *fill_bins(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *train(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *activate(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *prepare(PyObject *, PyObject *const *args, Py_ssize_t n_args);
PyObject *forward(PyObject *, PyObject *const *args, Py_ssize_t n_args);
