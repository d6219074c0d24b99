// A multilayer perceptron in training: what `skdistill.students` calls.

#include "train/perceptron.h"

#include <algorithm>
#include <cfloat>
#include <climits>
#include <cmath>
#include <forward_list>
#include <vector>

#define KERNELS "train/perceptron_rows.h"
#include "simd/each_set.h"

static Train *const train_of_set[] = OF_EACH_SET(train);

constexpr int64_t MOST_TAKEN = 3 * MOST_LAYERS;  // pieces of the room; each is rounded up
constexpr int64_t MOST_CODES = 1 << 24;          // a float counts them
constexpr int64_t MOST_STEPS = (int64_t)1 << 53;  // a double counts them

// Batches with what they point to.
struct OwnedBatches : Batches {
    const Array<const int64_t> own_sizes;
    const Array<const float> own_x, targets;
    const Array<const int64_t> labels;
    const Array<const float> numbers, weight;
    const Array<const double> own_rates;
    const Array<float> own_losses;
    std::forward_list<Array<const float>> levels_;
    int64_t n_rows = 0, largest = 0;  // of all batches, and of one

    explicit OwnedBatches(Arguments &next)
        : Batches{},
          own_sizes(next, "sizes", {ANY}),
          own_x(next, "x", {ANY, ANY}, ROWS_APART),
          targets(next, "targets", {own_x.length(1), ANY}),
          labels(next, "labels", {own_x.length(1)}, OPTIONAL),
          numbers(next, "numbers", {own_x.length(1), targets.length(1)}, OPTIONAL),
          weight(next, "weight", {own_x.length(1)}),
          own_rates(next, "rates", {own_sizes.length(0)}, OPTIONAL),
          own_losses(next, "losses", {own_sizes.length(0)}) {
        own_sizes.check(1, INT_MAX);
        n_batches = own_sizes.length(0);
        sizes = own_sizes.data();
        for (int64_t b = 0; b < n_batches && n_rows <= own_x.length(1); b++) {
            n_rows += sizes[b];
            largest = std::max(largest, sizes[b]);
        }
        if (n_rows > own_x.length(1))
            refuse(PyExc_ValueError, "sizes sum up to more than the %lld rows of x.",
                   (long long)own_x.length(1));
        labels.check(-1, targets.length(1) - 1);
        x = own_x.data();
        x_step = own_x.row_step();
        answers.n_classes = targets.length(1);
        answers.targets = targets.data();
        answers.labels = labels.data();
        answers.numbers = numbers.data();
        answers.weight = weight.data();
        rates = own_rates.data();
        for (int64_t b = 0; rates && b < n_batches; b++)
            if (!std::isfinite(rates[b])) refuse(PyExc_ValueError, "rates must be finite.");
        losses = own_losses.data();
        read_settings(next, answers, PINBALL);
        const std::initializer_list<int64_t> shape = {targets.length(1)};
        answers.levels = levels_.emplace_front(next, "levels", shape, OPTIONAL).data();
        check_answers(answers);
        first_step = next.integer("first_step", 0, MOST_STEPS);
    }
};

// A net with what it points to.
class OwnedPerceptron : public Perceptron {
    const OwnedBatches &batches_;
    const Array<const int64_t> first_bin_;
    std::forward_list<Array<float>> arrays_;
    std::vector<Category> categories_;
    std::vector<Dense> layers_;

    // A tuple of values, gradient, mean, square; where no step is made, the values are enough.
    Trained read_trained(Arguments of, std::initializer_list<int64_t> shape) {
        const Layout layout = batches_.rates ? ROW_BY_ROW : OPTIONAL;
        const Array<float> &values = arrays_.emplace_front(of, "values", shape);
        float *gradient = arrays_.emplace_front(of, "gradient", shape, layout).data();
        float *mean = arrays_.emplace_front(of, "mean", shape, layout).data();
        float *square = arrays_.emplace_front(of, "square", shape, layout).data();
        of.end();
        return {values.n_items(), values.data(), gradient, mean, square};
    }

    void check_codes(int64_t column, int64_t n_codes) const {
        const float *codes = batches_.x + column * batches_.x_step;
        for (int64_t row = 0; row < batches_.n_rows; row++)
            if (!(codes[row] >= 0 && codes[row] < (float)n_codes))
                refuse(PyExc_ValueError, "x[%lld, %lld] is no code below %lld.", (long long)column,
                       (long long)row, (long long)n_codes);
    }

    // A tuple of column, width, n_codes, table; without codes, x has the features themselves.
    Category read_category(Arguments of) {
        const int64_t n_columns = batches_.own_x.length(0);
        Category category{};
        category.column = of.integer("column", 0, n_columns);
        category.width = of.integer("width", 0, MOST_LENGTH);
        const int64_t n_codes = of.integer("n_codes", 0, MOST_CODES);
        if (category.column + (n_codes ? 1 : category.width) > n_columns)
            refuse(PyExc_ValueError, "%s: x has %lld columns.", of.full("column").c_str(),
                   (long long)n_columns);
        if (n_codes) {
            category.table = read_trained(of.tuple("table"), {n_codes, category.width});
            check_codes(category.column, n_codes);
        } else
            of.object("table");
        of.end();
        return category;
    }

    // A tuple of width, weight, bias.
    Dense read_layer(Arguments of, int64_t n_in) {
        Dense layer{n_in, of.integer("width", 1, MOST_LENGTH), {}, {}};
        const bool by_input = layers_.empty();
        layer.weight = by_input ? read_trained(of.tuple("weight"), {n_in, layer.width})
                                : read_trained(of.tuple("weight"), {layer.width, n_in});
        layer.bias = read_trained(of.tuple("bias"), {layer.width});
        of.end();
        return layer;
    }

    void read_categories(Arguments of) {
        while (of.left()) {
            const Category category = read_category(of.tuple("category"));
            categories_.push_back(category);
            of_categories += category.width;
            embeds = embeds || category.embeds();
        }
        n_categories = categories_.size();
        categories = categories_.data();
    }

    void read_layers(Arguments of) {
        if (of.left() < 1 || of.left() > MOST_LAYERS)
            refuse(PyExc_ValueError, "layers must be from 1 to %d.", MOST_LAYERS);
        int64_t n_in = n_numbers + n_bins() + of_categories;
        while (of.left()) {
            layers_.push_back(read_layer(of.tuple("layer"), n_in));
            n_in = layers_.back().width;
        }
        n_layers = layers_.size();
        layers = layers_.data();
        if (n_classes() != batches_.answers.n_classes)
            refuse(PyExc_ValueError, "targets must have a column for each of %lld scores.",
                   (long long)n_classes());
    }

   public:
    OwnedPerceptron(Arguments &next, const OwnedBatches &batches)
        : Perceptron{}, batches_(batches), first_bin_(next, "first_bin", {ANY}) {
        n_binned = check_bins(first_bin_);
        first_bin = first_bin_.data();
        n_numbers = next.integer("n_numbers", 0, batches.own_x.length(0) - n_binned);
        read_categories(next.tuple("categories"));
        read_layers(next.tuple("layers"));
        units.function = (Function)next.integer("function", 0, N_FUNCTIONS - 1);
        units.drop(next.number("dropout", 0, BELOW_ONE));
        seed = next.bits("seed");
        adam.beta1 = next.number("beta1", 0, BELOW_ONE);
        adam.beta2 = next.number("beta2", 0, BELOW_ONE);
        adam.epsilon = next.number("epsilon", 0, FLT_MAX);
        adam.decay = next.number("decay", 0, FLT_MAX);
        loss = loss_in_use();
    }

    // Floats that a batch of so many rows needs on its way.
    int64_t room(int64_t n_rows) const {
        int64_t width = 0, weight = 0, kept = 0;
        for (const Dense &layer : layers_) {
            width = std::max(width, padded(layer.width));
            weight = std::max(weight,
                              product(1 + padded(layer.n_in), padded(layer.width)));
            kept += 2 * padded(layer.width);
        }
        const int64_t first = padded(layers[0].width), features = padded(of_categories);
        const int64_t a_row = kept + 2 * n_classes() + 2 * width + n_binned + 2 * features;
        const int64_t once = weight + product(n_bins() + n_binned, 1 + first) + 2 * width +
                             product(1 + first, features) + scratch_floats(n_classes());
        return product(n_rows, a_row) + once + MOST_TAKEN * MOST_LANES;
    }
};

// train(sizes, x, targets, labels, numbers, weight, rates, losses, kind, temperature, alpha, beta,
//       levels, first_step, first_bin, n_numbers, categories, layers, function, dropout, seed, beta1, beta2,
//       epsilon, decay)
// x of shape (n_columns, n_rows): numbers, flags, places, then of categories. Make a step for each
// batch, unless rates are None, and fill losses with what they were before.
PyObject *train(Arguments &next) {
    const OwnedBatches batches(next);
    OwnedPerceptron net(next, batches);
    next.end();
    const Lines scratch(product(net.room(batches.largest), sizeof(float)));
    net.scratch = (float *)scratch.bytes;
    const WithoutGil others;
    train_of_set[set_in_use](net, batches);
    return none();
}
