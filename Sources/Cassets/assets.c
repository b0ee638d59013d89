// #embed (C23; a clang extension before) rather than a Swift literal: no compile time, and the build system knows
// that the object depends on the file.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

const unsigned char carillon_openapi[] = {
#embed "../../openapi.yaml"
};
const unsigned long carillon_openapi_bytes = sizeof carillon_openapi;

static const unsigned char page[] = {
#embed "dashboard/page.html"
};
static const unsigned char style[] = {
#embed "dashboard/style.css"
};
static const unsigned char icon[] = {
#embed "dashboard/icon.svg"
};
// One module of several files: they share their names, and are fetched at once.
static const unsigned char script[] = {
#embed "dashboard/dom.js"
    ,
#embed "dashboard/api.js"
    ,
#embed "dashboard/stream.js"
    ,
#embed "dashboard/plot.js"
    ,
#embed "dashboard/store.js"
    ,
#embed "dashboard/subscriptions.js"
    ,
#embed "dashboard/grid.js"
    ,
#embed "dashboard/forms.js"
    ,
#embed "dashboard/router.js"
    ,
#embed "dashboard/events.js"
    ,
#embed "dashboard/occurrences.js"
    ,
#embed "dashboard/subscribers.js"
    ,
#embed "dashboard/raise.js"
    ,
#embed "dashboard/subscribe.js"
    ,
#embed "dashboard/main.js"
};

#define ASSET(name) ((struct carillon_asset){ name, sizeof name })

struct carillon_asset carillon_dashboard_page(void) { return ASSET(page); }
struct carillon_asset carillon_dashboard_style(void) { return ASSET(style); }
struct carillon_asset carillon_dashboard_script(void) { return ASSET(script); }
struct carillon_asset carillon_dashboard_icon(void) { return ASSET(icon); }
