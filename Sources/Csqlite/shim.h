// SQLite, and the one constant that is a cast in C.
#ifndef CARILLON_CSQLITE_SHIM_H
#define CARILLON_CSQLITE_SHIM_H

#include <sqlite3.h>

static inline sqlite3_destructor_type carillon_sqlite_transient(void) {
    return SQLITE_TRANSIENT;
}

#endif
