"""C functions that exported students call.

In C text `@` stands for the student's name: `@clip` becomes `wine_clip`, and before a capital the
name is a macro's, `@N_CLASSES` becomes `WINE_N_CLASSES`. The only function of the C library's
mathematics is expf, beside it exp for numbers that are exponentials, and log1p for quantiles.
"""

import re

from skdistill.export._c_outputs import HELPERS as OF_OUTPUTS

HELPERS = {
    "clip": """\
static inline float @clip(float v, float low, float high)
{
    return v > low ? (v < high ? v : high) : low;
}
""",
    "inverse_root": """\
static inline float @inverse_root(float v) /* 1 / sqrt(v), v >= 1 */
{
    float scale = 1.0f, y;
    while (v > 4.0f) {
        v *= 0.25f;
        scale *= 0.5f;
    }
    y = 1.0664f - 0.15234f * v; /* within 9 %; each Newton step squares the error */
    for (int step = 0; step < 3; ++step)
        y *= 1.5f - 0.5f * v * y * y;
    return y * scale;
}
""",
    "log": """\
static inline float @log(float v) /* v >= 1 */
{
    float whole = 0.0f, t, s;
    while (v > 1.41421356f) {
        v *= 0.5f;
        whole += 0.69314718f;
    }
    t = (v - 1.0f) / (v + 1.0f); /* log(v) = 2 (t + t^3 / 3 + t^5 / 5 + ...) */
    s = t * t;
    return whole + 2.0f * t * (1.0f + s * (1.0f / 3 + s * (0.2f + s * (1.0f / 7 + s / 9))));
}
""",
    "wave": """\
static inline float @wave(float cycles) /* cos(2 pi cycles) */
{
    float t, s, sum;
    if (!(cycles > -8388608.0f && cycles < 8388608.0f))
        return 1.0f; /* floats this large are whole numbers */
    t = cycles - (float)(int)(cycles < 0.0f ? cycles - 0.5f : cycles + 0.5f);
    t = 6.28318531f * (0.25f - (t < 0.0f ? -t : t)); /* cos(2 pi t) = sin(2 pi (1/4 - |t|)) */
    s = t * t; /* sin(t) = t (1 - t^2 / 6 (1 - t^2 / 20 (1 - ...))) */
    sum = 1.0f - s * (1.0f / 42) * (1.0f - s * (1.0f / 72) * (1.0f - s * (1.0f / 110)));
    return t * (1.0f - s * (1.0f / 6) * (1.0f - s * (1.0f / 20) * sum));
}
""",
    "read": """\
static inline void @read(const float *x, float *y, int n) /* sums of what it leaves are finite */
{
    for (int i = 0; i < n; ++i)
        y[i] = x[i] != x[i] ? 0.0f : @clip(x[i], -1e30f, 1e30f);
}
""",
    "known": """\
static inline float @known(float v, float center)
{
    return v != v ? center : @clip(v, -FLT_MAX, FLT_MAX);
}
""",
    "numbers": """\
static inline void @numbers(const float *x, const int *columns, const float *center,
                            const float *inverse_scale, float *y, int n, float bound, float bend)
{
    for (int i = 0; i < n; ++i) {
        const float v = @clip(@known(x[columns[i]], center[i]) - center[i], -FLT_MAX, FLT_MAX);
        const float z = @clip(v * inverse_scale[i], -bound, bound);
        y[i] = z * @inverse_root(1.0f + (z / bend) * (z / bend));
    }
}
""",
    "missing": """\
static inline void @missing(const float *x, const int *columns, float *y, int n)
{
    for (int i = 0; i < n; ++i)
        y[i] = x[columns[i]] != x[columns[i]] ? 1.0f : 0.0f;
}
""",
    "bins": """\
static inline void @bins(const float *x, const int *columns, const float *center,
                         const int *numbers, const float *low, const float *inverse_width,
                         float *y, int n)
{
    for (int i = 0; i < n; ++i) {
        const float v = @known(x[columns[numbers[i]]], center[numbers[i]]);
        y[i] = @clip((v - low[i]) * inverse_width[i], 0.0f, 1.0f);
    }
}
""",
    "categories": """\
static inline void @categories(const float *x, const int *columns, const int *n_rows,
                               const int *widths, const float *tables, float *y, int n)
{
    for (int i = 0; i < n; ++i) {
        const float code = x[columns[i]];
        const int other = n_rows[i] - 1;
        const int known = code >= 0.0f && code < (float)other;
        const int row = code != code ? other - 1 : known ? (int)code : other;
        for (int k = 0; k < widths[i]; ++k)
            *y++ = tables[row * widths[i] + k];
        tables += n_rows[i] * widths[i];
    }
}
""",
    "periodic": """\
static inline void @periodic(float *x, const float *frequency, const float *phase,
                             int n_features, int n_numbers, int n_waves)
{
    float *y = x + n_features;
    for (int i = 0; i < n_numbers; ++i)
        for (int k = 0; k < n_waves; ++k)
            *y++ = @wave(x[i] * *frequency++ + *phase++);
}
""",
    "linear": """\
static inline void @linear(const float *x, const float *weight, const float *bias, float *y,
                           int n_inputs, int n_outputs)
{
    for (int k = 0; k < n_outputs; ++k)
        y[k] = bias[k];
    for (int i = 0; i < n_inputs; ++i, weight += n_outputs)
        if (x[i] != 0.0f)
            for (int k = 0; k < n_outputs; ++k)
                y[k] += x[i] * weight[k];
}
""",
    "linear_int8": """\
static inline void @linear_int8(const float *x, const int8_t *weight, const float *scale,
                                const float *bias, float *y, int n_inputs, int n_outputs)
{
    for (int k = 0; k < n_outputs; ++k)
        y[k] = 0.0f;
    for (int i = 0; i < n_inputs; ++i, weight += n_outputs)
        if (x[i] != 0.0f)
            for (int k = 0; k < n_outputs; ++k)
                y[k] += x[i] * (float)weight[k];
    for (int k = 0; k < n_outputs; ++k)
        y[k] = y[k] * scale[k] + bias[k];
}
""",
    "scale": """\
static inline void @scale(const float *x, const float *scale, const float *shift, float *y, int n)
{
    for (int i = 0; i < n; ++i)
        y[i] = x[i] * scale[i] + shift[i];
}
""",
    "relu": """\
static inline void @relu(float *x, int n)
{
    for (int i = 0; i < n; ++i)
        x[i] = x[i] > 0.0f ? x[i] : 0.0f;
}
""",
    "silu": """\
static inline void @silu(float *x, int n)
{
    for (int i = 0; i < n; ++i)
        x[i] /= 1.0f + expf(-x[i]);
}
""",
    "tanh": """\
static inline void @tanh(float *x, int n)
{
    for (int i = 0; i < n; ++i)
        x[i] = 1.0f - 2.0f / (1.0f + expf(2.0f * x[i]));
}
""",
    "highest": """\
static inline float @highest(const float *x, int n)
{
    float top = x[0];
    for (int k = 1; k < n; ++k)
        top = x[k] > top ? x[k] : top;
    return top;
}
""",
    **OF_OUTPUTS,
    "add_member": """\
static inline void @add_member(const float *x, float *high, float *sum, int n, int is_first)
{
    const float top = @highest(x, n);
    float total = 0.0f;
    for (int k = 0; k < n; ++k)
        total += expf(x[k] - top);
    total = @log(total);
    for (int k = 0; k < n; ++k) { /* so far sum * exp(high) is the sum of probabilities */
        const float p = (x[k] - top) - total;
        if (is_first) {
            high[k] = p;
            sum[k] = 1.0f;
        } else if (p > high[k]) {
            sum[k] = sum[k] * expf(high[k] - p) + 1.0f;
            high[k] = p;
        } else {
            sum[k] += expf(p - high[k]);
        }
    }
}
""",
    "join_members": """\
static inline void @join_members(const float *high, const float *sum, float *y, int n,
                                 int n_members)
{
    for (int k = 0; k < n; ++k)
        y[k] = high[k] + @log(sum[k]) - @log((float)n_members);
}
""",
    "add_scores": """\
static inline void @add_scores(const float *x, float *sum, int n, int is_first)
{
    for (int k = 0; k < n; ++k)
        sum[k] = is_first ? x[k] : sum[k] + x[k];
}
""",
    "average": """\
static inline void @average(const float *sum, float *y, int n, int n_members)
{
    for (int k = 0; k < n; ++k)
        y[k] = sum[k] / (float)n_members;
}
""",
    "spelled": """\
static inline size_t @spelled(const char *text) /* length without .0, or without midnight */
{
    const size_t n = strlen(text), first = text[0] == '-';
    size_t end = n;
    if (n > 15 && text[4] == '-' && text[7] == '-' && (text[10] == ' ' || text[10] == 'T') &&
        strncmp(text + 11, "00:00:00.000000000", n - 11) == 0 && (n == 16 || n == 19 || n > 20))
        return 10;
    while (end > first && text[end - 1] == '0')
        --end;
    if (end == n || end < first + 2 || text[--end] != '.')
        return n;
    for (size_t i = first; i < end; ++i)
        if (text[i] < '0' || text[i] > '9' || (i == first && text[i] == '0' && end > i + 1))
            return n;
    return end;
}
""",
    "hash": """\
static inline uint32_t @hash(const char *text, size_t n) /* MurmurHash3_x86_32 */
{
    uint32_t h = 0;
    for (size_t i = 0; i < n; i += 4) {
        uint32_t k = 0;
        for (size_t j = 0; j < 4 && i + j < n; ++j)
            k |= (uint32_t)(unsigned char)text[i + j] << 8 * j;
        k *= 0xcc9e2d51u;
        h ^= (k << 15 | k >> 17) * 0x1b873593u;
        if (i + 4 <= n)
            h = (h << 13 | h >> 19) * 5 + 0xe6546b64u;
    }
    h ^= (uint32_t)n;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}
""",
    "find": """\
static inline float @find(const char *level, const char *const *levels, int n, int n_buckets)
{
    const size_t length = level ? @spelled(level) : 0;
    if (!level)
        return (float)(n + n_buckets);
    for (int k = 0; k < n; ++k)
        if (@spelled(levels[k]) == length && memcmp(level, levels[k], length) == 0)
            return (float)k;
    if (n_buckets)
        return (float)(n + (int)(@hash(level, length) % (uint32_t)n_buckets));
    return (float)(n + 1);
}
""",
}


def helpers_of(code):
    """Return the helpers that `code` calls, and those that they call, callees first."""
    called: set[str] = set()
    waiting = [code]
    while waiting:
        found = set(re.findall(r"@(\w+)\(", waiting.pop())) & set(HELPERS) - called
        called |= found
        waiting += [HELPERS[name] for name in found]
    return [text for name, text in HELPERS.items() if name in called]
