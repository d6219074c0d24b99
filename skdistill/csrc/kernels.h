// The entries of the extension, and the instruction set that they use.
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
