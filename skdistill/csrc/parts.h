// Work that is shared among torch's threads in parts of fixed size.
#pragma once

#include <atomic>

#include "kernels.h"

constexpr int64_t VALUES_FOR_THREADS = 1 << 18;  // below, one thread is as fast

// Items 0 to n - 1 in parts of fixed size.
template <typename Task>
struct Parts {
    void (*work)(const Task &, int64_t first, int64_t last);
    const Task &task;
    int64_t n, size;
    std::atomic<int64_t> next{0};

    void take() {
        for (int64_t first; (first = next.fetch_add(size)) < n;)
            work(task, first, first + size < n ? first + size : n);
    }
};

template <typename Task>
void run(void (*work)(const Task &, int64_t, int64_t), const Task &task, int64_t n, int64_t size,
         unsigned threads) {
    if (!parallel || threads < 2) {
        work(task, 0, n);
        return;
    }
    Parts<Task> parts{work, task, n, size};
    parallel([](void *data) { static_cast<Parts<Task> *>(data)->take(); }, &parts, threads, 0);
}

// How many threads shall work on so many values.
inline unsigned threads_for(int64_t n_values, int64_t threads) {
    return n_values >= VALUES_FOR_THREADS ? (unsigned)threads : 1;
}
