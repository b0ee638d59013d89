// libcurl's variadic calls, which Swift cannot make, one typed function for each kind of argument.
#ifndef CARILLON_CCURL_SHIM_H
#define CARILLON_CCURL_SHIM_H

#include <curl/curl.h>

static inline CURLcode carillon_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

#endif
