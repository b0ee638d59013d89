// #embed (C23; a clang extension before) rather than a Swift literal: no compile time, and the build system knows
// that the object depends on the file.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

const unsigned char carillon_openapi[] = {
#embed "../../openapi.yaml"
};
const unsigned long carillon_openapi_bytes = sizeof carillon_openapi;
