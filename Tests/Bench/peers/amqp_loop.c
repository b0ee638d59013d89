/// amqp_loop PORT QUEUE BODY_FILE MESSAGES WINDOW
/// The least program that publishes to RabbitMQ and knows what arrived: librabbitmq, confirmations, so many
/// messages under way.
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>

#include "common.h"

static void expect(int is_good, const char *what) {
    if (is_good) return;
    fprintf(stderr, "amqp_loop: %s\n", what);
    exit(1);
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    struct bytes body = read_file(argv[3]);
    uint64_t messages = strtoull(argv[4], NULL, 10), window = strtoull(argv[5], NULL, 10);
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    expect(amqp_socket_open(socket, "127.0.0.1", atoi(argv[1])) == AMQP_STATUS_OK, "connect");
    amqp_rpc_reply_t reply =
        amqp_login(connection, "/", 0, 131072, 5, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
    expect(reply.reply_type == AMQP_RESPONSE_NORMAL, "log in");
    amqp_channel_open(connection, 1);
    amqp_confirm_select(connection, 1);
    expect(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, "confirm.select");

    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                  AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG,
        .content_type = amqp_cstring_bytes("application/json"),
        .delivery_mode = 1,
        .timestamp = 1,
        .type = amqp_cstring_bytes("E_BENCH"),
        .app_id = amqp_cstring_bytes("carillon"),
    };
    amqp_bytes_t payload = {body.count, body.start};
    uint64_t sent = 0, confirmed = 0;
    int64_t cpu = cpu_ns(), started = now_ns();
    while (confirmed < messages) {
        while (sent < messages && sent - confirmed < window) {
            char id[32];
            snprintf(id, sizeof id, "0-%lu", ++sent);
            properties.message_id = amqp_cstring_bytes(id);
            int status = amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(argv[2]), 1, 0,
                                            &properties, payload);
            expect(status == AMQP_STATUS_OK, "publish");
        }
        // Waits for one answer, then takes those that are there.
        struct timeval patience = {30, 0}, none = {0, 0};
        amqp_frame_t frame;
        int status = amqp_simple_wait_frame_noblock(connection, &frame, &patience);
        for (; status == AMQP_STATUS_OK; status = amqp_simple_wait_frame_noblock(connection, &frame, &none)) {
            expect(frame.frame_type == AMQP_FRAME_METHOD, "a frame that is no answer");
            expect(frame.payload.method.id == AMQP_BASIC_ACK_METHOD, "not confirmed");
            amqp_basic_ack_t *ack = frame.payload.method.decoded;
            confirmed = ack->multiple ? ack->delivery_tag : confirmed + 1;
            amqp_maybe_release_buffers_on_channel(connection, 1);
        }
        expect(status == AMQP_STATUS_TIMEOUT && confirmed > 0, "no answer");
    }
    printf("{\"messages\": %lu, \"elapsed_ns\": %ld, \"cpu_ns\": %ld}\n", confirmed, (long)(now_ns() - started),
           (long)(cpu_ns() - cpu));
    amqp_destroy_connection(connection);
}
