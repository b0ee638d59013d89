/// What the programs of the benchmark share: clocks, samples with percentiles, errors, a buffer from a file.
#pragma once
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

/// CPU time of the whole process, user and system.
static inline int64_t cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

/// The bytes of a file; for requests, replies and payloads that the driver has written down.
struct bytes {
    char *start;
    size_t count;
};

static inline struct bytes read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    struct bytes bytes = {malloc(1 << 20), 0};
    if (!bytes.start) fail("malloc");
    bytes.count = fread(bytes.start, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/// Durations in nanoseconds, the first SAMPLES_MAX of them.
#define SAMPLES_MAX (1 << 21)
struct samples {
    uint32_t *values;
    size_t count;
};

static inline void add_sample(struct samples *samples, int64_t ns) {
    if (!samples->values) samples->values = malloc(SAMPLES_MAX * sizeof(uint32_t));
    if (!samples->values) fail("malloc");
    if (samples->count == SAMPLES_MAX) return;
    samples->values[samples->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static int compare_samples(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/// Prints `"name": {"p50": …, "p99": …, "max": …}` in microseconds.
static inline void print_samples(const char *name, struct samples *samples) {
    size_t count = samples->count;
    if (count == 0) {
        printf("\"%s\": null", name);
        return;
    }
    qsort(samples->values, count, sizeof(uint32_t), compare_samples);
    printf("\"%s\": {\"count\": %zu, \"p50\": %.2f, \"p99\": %.2f, \"max\": %.2f}", name, count,
           samples->values[count / 2] / 1e3, samples->values[count * 99 / 100] / 1e3,
           samples->values[count - 1] / 1e3);
}
