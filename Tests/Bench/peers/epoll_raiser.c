/// The least that answers a raise: an epoll program that reads the same HTTP request, sends the same datagram
/// and writes the same number of bytes back. The yardstick of latency.
/// epoll_raiser REPLY_FILE PAYLOAD_FILE RECEIVER_PORT     prints the port it listens on
#include <netinet/tcp.h>

#include "receivers.h"

enum { ROOM = 65536, DESCRIPTORS_MAX = 1024 };

struct connection {
    size_t count;
    char room[ROOM];
};

static struct connection *connections[DESCRIPTORS_MAX];
static struct bytes reply, payload;
static struct sockaddr_in receiver;
static int datagrams;

/// The length of the first whole request in `text`, or 0.
static size_t request_length(const char *text, size_t count) {
    const char *end = memmem(text, count, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t length = (size_t)(end - text) + 4;
    const char *field = memmem(text, length, "Content-Length: ", 16);
    if (field) length += (size_t)atol(field + 16);
    return length <= count ? length : 0;
}

static void serve(int descriptor) {
    struct connection *connection = connections[descriptor];
    ssize_t count =
        recv(descriptor, connection->room + connection->count, ROOM - connection->count, 0);
    if (count <= 0) {
        close(descriptor);
        free(connection);
        connections[descriptor] = NULL;
        return;
    }
    connection->count += (size_t)count;
    size_t length;
    while ((length = request_length(connection->room, connection->count)) > 0) {
        if (sendto(datagrams, payload.start, payload.count, MSG_DONTWAIT,
                   (struct sockaddr *)&receiver, sizeof receiver) < 0)
            fail("sendto");
        if (send(descriptor, reply.start, reply.count, MSG_NOSIGNAL) != (ssize_t)reply.count)
            fail("send");
        connection->count -= length;
        memmove(connection->room, connection->room + length, connection->count);
    }
}

static void welcome(int poller, int listener) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (descriptor < 0 || descriptor >= DESCRIPTORS_MAX) fail("accept4");
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections[descriptor] = calloc(1, sizeof(struct connection));
    if (!connections[descriptor]) fail("calloc");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    reply = read_file(argv[1]);
    payload = read_file(argv[2]);
    receiver = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_port = htons((uint16_t)atoi(argv[3])),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int listener = socket(AF_INET, SOCK_STREAM, 0), poller = epoll_create1(0);
    if (datagrams < 0 || listener < 0 || poller < 0) fail("socket");
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 128) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        fail("listen");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) < 0) fail("epoll_ctl");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, -1);
        for (int index = 0; index < count; index++) {
            if (events[index].data.fd == listener)
                welcome(poller, listener);
            else
                serve(events[index].data.fd);
        }
    }
}
