// A multilayer perceptron in training: what `skdistill.students` calls.

#include "parts.h"  // CPython wants to be first

#include <algorithm>
#include <new>
#include <vector>

#include "perceptron.h"

#define KERNELS "perceptron_rows.h"
#include "each_set.h"

static Train *const train_of_set[] = OF_EACH_SET(train);

constexpr std::align_val_t WHOLE_LINE{LINE * sizeof(float)};
constexpr int64_t MOST_TAKEN = 3 * MOST_LAYERS;  // pieces of the room; each is rounded up

static Trained read_trained(Arguments &next, int64_t n) {
    Trained of{n};
    of.values = next.address<float>();
    of.gradient = next.address<float>();
    of.mean = next.address<float>();
    of.square = next.address<float>();
    return of;
}

// A net with what it points to.
struct OwnedPerceptron : Perceptron {
    std::vector<Category> own_categories;
    std::vector<Dense> own_layers;

    explicit OwnedPerceptron(Arguments &next) : Perceptron{} {
        n_numbers = next.integer();
        n_binned = next.integer();
        first_bin = next.address<const int64_t>();
        own_categories.resize(next.integer());
        for (Category &category : own_categories) {
            category.column = next.integer();
            const int64_t n_codes = next.integer();
            category.width = next.integer();
            category.table = read_trained(next, n_codes * category.width);
            of_categories += category.width;
            embeds = embeds || category.embeds();
        }
        own_layers.resize(next.integer());
        int64_t n_in = n_numbers + n_bins() + of_categories;
        for (Dense &layer : own_layers) {
            layer.n_in = n_in;
            layer.width = n_in = next.integer();
            layer.weight = read_trained(next, layer.n_in * layer.width);
            layer.bias = read_trained(next, layer.width);
        }
        units.function = (Function)next.integer();
        units.drop(next.number());
        seed = next.bits();
        adam.beta1 = next.number();
        adam.beta2 = next.number();
        adam.epsilon = next.number();
        adam.decay = next.number();
        n_categories = own_categories.size();
        categories = own_categories.data();
        n_layers = own_layers.size();
        layers = own_layers.data();
    }

    // Floats that a batch of so many rows needs on its way.
    int64_t room(int64_t n_rows) const {
        int64_t width = 0, weight = 0, kept = 0;
        for (const Dense &layer : own_layers) {
            width = std::max(width, whole_lines(layer.width));
            weight = std::max(weight, (1 + whole_lines(layer.n_in)) * whole_lines(layer.width));
            kept += 2 * whole_lines(layer.width);
        }
        const int64_t first = whole_lines(layers[0].width), features = whole_lines(of_categories);
        const int64_t a_row = kept + 2 * n_classes() + 2 * width + n_binned + 2 * features;
        const int64_t once = weight + (n_bins() + n_binned) * (1 + first) + 2 * width +
                             (1 + first) * features + scratch_floats(n_classes());
        return n_rows * a_row + once + MOST_TAKEN * LINE;
    }
};

static Batches read_batches(Arguments &next) {
    Batches batches{};
    batches.n_batches = next.integer();
    batches.sizes = next.address<const int64_t>();
    batches.x = next.address<const float>();
    batches.x_step = next.integer();
    Batch &answers = batches.answers;
    answers.targets = next.address<const float>();
    answers.labels = next.address<const int64_t>();
    answers.weight = next.address<const float>();
    answers.kind = (Kind)next.integer();
    answers.temperature = (float)next.number();
    answers.alpha = (float)next.number();
    answers.beta = (float)next.number();
    batches.rates = next.address<const double>();
    batches.first_step = next.integer();
    batches.losses = next.address<float>();
    return batches;
}

// train(batches: n, sizes, x, x_step, targets, labels, weight, kind, temperature, alpha, beta,
//       rates, first_step, losses;
//       net: n_numbers, n_binned, first_bin, n_categories, for each: column, codes (0: the features
//       themselves), width, table; n_layers, for each: width, weight, bias; function, dropout, seed;
//       beta1, beta2, epsilon, decay)
// Addresses as integers; of what is trained: values, gradient, mean, square. Make a step for each
// batch, and fill losses with what they were before.
PyObject *train(PyObject *, PyObject *const *args, Py_ssize_t) try {
    Arguments next{args};
    Batches batches = read_batches(next);
    OwnedPerceptron net(next);
    if (PyErr_Occurred()) return nullptr;
    if (net.n_layers > MOST_LAYERS) {
        PyErr_SetString(PyExc_ValueError, "too many layers");
        return nullptr;
    }
    net.loss = loss_in_use();
    batches.answers.n_classes = net.n_classes();
    const int64_t most = *std::max_element(batches.sizes, batches.sizes + batches.n_batches);
    net.scratch = (float *)operator new(net.room(most) * sizeof(float), WHOLE_LINE);
    PyThreadState *state = PyEval_SaveThread();
    train_of_set[set_in_use](net, batches);
    PyEval_RestoreThread(state);
    operator delete(net.scratch, WHOLE_LINE);
    Py_RETURN_NONE;
} catch (const std::bad_alloc &) {
    return PyErr_NoMemory();
}
