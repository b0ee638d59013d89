/// A bare loop that writes notifications to connections in turn, so many of them with each write, at a given rate: what
/// the kernel charges for a fan-out over TCP, and no more. The rate matters: a receiver that keeps up is woken by each
/// write, one that is behind by none.
/// tcp_write_loop PAYLOAD_FILE FIRST_PORT PORTS COALESCED WRITES NS_PER_WRITE
#include <sys/prctl.h>

#include "tcp_receivers.h"

/// Sleeps until a moment of CLOCK_MONOTONIC, if it is still to come.
static void wait_until(int64_t moment) {
    struct timespec time = {moment / 1000000000, moment % 1000000000};
    if (moment > now_ns()) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    struct bytes payload = read_file(argv[1]);
    int first_port = atoi(argv[2]), ports = atoi(argv[3]);
    // A whole number of notifications in each write; their average is what was asked for.
    double coalesced = atof(argv[4]), owed = 0;
    long writes = atol(argv[5]), pace = atol(argv[6]), notifications = 0;
    prctl(PR_SET_TIMERSLACK, 1);
    size_t room = payload.count * ((size_t)coalesced + 2);
    char *buffer = malloc(room);
    int *connections = calloc((size_t)ports, sizeof *connections);
    if (!buffer || !connections) fail("malloc");
    for (int index = 0; index < ports; index++) connections[index] = connect_to(first_port + index);
    int64_t started = now_ns(), cpu = cpu_ns();
    for (long write = 0; write < writes; write++) {
        // As ours: a pause when all have got theirs.
        if (write % ports == 0) wait_until(started + write * pace);
        owed += coalesced;
        size_t count = 0;
        for (; owed >= 1; owed -= 1, notifications++) {
            memcpy(buffer + count, payload.start, payload.count);
            count += payload.count;
        }
        for (size_t sent = 0; sent < count;) {
            ssize_t taken = send(connections[write % ports], buffer + sent, count - sent, 0);
            if (taken < 0) fail("send");
            sent += (size_t)taken;
        }
    }
    printf("{\"notifications\": %ld, \"cpu_ns\": %ld, \"ns\": %ld}\n", notifications,
           (long)(cpu_ns() - cpu), (long)(now_ns() - started));
}
