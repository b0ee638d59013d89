// expat, the XML parser: nothing that Swift cannot say.
#ifndef CARILLON_CEXPAT_SHIM_H
#define CARILLON_CEXPAT_SHIM_H

// Glibc's own declarations first, see Cepoll.
#pragma clang module import SwiftGlibc

#include <expat.h>

#endif
