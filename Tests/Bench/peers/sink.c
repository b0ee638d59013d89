/// Counts the datagrams that arrive at consecutive ports until its standard input ends; then prints how
/// many there were.
/// sink FIRST_PORT PORTS
#include "receivers.h"

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    open_receivers(poller, atoi(argv[1]), atoi(argv[2]));
    struct epoll_event input = {.events = EPOLLIN, .data.u64 = 0};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, 0, &input) < 0) fail("epoll_ctl");
    puts("ready");
    fflush(stdout);
    long received = 0;
    for (int ending = 0;;) {
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, ending ? 100 : -1);
        if (ending && count == 0) break;
        for (int index = 0; index < count; index++) {
            if (events[index].data.u64 & RECEIVER_MARK) {
                received += drain_receiver((int)(uint32_t)events[index].data.u64);
            } else {
                // The sender has finished: take what is still in the buffers.
                epoll_ctl(poller, EPOLL_CTL_DEL, 0, NULL);
                ending = 1;
            }
        }
    }
    printf("{\"received\": %ld}\n", received);
}
