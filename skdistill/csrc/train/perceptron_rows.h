// A multilayer perceptron in training, for one instruction set.

#include "simd/matmul.h"
#include "train/adam_rows.h"
#include "train/bins_rows.h"
#include "train/units_rows.h"

// Room for what is made on the way, handed out from the front.
struct Room {
    float *next;

    float *take(int64_t n) {
        float *from = next;
        next += padded(n);
        return from;
    }
    float *zeros(int64_t n) {
        float *from = take(n);
        for (int64_t i = 0; i < n; i++) from[i] = 0;
        return from;
    }
};

// A weight of width × n_in as n_in × padded(width).
INLINE const float *transposed(const float *weight, int64_t width, int64_t n_in, Room &room) {
    const int64_t step = padded(width);
    float *out = room.zeros(n_in * step);
    for (int64_t o = 0; o < width; o++)
        for (int64_t i = 0; i < n_in; i++) out[i * step + o] = weight[o * n_in + i];
    return out;
}

// A batch on its way through the layers.
struct Pass {
    int64_t n_rows;
    const float *x;
    int64_t x_step;
    float *of_categories;                 // columns of n_rows
    float *activations[MOST_LAYERS + 1];  // of each layer, padded(width) a row
    float *slopes[MOST_LAYERS + 1];
};

INLINE Bins bins_of(const Perceptron &net, const Pass &pass) {
    return {pass.n_rows, net.n_binned, net.first_bin,
            (float *)pass.x + net.n_numbers * pass.x_step, pass.x_step};
}

INLINE void copy(const float *from, int64_t n, float *to) {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
}

INLINE void read_categories(const Perceptron &net, const Pass &pass) {
    float *out = pass.of_categories;
    for (int64_t c = 0; c < net.n_categories; c++) {
        const Category &of = net.categories[c];
        const float *column = pass.x + of.column * pass.x_step;
        for (int64_t i = 0; i < of.width; i++, out += pass.n_rows) {
            if (!of.embeds()) {
                copy(column + i * pass.x_step, pass.n_rows, out);
                continue;
            }
            for (int64_t row = 0; row < pass.n_rows; row++)
                out[row] = of.table.values[(int64_t)column[row] * of.width + i];
        }
    }
}

// What the first layer makes of the features.
INLINE void first_layer(const Perceptron &net, const Pass &pass, float *out, Room room) {
    const Dense &layer = net.layers[0];
    const int64_t width = layer.width, step = padded(width), n = pass.n_rows;
    for (int64_t row = 0; row < n; row++)
        for (int64_t i = 0; i < step; i++)
            out[row * step + i] = i < width ? layer.bias.values[i] : 0;
    const float *of_numbers = layer.weight.values, *of_bins = of_numbers + net.n_numbers * width;
    const float *of_categories = of_bins + net.n_bins() * width;
    multiply({n, net.n_numbers, width, {pass.x, 1, pass.x_step}, of_numbers, width, out, step, out,
              step});
    multiply({n, net.of_categories, width, {pass.of_categories, 1, n}, of_categories, width, out,
              step, out, step});
    float *edges = room.take((net.n_bins() + net.n_binned) * width);
    const BinnedLayer binned{bins_of(net, pass), width, of_bins, edges, out, step};
    sum_columns(binned, 0, net.n_binned);
    add_to_rows(binned, 0, n);
}

// What a later layer makes of the activations before it.
INLINE void dense_layer(const Dense &layer, int64_t n_rows, const float *before, float *out,
                        Room room) {
    const int64_t step = padded(layer.width);
    float *bias = room.zeros(step);
    for (int64_t i = 0; i < layer.width; i++) bias[i] = layer.bias.values[i];
    const float *weight = transposed(layer.weight.values, layer.width, layer.n_in, room);
    multiply({n_rows, layer.n_in, step, {before, padded(layer.n_in), 1}, weight, step, bias,
              0, out, step});
}

// Units are numbered as if rows had no padding.
INLINE void activate(Perceptron &net, const Pass &pass, int64_t l) {
    const int64_t width = net.layers[l].width, step = padded(width);
    Units units = net.units;
    units.n = step;
    units.sow(net.seed++);
    for (int64_t row = 0; row < pass.n_rows; row++) {
        units.x = units.out = pass.activations[l] + row * step;
        units.slope = pass.slopes[l] + row * step;
        units.first = row * width;
        activate_units(units, 0, step);
    }
}

// Fill the activations and slopes of all layers; those of the last are the scores.
INLINE void forward(Perceptron &net, Pass &pass, Room room) {
    read_categories(net, pass);
    for (int64_t l = 0; l < net.n_layers; l++) {
        float *out = pass.activations[l];
        if (l == 0)
            first_layer(net, pass, out, room);
        else
            dense_layer(net.layers[l], pass.n_rows, pass.activations[l - 1], out, room);
        if (l + 1 == net.n_layers) break;
        activate(net, pass, l);
    }
}

INLINE void sum_rows(const float *x, int64_t n_rows, int64_t step, const Trained &bias) {
    for (int64_t i = 0; i < bias.n; i++) bias.gradient[i] = 0;
    for (int64_t row = 0; row < n_rows; row++)
        for (int64_t i = 0; i < bias.n; i++) bias.gradient[i] += x[row * step + i];
}

// Given the gradients of the categories' features, a row after another.
INLINE void embedding_gradients(const Perceptron &net, const Pass &pass, const float *of_features,
                                int64_t step) {
    for (int64_t c = 0; c < net.n_categories; c++) {
        const Category &of = net.categories[c];
        const float *codes = pass.x + of.column * pass.x_step;
        for (int64_t i = 0; i < of.table.n; i++) of.table.gradient[i] = 0;
        for (int64_t row = 0; of.embeds() && row < pass.n_rows; row++)
            for (int64_t i = 0; i < of.width; i++)
                of.table.gradient[(int64_t)codes[row] * of.width + i] += of_features[row * step + i];
        of_features += of.width;
    }
}

// Gradients of the first layer and the embeddings, given that of what the layer makes.
INLINE void first_gradients(const Perceptron &net, const Pass &pass, const float *of_out,
                            int64_t step, Room room) {
    const Trained &weight = net.layers[0].weight;
    const int64_t n = pass.n_rows, width = net.layers[0].width;
    const float *none = room.zeros(width);
    float *of_bins = weight.gradient + net.n_numbers * width;
    const int64_t first_of_categories = (net.n_numbers + net.n_bins()) * width;
    multiply({net.n_numbers, n, width, {pass.x, pass.x_step, 1}, of_out, step, none, 0,
              weight.gradient, width});
    multiply({net.of_categories, n, width, {pass.of_categories, n, 1}, of_out, step, none, 0,
              weight.gradient + first_of_categories, width});
    int32_t *sorted = (int32_t *)room.take(n * net.n_binned);
    int32_t *start = (int32_t *)room.take(net.n_bins() + net.n_binned);
    fill_gradients({bins_of(net, pass), width, of_bins, sorted, start, of_out, step}, 0,
                   net.n_binned);
    if (!net.embeds) return;
    const int64_t features_step = padded(net.of_categories);
    float *of_features = room.take(n * features_step);
    const float *back =
        transposed(weight.values + first_of_categories, net.of_categories, width, room);
    const float *nothing = room.zeros(features_step);
    multiply({n, width, features_step, {of_out, step, 1}, back, features_step, nothing, 0,
              of_features, features_step});
    embedding_gradients(net, pass, of_features, features_step);
}

INLINE int64_t widest(const Perceptron &net) {
    int64_t width = 0;
    for (int64_t l = 0; l < net.n_layers; l++)
        width = net.layers[l].width > width ? net.layers[l].width : width;
    return padded(width);
}

// Fill all gradients, given those of the scores.
INLINE void backward(const Perceptron &net, const Pass &pass, const float *of_out, Room room) {
    const int64_t n = pass.n_rows;
    float *buffers[] = {room.take(n * widest(net)), room.take(n * widest(net))};
    const float *none = room.zeros(widest(net));
    int64_t step = net.n_classes();
    for (int64_t l = net.n_layers - 1; l > 0; l--) {
        const Dense &layer = net.layers[l];
        const int64_t n_in = layer.n_in, step_before = padded(n_in);
        const float *before = pass.activations[l - 1], *slopes = pass.slopes[l - 1];
        sum_rows(of_out, n, step, layer.bias);
        multiply({layer.width, n, n_in, {of_out, 1, step}, before, step_before, none, 0,
                  layer.weight.gradient, n_in});
        float *of_before = buffers[l % 2];
        multiply({n, layer.width, n_in, {of_out, step, 1}, layer.weight.values, n_in, none, 0,
                  of_before, step_before});
        for (int64_t row = 0; row < n; row++)
            for (int64_t i = 0; i < n_in; i++)
                of_before[row * step_before + i] *= slopes[row * step_before + i];
        of_out = of_before;
        step = step_before;
    }
    sum_rows(of_out, n, step, net.layers[0].bias);
    first_gradients(net, pass, of_out, step, room);
}

INLINE void advance_all(const Perceptron &net, const Step &step) {
    for (int64_t c = 0; c < net.n_categories; c++)
        advance(net.categories[c].table, net.adam, step);
    for (int64_t l = 0; l < net.n_layers; l++) {
        advance(net.layers[l].weight, net.adam, step);
        advance(net.layers[l].bias, net.adam, step);
    }
}

// Fill the gradient of a batch's scores; return the mean of the losses.
INLINE float loss_of(const Perceptron &net, Batch batch, const float *scores, float *gradient,
                     Room room) {
    const int64_t n_classes = net.n_classes(), step = padded(n_classes);
    float *logits = room.take(batch.n_rows * n_classes);
    for (int64_t row = 0; row < batch.n_rows; row++)
        for (int64_t k = 0; k < n_classes; k++)
            logits[row * n_classes + k] = scores[row * step + k];
    batch.logits = logits;
    batch.gradient = gradient;
    batch.scale = 1.f / (float)batch.n_rows;
    float *scratch = room.take(scratch_floats(n_classes));
    return (float)(net.loss(batch, 0, batch.n_rows, scratch) * batch.scale);
}

INLINE Pass pass_of(const Perceptron &net, int64_t n_rows, Room &room) {
    Pass pass;
    pass.n_rows = n_rows;
    pass.of_categories = room.take(n_rows * net.of_categories);
    for (int64_t l = 0; l < net.n_layers; l++) {
        pass.activations[l] = room.take(n_rows * padded(net.layers[l].width));
        pass.slopes[l] = room.take(n_rows * padded(net.layers[l].width));
    }
    return pass;
}

// The loss of each batch, and with rates a step.
void train(Perceptron net, Batches batches) {
    int64_t first = 0;
    for (int64_t b = 0; b < batches.n_batches; b++) {
        const int64_t n = batches.sizes[b];
        Room room{net.scratch};
        Pass pass = pass_of(net, n, room);
        pass.x = batches.x + first;
        pass.x_step = batches.x_step;
        forward(net, pass, room);
        Batch batch = batches.answers;
        batch.n_rows = n;
        batch.targets += first * net.n_classes();
        if (batch.labels) batch.labels += first;
        if (batch.numbers) batch.numbers += first * net.n_classes();
        batch.weight += first;
        float *of_scores = room.take(n * net.n_classes());
        first += n;
        batches.losses[b] = loss_of(net, batch, pass.activations[net.n_layers - 1], of_scores, room);
        if (!batches.rates) continue;
        backward(net, pass, of_scores, room);
        advance_all(net, step_of(net.adam, batches.rates[b], batches.first_step + b + 1));
    }
}
