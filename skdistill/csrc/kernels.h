// What the parts of the extension module skdistill._kernels share: how arguments come, and the
// instruction set in use. And its entries, each beside what it calls.
#pragma once

#include "abi.h"  // CPython wants to be first

// Index into what OF_EACH_SET lists.
extern int set_in_use;

PyObject *fill(Arguments &next);
PyObject *fill_bins(Arguments &next);
PyObject *train(Arguments &next);
PyObject *activate(Arguments &next);
PyObject *prepare(Arguments &next);
PyObject *forward(Arguments &next);
