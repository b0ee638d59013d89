"""What `make bench` wants to know of the page."""

import json
import statistics


def paint(page, rounds=5):
    """Milliseconds from the request to the first paint with content, each time loaded from the service."""
    page.command("Network.enable")
    page.command("Network.setCacheDisabled", cacheDisabled=True)
    times = []
    for _ in range(rounds):
        page.open()
        entry = page.until(
            lambda: page.script("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"), "the first paint"
        )
        times.append(entry)
    page.command("Network.setCacheDisabled", cacheDisabled=False)
    return times


def loaded(page):
    """Name and bytes, uncompressed, of the page and of all that it loaded for itself."""
    return page.script("""
        return [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .filter((one) => one.initiatorType !== "fetch").map((one) => [one.name, one.decodedBodySize]);
    """)


def show(page, rounds):
    times = paint(page, rounds)
    print(json.dumps({"paint_milliseconds": times, "median": statistics.median(times), "bytes": sum(size for _, size in loaded(page))}))
