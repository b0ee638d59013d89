/// TCP on consecutive ports of 127.0.0.1: what the peers of the stream figures share.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

static inline struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/// A listener on a port; its descriptor does not block.
static inline int listen_on(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    if (descriptor < 0) fail("socket");
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = loopback(port);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (listen(descriptor, 16) < 0) fail("listen");
    return descriptor;
}

/// A connection to a port; its descriptor blocks. The same send buffer as Carillon's.
static inline int connect_to(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1, room = 256 << 10;
    if (descriptor < 0) fail("socket");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    struct sockaddr_in address = loopback(port);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    return descriptor;
}

enum { DESCRIPTORS_MAX = 1024 };

static long bytes, objects;
static int depths[DESCRIPTORS_MAX];

/// Counts what came: bytes, and closing braces at depth 0, hence JSON objects; the payloads of the benchmark have no braces
/// inside strings.
static inline void count_objects(int descriptor, const char *start, ssize_t count) {
    int depth = depths[descriptor];
    for (ssize_t index = 0; index < count; index++) {
        if (start[index] == '{') depth++;
        if (start[index] == '}' && --depth == 0) objects++;
    }
    depths[descriptor] = depth;
    bytes += count;
}
