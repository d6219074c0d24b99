// Activations by number, as in skdistill/_plumbing/extension.py.
#pragma once

enum Function { RELU, SILU, TANH, N_FUNCTIONS };
