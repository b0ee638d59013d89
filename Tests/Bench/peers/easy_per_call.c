/// The careless way to make JSON-RPC calls with libcurl: a new easy handle, hence a new connection, for each.
/// easy_per_call URL BODY_FILE CALLS
#include <curl/curl.h>

#include "common.h"

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    struct bytes body = read_file(argv[2]);
    long calls = atol(argv[3]), failures = 0;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/json");
    int64_t cpu = cpu_ns();
    for (long call = 0; call < calls; call++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.start);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body.count);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        if (curl_easy_perform(easy) != CURLE_OK) failures++;
        curl_easy_cleanup(easy);
    }
    printf("{\"calls\": %ld, \"failures\": %ld, \"cpu_ns\": %ld}\n", calls, failures,
           (long)(cpu_ns() - cpu));
    curl_slist_free_all(fields);
    curl_global_cleanup();
}
