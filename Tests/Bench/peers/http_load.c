/// A closed-loop HTTP client that may be its own subscriber: N keep-alive connections send one request again
/// and again, and UDP receivers count, and time, the datagrams that the requests cause.
///
/// wrk cannot match a raise with its datagram; this can. On raw sockets, so that it is also the yardstick of
/// the JSON-RPC calls.
///
///     http_load -p PORT -r REQUEST_FILE [-c connections] [-t seconds | -n requests] [-a pause_us]
///               [-u first_receiver_port -f fan_out] [-w window]
///
/// In the request each `~` is replaced by the next digit of a counter, so that every request can be
/// another one.
/// `-w`: a request is sent only while fewer than that many fan-outs are not yet complete.
#include <netinet/tcp.h>

#include "receivers.h"

enum { ROOM = 16384, MARKS_MAX = 16, STALLED_MS = 1000 };

struct connection {
    int descriptor;
    int is_waiting;
    int64_t asked;
    size_t count;
    size_t skip;
    char room[ROOM];
};

static struct {
    int port, connections, receivers, fan_out, window, pause_us;
    long requests, first_number;
    double seconds;
    struct bytes request;
    size_t marks[MARKS_MAX];
    int mark_count;
} plan = {.connections = 1, .window = 0, .seconds = 1e9};

static struct connection *connections;
static struct connection **parked;
static int parked_count, poller;
static long sent, answered, failures, expected, received, lost;
static int64_t finish_at, last_asked;
static struct samples replies, arrivals;

static int may_ask(void) {
    if (plan.requests ? sent >= plan.requests : now_ns() >= finish_at) return 0;
    return 1;
}

static int is_window_open(void) {
    return plan.window == 0 || expected - received <= (long)(plan.window - 1) * plan.fan_out;
}

static void ask(struct connection *connection) {
    if (!may_ask()) return;
    if (!is_window_open()) {
        parked[parked_count++] = connection;
        return;
    }
    // The pace that was asked for: the pause is what is measured, not a wait for something.
    if (plan.pause_us) usleep((useconds_t)plan.pause_us);
    long number = plan.first_number + sent;
    for (int mark = plan.mark_count - 1; mark >= 0; mark--, number /= 10)
        plan.request.start[plan.marks[mark]] = (char)('0' + number % 10);
    sent++;
    expected += plan.fan_out;
    connection->is_waiting = 1;
    connection->asked = last_asked = now_ns();
    ssize_t count =
        send(connection->descriptor, plan.request.start, plan.request.count, MSG_NOSIGNAL);
    if (count != (ssize_t)plan.request.count) fail("send");
}

/// Takes one whole reply off the connection's buffer; false if it has not arrived yet.
static int take_reply(struct connection *connection) {
    char *end = memmem(connection->room, connection->count, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - connection->room) + 4, length = head;
    char *field = memmem(connection->room, head, "Content-Length: ", 16);
    if (field) length += (size_t)atol(field + 16);
    // 304 is what a conditional request wants to hear.
    if (connection->room[9] != '2' && memcmp(connection->room + 9, "304", 3) != 0 && failures++ == 0)
        fprintf(stderr, "%.*s\n", (int)connection->count, connection->room);
    if (length > connection->count) {
        // A page of a listing may be larger than the buffer; its bytes are of no interest here.
        connection->skip = length - connection->count;
        connection->count = 0;
        return connection->skip == 0;
    }
    connection->count -= length;
    memmove(connection->room, connection->room + length, connection->count);
    return 1;
}

static void reply_arrived(struct connection *connection) {
    answered++;
    connection->is_waiting = 0;
    add_sample(&replies, now_ns() - connection->asked);
    ask(connection);
}

static void on_readable(struct connection *connection) {
    ssize_t count = recv(connection->descriptor, connection->room + connection->count,
                         ROOM - connection->count, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        fprintf(stderr, "the server closed a connection\n");
        exit(1);
    }
    if (connection->skip > 0) {
        size_t taken = (size_t)count < connection->skip ? (size_t)count : connection->skip;
        connection->skip -= taken;
        if (connection->skip == 0) reply_arrived(connection);
        return;
    }
    connection->count += (size_t)count;
    if (take_reply(connection)) reply_arrived(connection);
}

static void on_datagrams(int descriptor) {
    long count = drain_receiver(descriptor);
    received += count;
    // With one request at a time, this datagram is the last request's.
    if (plan.connections == 1 && plan.fan_out == 1 && count == 1)
        add_sample(&arrivals, now_ns() - last_asked);
}

static void resume_parked(void) {
    while (parked_count > 0 && may_ask() && is_window_open()) ask(parked[--parked_count]);
}

static void open_connections(void) {
    connections = calloc((size_t)plan.connections, sizeof *connections);
    parked = calloc((size_t)plan.connections, sizeof *parked);
    if (!connections || !parked) fail("calloc");
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)plan.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int index = 0; index < plan.connections; index++) {
        int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
        if (descriptor < 0) fail("socket");
        if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[index].descriptor = descriptor;
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)index};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
    }
}

static void read_plan(int argc, char **argv) {
    int option, first_port = 0;
    while ((option = getopt(argc, argv, "p:r:c:t:n:a:u:f:w:s:")) != -1) {
        switch (option) {
        case 'p': plan.port = atoi(optarg); break;
        case 'r': plan.request = read_file(optarg); break;
        case 'c': plan.connections = atoi(optarg); break;
        case 't': plan.seconds = atof(optarg); break;
        case 'n': plan.requests = atol(optarg); break;
        case 'a': plan.pause_us = atoi(optarg); break;
        case 'u': first_port = atoi(optarg); break;
        case 'f': plan.fan_out = atoi(optarg); break;
        case 'w': plan.window = atoi(optarg); break;
        case 's': plan.first_number = atol(optarg); break;
        default: exit(2);
        }
    }
    for (size_t place = 0; place < plan.request.count && plan.mark_count < MARKS_MAX; place++)
        if (plan.request.start[place] == '~') plan.marks[plan.mark_count++] = place;
    if (first_port) open_receivers(poller, first_port, plan.fan_out);
}

int main(int argc, char **argv) {
    poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    read_plan(argc, argv);
    open_connections();
    int64_t started = now_ns();
    finish_at = started + (int64_t)(plan.seconds * 1e9);
    int64_t cpu = cpu_ns(), answered_at = started;
    for (int index = 0; index < plan.connections; index++) ask(&connections[index]);
    while (answered < sent || received < expected || (parked_count > 0 && may_ask())) {
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, STALLED_MS);
        if (count == 0) {
            // Nothing for so long: what has not arrived by now is lost.
            if (answered < sent) failures += sent - answered;
            lost += expected - received;
            expected = received;
            if (answered < sent) break;
        }
        for (int index = 0; index < count; index++) {
            uint64_t mark = events[index].data.u64;
            if (mark & RECEIVER_MARK)
                on_datagrams((int)(uint32_t)mark);
            else
                on_readable(&connections[mark]);
        }
        resume_parked();
        if (count > 0) answered_at = now_ns();
    }
    printf("{\"requests\": %ld, \"failures\": %ld, \"ns\": %ld, \"cpu_ns\": %ld, "
           "\"datagrams\": %ld, \"lost\": %ld, ",
           answered, failures, (long)(answered_at - started), (long)(cpu_ns() - cpu), received, lost);
    print_samples("reply_us", &replies);
    printf(", ");
    print_samples("datagram_us", &arrivals);
    printf("}\n");
}
