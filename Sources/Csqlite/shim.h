// SQLite, and what Swift cannot say: a constant that is a cast in C, and a variadic call.
#ifndef CARILLON_CSQLITE_SHIM_H
#define CARILLON_CSQLITE_SHIM_H

#include <sqlite3.h>

static inline sqlite3_destructor_type carillon_sqlite_transient(void) {
    return SQLITE_TRANSIENT;
}

// Whether closing the last connection leaves the write-ahead log as it is, instead of moving it into the
// database: a database that is refused must not change by a byte.
static inline int carillon_sqlite_keep_log_at_close(sqlite3 *database, int keep) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, (int *)0);
}

#endif
