// What Swift cannot say of librabbitmq and of the OpenSSL below it: variadic calls, macros, constants with a cast.
#ifndef CARILLON_CRABBITMQ_SHIM_H
#define CARILLON_CRABBITMQ_SHIM_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <time.h>

// Methods: the library's own constants are casts.
static const amqp_method_number_t carillon_amqp_connection_close = AMQP_CONNECTION_CLOSE_METHOD;
static const amqp_method_number_t carillon_amqp_connection_blocked = AMQP_CONNECTION_BLOCKED_METHOD;
static const amqp_method_number_t carillon_amqp_connection_unblocked = AMQP_CONNECTION_UNBLOCKED_METHOD;
static const amqp_method_number_t carillon_amqp_channel_close = AMQP_CHANNEL_CLOSE_METHOD;
static const amqp_method_number_t carillon_amqp_channel_close_ok = AMQP_CHANNEL_CLOSE_OK_METHOD;
static const amqp_method_number_t carillon_amqp_basic_return = AMQP_BASIC_RETURN_METHOD;
static const amqp_method_number_t carillon_amqp_basic_ack = AMQP_BASIC_ACK_METHOD;
static const amqp_method_number_t carillon_amqp_basic_get_ok = AMQP_BASIC_GET_OK_METHOD;
static const amqp_method_number_t carillon_amqp_basic_nack = AMQP_BASIC_NACK_METHOD;

// Logs in with SASL PLAIN. Tells our name, and that we want to hear when we are blocked, which a broker tells only
// those who say so (RabbitMQ, blocked connections); the library merges both into what it says itself.
static inline amqp_rpc_reply_t carillon_amqp_login(amqp_connection_state_t connection, const char *vhost,
                                                   int frame_bytes, int heartbeat_seconds, const char *user,
                                                   const char *password) {
    amqp_table_entry_t blocked = {amqp_cstring_bytes("connection.blocked"),
                                  {AMQP_FIELD_KIND_BOOLEAN, {.boolean = 1}}};
    amqp_table_entry_t own[] = {
        {amqp_cstring_bytes("capabilities"), {AMQP_FIELD_KIND_TABLE, {.table = {1, &blocked}}}},
        {amqp_cstring_bytes("connection_name"), {AMQP_FIELD_KIND_UTF8, {.bytes = amqp_cstring_bytes("Carillon")}}},
    };
    amqp_table_t properties = {2, own};
    return amqp_login_with_properties(connection, vhost, 0, frame_bytes, heartbeat_seconds, &properties,
                                      AMQP_SASL_METHOD_PLAIN, user, password);
}

// The library's calls with a time, in milliseconds.

static inline struct timeval carillon_amqp_time(int milliseconds) {
    struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
    return time;
}

static inline int carillon_amqp_open(amqp_socket_t *socket, const char *host, int port, int milliseconds) {
    struct timeval time = carillon_amqp_time(milliseconds);
    return amqp_socket_open_noblock(socket, host, port, &time);
}

static inline int carillon_amqp_set_login_timeout(amqp_connection_state_t connection, int milliseconds) {
    struct timeval time = carillon_amqp_time(milliseconds);
    return amqp_set_handshake_timeout(connection, &time);
}

static inline int carillon_amqp_set_reply_timeout(amqp_connection_state_t connection, int milliseconds) {
    struct timeval time = carillon_amqp_time(milliseconds);
    return amqp_set_rpc_timeout(connection, &time);
}

// The next frame that is there; AMQP_STATUS_TIMEOUT where none is.
static inline int carillon_amqp_next_frame(amqp_connection_state_t connection, amqp_frame_t *frame) {
    struct timeval none = carillon_amqp_time(0);
    return amqp_simple_wait_frame_noblock(connection, frame, &none);
}

// Whom TLS speaks to, and what OpenSSL made of the certificate: an X509_V_… code, 0 = all is well or nothing is known;
// when it ends, seconds since 1970, 0 = not known.
typedef struct {
    const char *host;
    int is_address;
    long verify_result;
    long long certificate_end;
} carillon_amqp_tls;

// When the peer's certificate ends; 0 where there is none, or it says no time.
static inline long long carillon_amqp_certificate_end(const SSL *ssl) {
    X509 *certificate = SSL_get_peer_certificate(ssl);
    struct tm end;
    long long seconds = 0;
    if (certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1) seconds = timegm(&end);
    X509_free(certificate);
    return seconds;
}

// Called when a handshake begins: the server is told the name that is meant (RFC 6066 §3), for the library was
// given an address. An address as name is told to nobody. Called again when it has ended, for the verdict.
static inline void carillon_amqp_name_server(const SSL *ssl, int where, int result) {
    (void)result;
    carillon_amqp_tls *tls = (carillon_amqp_tls *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if ((where & SSL_CB_HANDSHAKE_START) && !tls->is_address) {
        SSL_set_tlsext_host_name((SSL *)ssl, (char *)tls->host);
    }
    if (where & SSL_CB_HANDSHAKE_DONE) {
        tls->verify_result = SSL_get_verify_result(ssl);
        tls->certificate_end = carillon_amqp_certificate_end(ssl);
    }
}

// TLS 1.2 or newer to the host of `tls`, which the peer's certificate has to name; `is_address`: it is an IP address.
// `authorities` is a PEM file; NULL: those of the system. `tls` must live as long as the socket. 1 if all went well.
static inline int carillon_amqp_secure(amqp_socket_t *socket, carillon_amqp_tls *tls, const char *authorities) {
    SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
    X509_VERIFY_PARAM *expected = SSL_CTX_get0_param(context);
    // The library would compare the certificate with the address it connects to. OpenSSL compares it with `host`,
    // as part of its verdict on the chain, which the library asks for.
    amqp_ssl_socket_set_verify_peer(socket, 1);
    amqp_ssl_socket_set_verify_hostname(socket, 0);
    SSL_CTX_set_app_data(context, tls);
    SSL_CTX_set_info_callback(context, carillon_amqp_name_server);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           (tls->is_address ? X509_VERIFY_PARAM_set1_ip_asc(expected, tls->host)
                            : X509_VERIFY_PARAM_set1_host(expected, tls->host, 0)) == 1 &&
           (authorities ? SSL_CTX_load_verify_locations(context, authorities, NULL)
                        : SSL_CTX_set_default_verify_paths(context)) == 1;
}

#endif
