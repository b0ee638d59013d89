// Files that the daemon carries inside itself.
#ifndef CARILLON_CASSETS_H
#define CARILLON_CASSETS_H

/// openapi.yaml, byte for byte.
extern const unsigned char carillon_openapi[];
extern const unsigned long carillon_openapi_bytes;

static inline const unsigned char *carillon_openapi_start(void) {
    return carillon_openapi;
}

#endif
