/// Clients of an answer without an end: each sends one request to the same server and reads what comes. Ends when so
/// many JSON objects have come in all, or when nothing came for five seconds, and prints how many there were.
/// stream_readers PORT REQUEST_FILE READERS OBJECTS
#include <sys/epoll.h>

#include "tcp_receivers.h"

enum { SILENCE_MS = 5000 };

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    int port = atoi(argv[1]), readers = atoi(argv[3]);
    struct bytes request = read_file(argv[2]);
    long expected = atol(argv[4]);
    int poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    static char room[1 << 20];
    for (int index = 0; index < readers; index++) {
        int descriptor = connect_to(port);
        if (descriptor >= DESCRIPTORS_MAX) return 2;
        if (send(descriptor, request.start, request.count, 0) < 0) fail("send");
        // The head of the answer: from then on nothing is missed.
        if (recv(descriptor, room, sizeof room, 0) <= 0) fail("recv");
        struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
    }
    puts("ready");
    fflush(stdout);
    while (objects < expected) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, SILENCE_MS);
        if (count == 0) break;
        for (int index = 0; index < count; index++) {
            int descriptor = events[index].data.fd;
            ssize_t taken = recv(descriptor, room, sizeof room, 0);
            if (taken > 0) {
                count_objects(descriptor, room, taken);
            } else {
                close(descriptor);
            }
        }
    }
    printf("{\"bytes\": %ld, \"objects\": %ld}\n", bytes, objects);
}
