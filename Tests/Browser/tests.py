"""The tests: each a function of the daemon and the page, named by what has to be true."""

import hashlib
import json
import pathlib
import signal
import statistics
import tempfile
import time

import figures
from page import CHOOSE, Keys
from service import Service, receiver, token_file

EVENT = "E_PIKE_BLOCKED"
VIEWS = ["#/events", f"#/events/{EVENT}", "#/subscribers", "#/live", "#/occurrences", f"#/raise?event={EVENT}&p=ip=192.0.2.7", "#/subscribe"]


def of(daemon, page):
    """Names and tests, in their order."""
    tests = [
        ("first paint within 200 ms, 100 KB, and nothing from elsewhere", first_paint),
        ("events with their rates, filtered, sorted, and shared by a link", events),
        ("subscribing, with what is wrong said at its field", subscribing),
        ("a preview says who would get which bytes, and raises nothing", preview),
        ("raising, with params of each type, and its receipt", raising),
        ("the live stream: filtered, paused, gone on with", live),
        ("receipts are one click away", receipts),
        ("subscribers: state, time left, counts, filters", subscribers),
        ("a subscriber is tested", testing),
        ("a subscription is renewed, kept, and ended after a question", ending),
        ("hostile names and values are text", hostile),
        ("a walk with nothing but the keyboard", keyboard),
        ("no violation of accessibility in light, in dark, on a phone, with a dialog", accessibility),
        ("a phone shows everything without scrolling sideways; a wall has the stream beside it", sizes),
        ("who calls is asked where the service wants to know, and kept in the tab", tokens),
        ("polls have entity tags: what has not changed is 304", polls),
        ("the stream, ended by the service, goes on behind what came last: nothing is missed, nothing twice", resuming),
        ("the connection lost, told, and found again", connection),
        ("10,000 subscribers: no task over 200 ms while scrolling, filtering, sorting", many),
    ]

    def alone(test):
        page.size(1400, 900)
        page.theme("light")
        page.driver.get_log("browser")
        for one in daemon.rest("GET", "/subscribers")["subscribers"]:
            daemon.rest("DELETE", f"/subscriptions/{one['id']}")
        test(daemon, page)

    return [(name, lambda test=test: alone(test)) for name, test in tests]


def first_paint(daemon, page):
    times = figures.paint(page)
    assert statistics.median(times) <= 200, times
    files = figures.loaded(page)
    assert all(name.startswith(daemon.url + "/") for name, _ in files), files
    assert len(files) >= 4 and 10_000 < sum(size for _, size in files) <= 102_400, files
    page.sees("Events", "Connected", "Service", "in order")
    page.is_quiet()


def events(daemon, page):
    for _ in range(5):
        daemon.raise_event(EVENT, {"ip": "192.0.2.7"})
    page.open()
    page.sees(EVENT, "An IP address passed the flood limit.")
    cells = lambda: dict(zip(page.texts(".grid.events thead th"), page.texts(".grid.events tbody tr:nth-child(2) td")))
    page.until(lambda: cells()["Event"].startswith(EVENT) and cells()["Raised"] == "5" and cells()["Last hour"] == "5", f"5 in {cells}")
    page.until(lambda: "v" in page.find(".grid.events tbody tr:nth-child(2) .plot path").get_attribute("d"), "bars")
    daemon.raise_event(EVENT, {"ip": "192.0.2.8"})
    page.until(lambda: cells()["Raised"] == "6" and cells()["Per minute"] == "6", "the sixth, by itself")
    page.fill("Find", "usrloc")
    page.until(lambda: all("usrloc" in text for text in page.texts(".grid.events td.c-event")), "only usrloc")
    assert page.hash == "#/events?q=usrloc", page.hash
    page.press("Raised", "th button")
    page.until(lambda: page.find("th.c-total").get_attribute("aria-sort") == "descending", "sorted")
    shared = page.hash
    page.script("history.back()")
    page.until(lambda: page.find("th.c-total").get_attribute("aria-sort") is None, "back")
    page.open(shared)
    page.until(lambda: page.field("Find").get_attribute("value") == "usrloc", "the link's filter")
    page.until(lambda: page.find("th.c-total").get_attribute("aria-sort") == "descending", "the link's order")
    page.fill("Find", "nothing is called so")
    page.sees("No event is like that.", "0 of")
    page.go(f"#/events/{EVENT}")
    page.sees("Last occurrences", "192.0.2.8", "pike")
    assert page.driver.title == f"{EVENT} – Carillon", page.driver.title
    page.is_quiet()


def subscribing(daemon, page):
    page.open("#/subscribers")
    page.press("Subscribe")
    page.sees("What a socket looks like")
    page.press("Subscribe", "form button")
    page.sees("Something has to be here.")
    page.fill("Event", EVENT)
    page.fill("Socket", "carrier:pigeon")
    page.press("Subscribe", "form button")
    page.until(lambda: page.field("Socket").get_attribute("aria-invalid") == "true", "the socket is complained about")
    assert "scheme" in page.find(".field.wide .error").text
    with receiver() as (_, name):
        page.fill("Socket", name)
        page.fill("Lifetime in seconds", "0")
        page.press("Subscribe", "form button")
        page.sees("Whole seconds, at least 1.")
        page.fill("Lifetime in seconds", "600")
        page.press("Subscribe", "form button")
        page.sees("Subscribed.", name, "10 min")
        (one,) = daemon.rest("GET", f"/subscribers?event={EVENT}")["subscribers"]
        assert (one["socket"], one["expire"]) == (name, 600)
        assert page.hash == f"#/subscribers/{one['id']}"
        page.open(f"#/subscribe?event={EVENT}&socket=udp:127.0.0.1:9")
        page.find("#permanent").click()
        page.press("Subscribe", "form button")
        page.sees("for ever")
        for one in daemon.rest("GET", f"/subscribers?event={EVENT}")["subscribers"]:
            daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    page.is_quiet("422")


def preview(daemon, page):
    with receiver() as (sink, name):
        one = daemon.subscribe(EVENT, name)
        before = daemon.rest("GET", f"/events/{EVENT}")["occurrences"]
        page.open(f"#/raise?event={EVENT}&p=ip=192.0.2.7")
        page.press("Preview")
        page.sees("Would reach 1 subscriber", "Nothing was raised.", name, selector=".outcome")
        shown = page.find(".outcome pre").text
        assert daemon.rest("GET", f"/events/{EVENT}")["occurrences"] == before
        daemon.raise_event(EVENT, {"ip": "192.0.2.7"})
        assert shown == sink.recv(65_535).decode(), shown
        daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    page.is_quiet()


def raising(daemon, page):
    with receiver() as (sink, name):
        one = daemon.subscribe("E_DOOR", name)
        page.open("#/raise")
        page.fill("Event", "E_DOOR")
        for key, kind, value in [("who", "text", "5"), ("floor", "number", "12345678901234567"), ("open", "boolean", "true")]:
            rows = page.all(".params li")
            if rows[-1].find_element("css selector", "input").get_attribute("value"):
                page.press("Add a param")
                rows = page.all(".params li")
            rows[-1].find_element("css selector", "input").send_keys(key)
            page.script(CHOOSE, rows[-1].find_element("css selector", "select"), kind)
            if kind != "boolean":
                rows[-1].find_element("css selector", ".value input").send_keys(value)
        page.until(lambda: "floor%3A%3D12345678901234567&p=open%3A%3Dtrue" in page.hash, "the form in its link")
        shared = page.hash
        page.open(shared)
        page.until(lambda: len(page.all(".params li")) == 3, "three rows from the link")
        page.press("Raise", "form button")
        page.sees("Raised for 1 subscriber", "delivered", "12345678901234567", selector=".outcome")
        sent = json.loads(sink.recv(65_535))
        assert sent["params"] == {"who": "5", "floor": 12345678901234567, "open": True}, sent
        page.press("Open the receipt")
        page.sees("Receipt", name, "E_DOOR", "who", '"5"')
        daemon.rest("DELETE", f"/subscriptions/{one['id']}")
        page.open("#/raise?event=E_DOOR&p=a=1&p==2")
        page.press("Raise", "form button")
        page.sees("Every param has a name, or none has.")
        page.open("#/raise?event=no+name")
        page.press("Raise", "form button")
        page.until(lambda: page.field("Event").get_attribute("aria-invalid") == "true" or page.all(".trouble"), "a bad name is told")
    page.is_quiet("422")


def live(daemon, page):
    page.open("#/live?event=E_UL_*")
    page.sees("live ·")
    daemon.raise_event(EVENT, {"ip": "192.0.2.99"})
    daemon.raise_event("E_UL_CONTACT_INSERT", {"aor": "alice"})
    page.sees("E_UL_CONTACT_INSERT", '"alice"')
    assert "192.0.2.99" not in page.text
    page.press("Pause")
    daemon.raise_event("E_UL_CONTACT_INSERT", {"aor": "bob"})
    page.button("Go on (1 new)")
    assert '"bob"' not in page.text
    page.press("Go on")
    page.sees('"bob"')
    page.fill("Event", "")
    page.sees("192.0.2.99", '"bob"')
    # Far more than the list keeps, at once.
    for start in range(0, 1200, 60):
        daemon.rest("POST", "/mi", [{"jsonrpc": "2.0", "method": "evi:raise", "params": ["E_UL_CONTACT_INSERT", [number]]}
                                    for number in range(start, start + 60)])  # fmt: skip
    page.sees("1199")
    page.until(lambda: page.find(".grid.live").get_attribute("aria-rowcount") == "501", "500 rows and the head")
    assert len(page.all(".grid.live tbody tr")) < 80
    page.is_quiet()


def receipts(daemon, page):
    page.open("#/live?event=E_DIAL")
    page.sees("live ·")
    one = daemon.subscribe("E_DIAL", "http://127.0.0.1:9/#timeout=1s")
    happened = daemon.raise_event("E_DIAL", {"n": 1})
    page.until(lambda: page.all(".grid.live td.c-time a"), "it is there")[0].click()
    page.sees("Receipt", "http://127.0.0.1:9/", happened["id"])
    page.sees("failed", "refused")
    page.script("history.back()")
    page.sees("Live")
    page.open("#/occurrences?event=E_DIAL&state=failed")
    page.until(lambda: page.all(".grid.occurrences td.c-time a"), "it is there, too")[0].click()
    page.sees("Receipt", "refused")
    attempts = daemon.rest("GET", f"/occurrences/{happened['id']}")["deliveries"][0]["attempts"]
    assert len(page.all(".attempts tbody tr")) == len(attempts)
    page.open("#/occurrences/0-1")
    page.sees("No occurrence 0-1")
    daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    page.is_quiet("404")


def subscribers(daemon, page):
    with receiver() as (_, name):
        made = [
            daemon.subscribe("E_LIST", name, expire=90),
            daemon.subscribe("E_LIST", "http://127.0.0.1:9/rpc#timeout=1s", permanent=True),
            daemon.subscribe("E_OTHER", "unix:/nowhere/at/all", expire=7200),
        ]
        for event in ("E_LIST", "E_OTHER"):
            daemon.raise_event(event)
        page.open("#/subscribers")
        page.sees(name, "1 min", "for ever", "1 h 59 min", "3 subscriptions", selector="main")
        left = page.texts("td.c-left")
        page.until(lambda: page.texts("td.c-left") != left, "time passes")
        page.sees("no_such_path", "connection refused", "None arrived", selector="main")
        page.choose("Transport", "http")
        page.until(lambda: page.texts("td.c-transport") == ["http"], "only http")
        page.choose("Transport", "")
        page.choose("State", "losses")
        page.until(lambda: set(page.texts("td.c-event")) == {"E_LIST", "E_OTHER"} and name not in page.text, "those with losses")
        assert page.hash == "#/subscribers?state=losses", page.hash
        page.choose("State", "")
        page.fill("Find", "nowhere")
        page.until(lambda: page.texts("td.c-event") == ["E_OTHER"], "found by its socket")
        page.find("td.c-id a").click()
        page.sees("Deliveries", "no_such_path 1", "unix:/nowhere/at/all")
        for one in made:
            daemon.rest("DELETE", f"/subscriptions/{one['id']}")
        page.sees("No subscription has the id")
    page.is_quiet("404")


def testing(daemon, page):
    with receiver() as (sink, name):
        works, fails = daemon.subscribe("E_TEST", name), daemon.subscribe("E_TEST", "http://127.0.0.1:9/#timeout=1s")
        page.open(f"#/subscribers/{works['id']}")
        page.press("Test")
        page.sees("It works")
        assert json.loads(sink.recv(65_535))["method"] == "E_TEST"
        page.open(f"#/subscribers/{fails['id']}")
        page.press("Test")
        page.sees("It does not work", "port_unreachable", "What to do:")
        for one in (works, fails):
            assert daemon.subscription(one["id"])["deliveries"]["matched"] == 0
            daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    page.is_quiet("404")


def ending(daemon, page):
    one = daemon.subscribe("E_END", "udp:127.0.0.1:9", expire=60)
    page.open(f"#/subscribers/{one['id']}")
    page.sees("E_END")
    page.fill("Seconds", "7200")
    page.press("Renew")
    page.sees("Renewed for 2 h 00 min.", "2 h 00 min")
    assert daemon.subscription(one["id"])["expire"] == 7200
    page.fill("Seconds", "0")
    page.press("Renew")
    page.until(lambda: page.field("Seconds").get_attribute("aria-invalid") == "true", "0 is told at its field")
    page.press("Keep for ever")
    page.sees("for ever")
    assert daemon.subscription(one["id"])["permanent"] is True
    page.press("Unsubscribe")
    page.sees("Unsubscribe?", "cannot be undone")
    page.press("Cancel", "dialog button")
    page.until(lambda: not page.all("dialog"), "the question is gone")
    assert daemon.subscription(one["id"]) is not None
    page.press("Unsubscribe")
    page.press("Unsubscribe", "dialog button")
    page.sees("Unsubscribed.")
    assert daemon.subscription(one["id"]) is None and page.hash == "#/subscribers"
    page.is_quiet("422", "404")


def hostile(daemon, page):
    evil = "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script>"
    happened = daemon.raise_event("E_EVIL", {"<b>bold</b>": evil, "__proto__": "\u202e\u0000\x1b[31m", "constructor": True, "long": "x" * 5000})
    for place in ("#/live?event=E_EVIL", "#/occurrences?event=E_EVIL", f"#/occurrences/{happened['id']}", "#/events/E_EVIL"):
        page.open(place)
        page.sees(evil)
    for place in ("#/events/" + evil, "#/%3Cimg%20src=x%3E", "#/subscribers/" + evil, "#/raise?event=" + evil, "#/events?q=%00%FF&sort=__proto__",
                  "#/constructor", "#/__proto__/x", "#/subscribers?state=__proto__&transport=constructor"):  # fmt: skip
        page.open(place)
        page.find("h1")
        page.sees("Connected")
    assert page.script("return window.hacked") is None
    assert page.script("return document.querySelectorAll('#main img, #main script').length") == 0
    page.is_quiet("404", "422")


def keyboard(daemon, page):
    one = daemon.subscribe("E_KEYS", "udp:127.0.0.1:9")
    page.open()
    page.sees(EVENT)
    page.key(Keys.TAB)
    assert page.focused["id"] == "skip" and page.focused["shown"], page.focused
    page.key(Keys.ENTER)
    page.until(lambda: page.focused["tag"] == "h1", "the content has the focus")
    page.open()
    page.sees(EVENT)
    seen = []
    for _ in range(7):
        page.key(Keys.TAB)
        seen.append(page.focused["text"])
        assert page.focused["shown"], page.focused
    assert seen[1:] == ["Carillon", "Events", "Subscribers", "Live", "Occurrences", "Raise"], seen
    for _ in range(3):
        page.chord(Keys.SHIFT, Keys.TAB)
    page.key(Keys.ENTER)
    page.until(lambda: page.focused["tag"] == "h1" and page.focused["text"] == "Subscribers", "the heading has the focus")
    page.sees("E_KEYS")
    for _ in range(40):
        page.key(Keys.TAB)
        if page.focused["text"] == one["id"]:
            break
    assert page.focused["text"] == one["id"] and page.focused["shown"], page.focused
    page.key(Keys.ENTER)
    page.sees(f"Subscription {one['id']}", "E_KEYS")
    for _ in range(10):
        page.key(Keys.TAB)
        if page.focused["text"] == "Unsubscribe":
            break
    page.key(Keys.ENTER)
    page.find("dialog[open]")
    assert page.focused["text"] == "Cancel", page.focused
    for _ in range(5):
        page.key(Keys.TAB)
        assert page.script("return document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)")
    page.key(Keys.ESCAPE)
    page.until(lambda: page.focused["text"] == "Unsubscribe", "the focus is back")
    assert daemon.subscription(one["id"]) is not None
    # From row to row.
    page.open("#/events")
    page.sees(EVENT)
    page.script("document.querySelector('.grid tbody a').focus()")
    first = page.focused["text"]
    page.key(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert page.focused["text"] not in ("", first)
    page.key(Keys.ARROW_UP, Keys.ARROW_UP)
    assert page.focused["text"] == first
    # Polls and counts leave the focus where it is.
    daemon.raise_event(EVENT)
    raised = f"return [...document.querySelectorAll('.grid tbody tr')].find((one) => one.textContent.includes('{EVENT}'))?.querySelector('.c-total').textContent"
    page.until(lambda: page.script(raised) == str(daemon.rest("GET", f"/events/{EVENT}")["occurrences"]), "counted")
    assert page.focused["text"] == first
    daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    page.is_quiet()


def accessibility(daemon, page):
    made = [
        daemon.subscribe(EVENT, "udp:127.0.0.1:9"),
        daemon.subscribe(EVENT, "http://127.0.0.1:9/#timeout=1s"),
        daemon.subscribe(EVENT, "virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.2:9"),
    ]
    happened = daemon.raise_event(EVENT, {"ip": "192.0.2.7"})
    places = [*VIEWS, f"#/occurrences/{happened['id']}", *(f"#/subscribers/{one['id']}" for one in made[1:])]
    page.open()
    found = {}
    for theme in ("light", "dark"):
        page.theme(theme)
        for place in places:
            page.go(place)
            page.until(lambda: "Loading…" not in page.text, "loaded")
            found[f"{theme} {place}"] = page.violations()
        page.press("Test")
        page.until(lambda: page.all(".result"), "a verdict")
        found[f"{theme} verdict"] = page.violations()
        page.press("Unsubscribe")
        page.find("dialog[open]")
        found[f"{theme} dialog"] = page.violations()
        page.press("Cancel", "dialog button")
        page.go("#/raise?event=E_DOOR&p=a=1&p==2")
        page.press("Raise", "form button")
        page.sees("Every param")
        found[f"{theme} complaint"] = page.violations()
    page.theme("light")
    page.size(360, 740)
    for place in places:
        page.go(place)
        page.until(lambda: "Loading…" not in page.text, "loaded")
        found[f"phone {place}"] = page.violations()
    page.size(1400, 900)
    for one in made:
        daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    assert not any(found.values()), {place: each for place, each in found.items() if each}
    page.is_quiet()


def sizes(daemon, page):
    one = daemon.subscribe(EVENT, "http://127.0.0.1:9/" + "a" * 300 + "#timeout=1s")
    happened = daemon.raise_event(EVENT, {"ip": "192.0.2.7", "long": "x" * 300})
    page.size(360, 740)
    page.open()
    for place in [*VIEWS, f"#/occurrences/{happened['id']}", f"#/subscribers/{one['id']}"]:
        page.go(place)
        page.until(lambda: "Loading…" not in page.text, "loaded")
        wide = page.script("return document.documentElement.scrollWidth")
        assert wide <= 360, (place, wide)
    page.go("#/subscribers")
    page.find("td.c-delivered")
    page.until(lambda: page.script("return getComputedStyle(document.querySelector('td.c-delivered'), '::before').content") == '"Delivered "', "counts with names")
    page.size(1920, 1080)
    page.open()
    page.sees("Live", "192.0.2.7", selector="aside")
    page.go("#/live")
    page.until(lambda: not page.find("aside").is_displayed(), "not twice")
    page.size(1400, 900)
    daemon.rest("DELETE", f"/subscriptions/{one['id']}")
    page.is_quiet()


def tokens(daemon, page):
    secret = "browser-" + "x" * 40
    with tempfile.TemporaryDirectory(prefix="carillon-browser-") as name:
        directory = pathlib.Path(name)
        password = hashlib.sha256("pässword".encode()).hexdigest()
        options = ("--tokens", token_file(directory, secret), "--basic-user", f"ops:sha256:{password}")
        with Service(daemon.binary, directory, *options) as closed:
            page.open("#/subscribers", closed.url)
            page.sees("Who are you?", "wants to know who calls")
            assert page.focused["tag"] == "input" and page.violations() == [], page.violations()
            page.key(Keys.ESCAPE)
            page.sees("No access")
            page.press("Sign in", "#banner button")
            page.fill("Token or password", "wrong")
            page.press("Sign in", "dialog button")
            page.sees("does not know these credentials")
            page.fill("Token or password", secret)
            page.press("Sign in", "dialog button")
            page.sees("Connected", "No subscription is like that.")
            page.until(lambda: not page.all("dialog"), "no more questions")
            page.go("#/live")
            page.sees("live ·")
            kept = page.script("return [sessionStorage.length, localStorage.length, document.cookie, location.href]")
            assert kept[:3] == [1, 0, ""] and secret not in kept[3], kept
            page.press("Sign out")
            page.sees("Who are you?")
            assert page.script("return sessionStorage.length") == 0
            page.fill("User", "ops")
            page.fill("Token or password", "pässword")
            page.press("Sign in", "dialog button")
            page.sees("Connected", "live ·")
            page.is_quiet("401")


def polls(daemon, page):
    daemon.subscribe(EVENT, "udp:127.0.0.1:9")
    page.open("#/subscribers")
    page.sees(EVENT)
    for path in ("/events?limit=1000", "/subscribers?limit=1000"):
        page.until(
            lambda: any(one["path"] == path and one["status"] == 304 and one["tag"] for one in page.script("return watched.asked")),
            f"a 304 of {path}",
        )
    page.is_quiet()


def resuming(daemon, page):
    page.open("#/live?event=E_AGAIN")
    page.sees("live ·")
    first = daemon.raise_event("E_AGAIN", ["first"])
    page.sees('"first"')
    # What SIGHUP ends comes again, and what was raised meanwhile with it.
    daemon.process.send_signal(signal.SIGHUP)
    for number in range(20):
        daemon.raise_event("E_AGAIN", [number])
    place = lambda identifier: int(identifier.partition("-")[2])
    page.until(
        lambda: any(one["last"] and place(one["last"]) >= place(first["id"]) for one in page.script("return watched.asked")),
        "the stream is asked for again, behind what came last",
    )
    page.until(lambda: page.texts("td.c-params") == [*map(str, reversed(range(20))), '"first"'], "each once, the newest on top")
    page.is_quiet()


def connection(daemon, page):
    page.open("#/live")
    page.sees("live ·", "Connected")
    daemon.raise_event("E_BEFORE")
    page.sees("E_BEFORE")
    daemon.stop()
    page.sees("Connection lost at", "not connected")
    page.until(lambda: "Connection lost" in page.find("#connection").text, "the sign for it")
    assert page.find("#banner").get_attribute("role") == "alert"
    assert "E_BEFORE" in page.text
    daemon.start()
    page.press("Try now")
    page.sees("Connected again, after")
    page.sees("live ·")
    daemon.raise_event("E_AFTER")
    page.sees("E_AFTER", "E_BEFORE")
    page.go("#/events")
    page.sees("E_AFTER")
    page.is_quiet("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "503")


def many(daemon, page):
    daemon.subscribe_many(10_000, "E_MANY")
    page.open("#/subscribers")
    page.sees("10,000 subscriptions")
    # Other work on the machine makes a task longer, nothing makes it shorter: the best of three counts.
    rounds = []
    while not rounds or max(rounds[-1], default=0) > 200:
        assert len(rounds) < 3, rounds
        page.long_tasks()
        look_through(daemon, page, str(len(rounds) + 1))
        rounds.append(page.long_tasks())
    page.is_quiet()


def look_through(daemon, page, count):
    """Scrolls through 10,000 subscribers, filters and sorts them, and has all of them told for the `count`th time."""
    for step in range(1, 21):
        page.script("scrollTo(0, document.documentElement.scrollHeight * arguments[0] / 20)", step)
        time.sleep(0.05)  # the pace of a hand that scrolls: what is measured goes on meanwhile
    page.until(lambda: "udp:127.0.0.1:9" in page.texts("td.c-socket"), "the oldest, which is the last")
    assert page.find(".grid").get_attribute("aria-rowcount") == "10001"
    assert len(page.all("tbody tr")) < 80
    page.script("scrollTo(0, 0)")
    page.fill("Find", "127.0.17.")
    page.sees("250 of 10,000 subscriptions")
    page.press("Socket", "th button")
    page.until(lambda: page.texts("td.c-socket")[0] == "udp:127.0.17.100:9", "sorted")
    page.fill("Find", "")
    page.sees("10,000 subscriptions")
    page.press("Id", "th button")
    page.until(lambda: page.texts("td.c-socket")[0] == "udp:127.0.0.1:9", "sorted otherwise")
    # All of them change at once, and are read anew.
    daemon.raise_event("E_MANY")
    told = lambda: sum(int(page.texts(f"td.c-{name}")[0]) for name in ("delivered", "failed"))
    page.until(lambda: told() == int(count), "counted")
    page.press("Id", "th button")
    page.press("Id", "th button")
