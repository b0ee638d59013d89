/// A bare sendto() loop on one unconnected UDP socket: what the kernel charges for a fan-out, and no more.
/// sendto_loop PAYLOAD_FILE FIRST_PORT PORTS ROUNDS
#include "receivers.h"

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    struct bytes payload = read_file(argv[1]);
    int first_port = atoi(argv[2]), ports = atoi(argv[3]);
    long rounds = atol(argv[4]), refused = 0;
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (descriptor < 0) fail("socket");
    struct sockaddr_in *addresses = calloc((size_t)ports, sizeof *addresses);
    if (!addresses) fail("calloc");
    for (int index = 0; index < ports; index++)
        addresses[index] = (struct sockaddr_in){.sin_family = AF_INET,
                                                .sin_port = htons((uint16_t)(first_port + index)),
                                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int64_t started = now_ns(), cpu = cpu_ns();
    for (long round = 0; round < rounds; round++)
        for (int index = 0; index < ports; index++)
            if (sendto(descriptor, payload.start, payload.count, MSG_DONTWAIT,
                       (struct sockaddr *)&addresses[index], sizeof addresses[index]) < 0)
                refused++;
    printf("{\"datagrams\": %ld, \"refused\": %ld, \"cpu_ns\": %ld, \"ns\": %ld}\n",
           rounds * ports, refused, (long)(cpu_ns() - cpu), (long)(now_ns() - started));
}
