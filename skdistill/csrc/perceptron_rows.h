// A multilayer perceptron in training, for one instruction set.

#include "bins_rows.h"
#include "units_rows.h"

constexpr int TILE = 6;                 // rows that share what is loaded of b
constexpr int WIDE = LANES > 8 ? 4 : 2; // vectors of columns that they share
constexpr int64_t DEEP = 128;           // inner values at once: what is loaded of b stays near

struct Matrix {
    const float *values;
    int64_t row_step, column_step;
};

// out = start + a · b, with b and out stored row by row.
struct Product {
    int64_t n_rows, n_inner, width;
    Matrix a;
    const float *b;
    int64_t b_step;
    const float *start;
    int64_t start_step;
    float *out;
    int64_t out_step;
};

template <int ROWS, int VECTORS>
INLINE void tile(const Product &p, int64_t row, int64_t column) {
    const float *a = p.a.values + row * p.a.row_step, *b = p.b + column;
    V sums[ROWS][VECTORS];
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++)
            sums[r][v] = load(p.start + (row + r) * p.start_step + column + v * LANES);
    for (int64_t k = 0; k < p.n_inner; k++) {
        V w[VECTORS];
        for (int v = 0; v < VECTORS; v++) w[v] = load(b + k * p.b_step + v * LANES);
        for (int r = 0; r < ROWS; r++) {
            const float x = a[r * p.a.row_step + k * p.a.column_step];
            for (int v = 0; v < VECTORS; v++) sums[r][v] += x * w[v];
        }
    }
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++)
            store(p.out + (row + r) * p.out_step + column + v * LANES, sums[r][v]);
}

template <int VECTORS>
INLINE int64_t panels(const Product &p, int64_t column) {
    for (; column + VECTORS * LANES <= p.width; column += VECTORS * LANES) {
        int64_t row = 0;
        for (; row + TILE <= p.n_rows; row += TILE) tile<TILE, VECTORS>(p, row, column);
        for (; row < p.n_rows; row++) tile<1, VECTORS>(p, row, column);
    }
    return column;
}

INLINE void columns_alone(const Product &p, int64_t first) {
    for (int64_t row = 0; row < p.n_rows; row++)
        for (int64_t column = first; column < p.width; column++) {
            float sum = p.start[row * p.start_step + column];
            for (int64_t k = 0; k < p.n_inner; k++)
                sum += p.a.values[row * p.a.row_step + k * p.a.column_step] *
                       p.b[k * p.b_step + column];
            p.out[row * p.out_step + column] = sum;
        }
}

void multiply(Product p) {
    const int64_t n_inner = p.n_inner;
    for (int64_t done = 0; done == 0 || done < n_inner; done += DEEP) {
        p.n_inner = n_inner - done < DEEP ? n_inner - done : DEEP;
        int64_t column = panels<WIDE>(p, 0);
        if (WIDE > 2) column = panels<2>(p, column);
        column = panels<1>(p, column);
        columns_alone(p, column);
        p.a.values += DEEP * p.a.column_step;
        p.b += DEEP * p.b_step;
        p.start = p.out;
        p.start_step = p.out_step;
    }
}

// Room for what is made on the way, handed out from the front.
struct Room {
    float *next;

    float *take(int64_t n) {
        float *from = next;
        next += whole_lines(n);
        return from;
    }
    float *zeros(int64_t n) {
        float *from = take(n);
        for (int64_t i = 0; i < n; i++) from[i] = 0;
        return from;
    }
};

// A weight of width × n_in as n_in × whole_lines(width).
INLINE const float *transposed(const float *weight, int64_t width, int64_t n_in, Room &room) {
    const int64_t step = whole_lines(width);
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
    float *activations[MOST_LAYERS + 1];  // of each layer, whole_lines(width) a row
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
    const int64_t width = layer.width, step = whole_lines(width), n = pass.n_rows;
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
    const int64_t step = whole_lines(layer.width);
    float *bias = room.zeros(step);
    for (int64_t i = 0; i < layer.width; i++) bias[i] = layer.bias.values[i];
    const float *weight = transposed(layer.weight.values, layer.width, layer.n_in, room);
    multiply({n_rows, layer.n_in, step, {before, whole_lines(layer.n_in), 1}, weight, step, bias,
              0, out, step});
}

// Units are numbered as if rows had no padding.
INLINE void activate(Perceptron &net, const Pass &pass, int64_t l) {
    const int64_t width = net.layers[l].width, step = whole_lines(width);
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
    const int64_t features_step = whole_lines(net.of_categories);
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
    return whole_lines(width);
}

// Fill all gradients, given those of the scores.
INLINE void backward(const Perceptron &net, const Pass &pass, const float *of_out, Room room) {
    const int64_t n = pass.n_rows;
    float *buffers[] = {room.take(n * widest(net)), room.take(n * widest(net))};
    const float *none = room.zeros(widest(net));
    int64_t step = net.n_classes();
    for (int64_t l = net.n_layers - 1; l > 0; l--) {
        const Dense &layer = net.layers[l];
        const int64_t n_in = layer.n_in, step_before = whole_lines(n_in);
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

INLINE V square_root(V x) {
    for (int lane = 0; lane < LANES; lane++) x[lane] = __builtin_sqrtf(x[lane]);
    return x;
}

// A step of AdamW, as torch.optim.AdamW makes it.
struct Step {
    float size, kept, inverse_root;  // inverse root of the second moment's correction
};

INLINE Step step_of(const Adam &adam, double rate, int64_t n_steps) {
    const double first = 1 - __builtin_pow(adam.beta1, (double)n_steps);
    const double second = 1 - __builtin_pow(adam.beta2, (double)n_steps);
    return {(float)(rate / first), (float)(1 - rate * adam.decay),
            (float)(1 / __builtin_sqrt(second))};
}

INLINE void advance(const Trained &of, const Adam &adam, const Step &step) {
    const float beta2 = (float)adam.beta2, new1 = (float)(1 - adam.beta1);
    const float new2 = (float)(1 - adam.beta2), epsilon = (float)adam.epsilon;
    int64_t i = 0;
    for (; i + LANES <= of.n; i += LANES) {
        const V g = load(of.gradient + i), m = load(of.mean + i), mean = m + new1 * (g - m);
        const V square = beta2 * load(of.square + i) + new2 * g * g;
        store(of.mean + i, mean);
        store(of.square + i, square);
        const V change = mean / (square_root(square) * step.inverse_root + epsilon);
        store(of.values + i, step.kept * load(of.values + i) - step.size * change);
    }
    for (; i < of.n; i++) {
        const float g = of.gradient[i];
        of.mean[i] += new1 * (g - of.mean[i]);
        of.square[i] = beta2 * of.square[i] + new2 * g * g;
        const float root = __builtin_sqrtf(of.square[i]) * step.inverse_root + epsilon;
        of.values[i] = step.kept * of.values[i] - step.size * of.mean[i] / root;
    }
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
    const int64_t n_classes = net.n_classes(), step = whole_lines(n_classes);
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
        pass.activations[l] = room.take(n_rows * whole_lines(net.layers[l].width));
        pass.slopes[l] = room.take(n_rows * whole_lines(net.layers[l].width));
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
        batch.labels += first;
        batch.weight += first;
        float *of_scores = room.take(n * net.n_classes());
        first += n;
        batches.losses[b] = loss_of(net, batch, pass.activations[net.n_layers - 1], of_scores, room);
        if (!batches.rates) continue;
        backward(net, pass, of_scores, room);
        advance_all(net, step_of(net.adam, batches.rates[b], batches.first_step + b + 1));
    }
}
