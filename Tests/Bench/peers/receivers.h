/// UDP receivers on consecutive ports of 127.0.0.1, drained by one epoll set: the subscribers of the
/// benchmark.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { BATCH = 64, DATAGRAM_MAX = 2048 };

/// Marks an epoll event as one of a receiver, whose descriptor is in the low half.
#define RECEIVER_MARK (1ull << 32)

/// Opens `count` receivers from `first_port` on and adds them to `poller`.
static inline void open_receivers(int poller, int first_port, int count) {
    for (int index = 0; index < count; index++) {
        int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (descriptor < 0) fail("socket");
        // Room for what arrives while this process is descheduled; forcing it needs CAP_NET_ADMIN.
        int room = count <= 100 ? 16 << 20 : 1 << 20;
        if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)(first_port + index)),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
        struct epoll_event event = {.events = EPOLLIN,
                                    .data.u64 = RECEIVER_MARK | (uint32_t)descriptor};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
    }
}

/// Takes what waits at one receiver; returns how many datagrams.
static inline int drain_receiver(int descriptor) {
    static char room[BATCH][DATAGRAM_MAX];
    static struct iovec parts[BATCH];
    static struct mmsghdr messages[BATCH];
    if (!parts[0].iov_base) {
        for (int index = 0; index < BATCH; index++) {
            parts[index] = (struct iovec){room[index], DATAGRAM_MAX};
            messages[index].msg_hdr.msg_iov = &parts[index];
            messages[index].msg_hdr.msg_iovlen = 1;
        }
    }
    int count = recvmmsg(descriptor, messages, BATCH, 0, NULL);
    return count < 0 ? 0 : count;
}
