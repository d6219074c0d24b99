// What the parts of the extension module skdistill._kernels share: CPython's stable ABI, the
// instruction set in use and torch's threads.
#pragma once

#include "abi.h"  // CPython wants to be first

// Index into what OF_EACH_SET lists.
extern int set_in_use;

// Of the OpenMP runtime that torch has loaded; null: one thread.
typedef void Parallel(void (*work)(void *), void *job, unsigned threads, unsigned flags);
extern Parallel *parallel;
constexpr int64_t MOST_THREADS = 1 << 12;

PyObject *fill(Arguments &next);
PyObject *set_parallel(Arguments &next);
PyObject *fill_bins(Arguments &next);
PyObject *train(Arguments &next);
PyObject *activate(Arguments &next);
PyObject *prepare(Arguments &next);
PyObject *forward(Arguments &next);
