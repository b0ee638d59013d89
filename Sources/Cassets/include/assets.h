// Files that the daemon carries inside itself.
#ifndef CARILLON_CASSETS_H
#define CARILLON_CASSETS_H

/// openapi.yaml, byte for byte.
extern const unsigned char carillon_openapi[];
extern const unsigned long carillon_openapi_bytes;

static inline const unsigned char *carillon_openapi_start(void) {
    return carillon_openapi;
}

/// A part of the dashboard: bytes that live as long as the process.
struct carillon_asset {
    const unsigned char *start;
    unsigned long bytes;
};

/// The page at `/`.
struct carillon_asset carillon_dashboard_page(void);
/// Its style sheet.
struct carillon_asset carillon_dashboard_style(void);
/// Its script: the files of Sources/Cassets/dashboard, one after the other, as one module.
struct carillon_asset carillon_dashboard_script(void);
/// Its icon.
struct carillon_asset carillon_dashboard_icon(void);

#endif
