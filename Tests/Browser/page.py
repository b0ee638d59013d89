"""The browser, and what a test does in it."""

import importlib.resources
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PATIENCE_SECONDS = 15

# Runs in every page before its own script: keeps what the browser would otherwise only tell a console.
WATCH = """
    window.watched = { violations: [], long: [], asked: [] };
    addEventListener("securitypolicyviolation", (event) => watched.violations.push(event.violatedDirective + " " + event.blockedURI));
    const send = window.fetch;
    window.fetch = async (path, settings) => {
        const answer = await send(path, settings);
        const headers = new Headers(settings?.headers);
        watched.asked.push({ path, status: answer.status, tag: headers.get("If-None-Match"), last: headers.get("Last-Event-ID") });
        return answer;
    };
    new PerformanceObserver((list) => { for (const one of list.getEntries()) watched.long.push(Math.round(one.duration)); })
        .observe({ type: "longtask", buffered: true });
"""

# What happens when somebody chooses from a list.
CHOOSE = """
    arguments[0].value = arguments[1];
    for (const name of ["input", "change"]) arguments[0].dispatchEvent(new Event(name, { bubbles: true }));
"""


class Page:
    """A tab of Chromium without a window. `url` is the service's."""

    def __init__(self, url):
        self.url = url
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "lang=en-GB"):
            options.add_argument("--" + argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
        self.size(1400, 900)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def size(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def theme(self, name):
        """Light or dark, and nothing that moves: halfway between two colours there is no contrast."""
        features = {"prefers-color-scheme": name, "prefers-reduced-motion": "reduce"}
        self.command("Emulation.setEmulatedMedia", features=[{"name": key, "value": value} for key, value in features.items()])

    def open(self, place="", url=None):
        """Loads the page anew, at a place behind its `#`."""
        self.driver.get("about:blank")
        self.driver.get(f"{url or self.url}/{place}")

    def go(self, place):
        """Goes to a place as a link does, without loading."""
        self.script("location.hash = arguments[0]", place)

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    @property
    def hash(self):
        return self.script("return location.hash")

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.script("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def until(self, condition, what):
        """Waits for `condition()`; answers what it answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if found := condition():
                    return found
            except StaleElementReferenceException:
                pass
            assert time.monotonic() < deadline, f"not in time: {what}; the page says: {self.text[:600]}"
            time.sleep(0.02)  # between two looks: no event tells a driver that a page has changed

    def find(self, selector):
        return self.until(lambda: next(iter(self.all(selector)), None), selector)

    @property
    def text(self):
        return self.script("return document.body.innerText")

    def sees(self, *words, selector="body"):
        """Waits until all of `words` are to be read in `selector`."""

        def holds():
            text = self.script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)
            return all(word in text for word in words)

        self.until(holds, f"{words} in {selector}")

    def button(self, text, selector="button, a.button"):
        return self.until(
            lambda: next((one for one in self.all(selector) if one.text.strip().startswith(text) and one.is_displayed()), None),
            f"a button {text}",
        )

    def press(self, text, selector="button, a.button"):
        self.button(text, selector).click()

    def field(self, label):
        return self.until(
            lambda: self.script(
                "return [...document.querySelectorAll('label')].find((one) => one.textContent === arguments[0])?.control", label
            ),
            f"a field {label}",
        )

    def fill(self, label, text):
        field = self.field(label)
        field.click()
        self.chord(Keys.CONTROL, "a")
        self.key(Keys.BACKSPACE)
        if text:
            field.send_keys(text)

    def choose(self, label, value):
        self.script(
            CHOOSE, self.field(label), value,
        )  # fmt: skip

    def key(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, modifier, key):
        webdriver.ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()

    @property
    def focused(self):
        """What has the focus: its name for people, and how the focus is shown."""
        return self.script("""
            const one = document.activeElement, style = getComputedStyle(one);
            return { tag: one.localName, text: (one.getAttribute("aria-label") ?? one.textContent).trim(), id: one.id,
                     shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 };
        """)

    def violations(self):
        """What axe-core has to say of the page as it is."""
        self.script(self.axe)
        found = self.driver.execute_async_script("""
            const done = arguments[0];
            axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] })
                .then((result) => done(result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160) + node.failureSummary).slice(0, 3).join(" | ")}`)),
                      (error) => done([String(error)]));
        """)
        return found

    def is_quiet(self, *expected):
        """Nothing was told the console but what has one of `expected` in it, and nothing broke the policy."""
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        said = [message for message in said if not any(word in message for word in expected)]
        assert said == [], said
        assert self.script("return window.watched?.violations ?? []") == []

    def long_tasks(self):
        """Milliseconds of tasks over 50 ms since this was asked last."""
        return self.script("return watched.long.splice(0)")


__all__ = ["CHOOSE", "Keys", "Page"]
