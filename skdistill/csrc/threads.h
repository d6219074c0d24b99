// Work in parts of fixed size, on threads where there are some.
#pragma once

#include <atomic>
#include <cstdint>

constexpr int64_t MOST_THREADS = 1 << 12;

// OpenMP's: call work(job) on so many threads at once.
typedef void Parallel(void (*work)(void *), void *job, unsigned threads, unsigned flags);

// That of torch's OpenMP runtime. Null, so that the calling thread works alone: this process has
// loaded no torch so far, or one without such a runtime; or it was forked, and its parent has kept
// the threads.
Parallel *parallel_in_use();

// How many threads shall work on so many values; below `worth` one is as fast.
constexpr int64_t threads_for(int64_t n_values, int64_t worth, int64_t threads) {
    return n_values < worth ? 1 : threads;
}

// Call work(first, last, worker) for items first to last - 1 of each part; `size` is that of all
// parts but the last. Whoever works has a number below `threads` of its own. Nothing may be thrown.
template <typename Work>
void run_parts(int64_t n, int64_t size, int64_t threads, const Work &work) {
    std::atomic<int64_t> next{0}, n_workers{0};
    auto take = [&] {
        const int64_t worker = n_workers++;
        for (int64_t first; (first = next.fetch_add(size)) < n;)
            work(first, first + size < n ? first + size : n, worker);
    };
    Parallel *parallel = threads > 1 ? parallel_in_use() : nullptr;
    if (parallel)
        parallel([](void *data) { (*static_cast<decltype(take) *>(data))(); }, &take,
                 (unsigned)threads, 0);
    else
        take();
}
