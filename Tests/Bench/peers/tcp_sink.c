/// Takes all that comes on connections to consecutive ports until its standard input ends and every connection with
/// it; then prints how many bytes and closing braces at depth 0, hence JSON objects, there were.
/// tcp_sink FIRST_PORT PORTS
#include <sys/epoll.h>

#include "tcp_receivers.h"

#define LISTENER_MARK (1ull << 32)
#define INPUT_MARK (1ull << 33)
static void watch(int poller, int descriptor, uint64_t mark) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = mark | (uint32_t)descriptor};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int first_port = atoi(argv[1]), ports = atoi(argv[2]), open = 0, ending = 0;
    int poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    for (int index = 0; index < ports; index++)
        watch(poller, listen_on(first_port + index), LISTENER_MARK);
    watch(poller, 0, INPUT_MARK);
    puts("ready");
    fflush(stdout);
    static char room[1 << 20];
    while (!ending || open > 0) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, -1);
        for (int index = 0; index < count; index++) {
            int descriptor = (int)(uint32_t)events[index].data.u64;
            if (events[index].data.u64 & INPUT_MARK) {
                epoll_ctl(poller, EPOLL_CTL_DEL, 0, NULL);
                ending = 1;
            } else if (events[index].data.u64 & LISTENER_MARK) {
                int connection = accept(descriptor, NULL, NULL);
                if (connection < 0 || connection >= DESCRIPTORS_MAX) continue;
                depths[connection] = 0;
                watch(poller, connection, 0);
                open++;
            } else {
                ssize_t taken = recv(descriptor, room, sizeof room, 0);
                if (taken > 0) {
                    count_objects(descriptor, room, taken);
                } else {
                    close(descriptor);
                    open--;
                }
            }
        }
    }
    printf("{\"bytes\": %ld, \"objects\": %ld}\n", bytes, objects);
}
