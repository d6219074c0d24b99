// Which threads there are: found out at the call, so it does not depend on who imported what.

#include "threads.h"

#include <dlfcn.h>
#include <unistd.h>

static const pid_t started_in = getpid();

static Parallel *find_parallel() {
    void *torch = dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD);  // with what it depends on
    return torch ? (Parallel *)dlsym(torch, "GOMP_parallel") : nullptr;
}

Parallel *parallel_in_use() {
    static std::atomic<Parallel *> found{nullptr};
    if (getpid() != started_in) return nullptr;
    Parallel *parallel = found;
    if (!parallel) found = parallel = find_parallel();
    return parallel;
}
