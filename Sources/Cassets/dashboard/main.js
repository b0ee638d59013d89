// Starts everything, and shows how the connection is.

const connectionWords = {
  connecting: ["wait", "Connecting"], up: ["good", "Connected"], down: ["bad", "Connection lost"],
  odd: ["warn", "No answer"], denied: ["warn", "No access"],
};

function showConnection() {
  const { state, before, beforeSince, since, reason } = store.connection;
  const place = document.getElementById("connection"), banner = document.getElementById("banner");
  const [kind, words] = connectionWords[state];
  setChild(place, state, () => badge(kind, words));
  document.getElementById("signout").hidden = session.authorization === null;
  setChild(banner, `${state} ${since} ${reason}`, () => {
    const content = document.createDocumentFragment();
    clearTimeout(showConnection.timer);
    banner.className = state;
    banner.hidden = state === "connecting" || (state === "up" && !["down", "odd"].includes(before));
    if (state === "down" || state === "odd") {
      content.append(h("p", null, h("strong", null, `${words} ${state === "down" ? "at" : "to be used since"} ${clock(since)}. `), `${reason} What is shown is as it was then; it is tried again and again.`),
        button("Try now", () => store.hurry(), { class: "button" }));
    } else if (state === "denied") {
      content.append(h("p", null, h("strong", null, "No access. "), reason), button("Sign in", () => signIn(false), { class: "button" }));
    } else if (!banner.hidden) {
      content.append(h("p", null, `Connected again, after ${duration((since - beforeSince) / 1000)}.`));
      showConnection.timer = setTimeout(() => { banner.hidden = true; }, 6000);
    }
    return content;
  });
}

let isAsking = false;

async function signIn(wasRefused) {
  if (isAsking) return;
  isAsking = true;
  const isGiven = await askWho(wasRefused);
  isAsking = false;
  if (!isGiven) return;
  startAnew();
}

// Everything again, by whoever is signed in now.
function startAnew() {
  store.start();
  router.view?.dispose?.();
  router.view = null;
  router.show();
  showConnection();
}

api.onDenied = (hadCredentials) => signIn(hadCredentials);

// On a wide screen the stream stands beside everything else.
const wide = matchMedia("(min-width: 1800px)");
let aside = null;

function showAside() {
  const place = document.getElementById("aside"), isShown = wide.matches && router.at.name !== "live";
  place.hidden = !isShown;
  if (isShown && !aside) {
    aside = new LiveList(true);
    place.replaceChildren(h("h2", null, "Live"), aside.grid.element);
  } else if (!isShown && aside) {
    aside.grid.dispose();
    aside = null;
    place.replaceChildren();
  }
  aside?.update();
}

store.listeners.add((topics) => {
  if (topics.has("connection")) showConnection();
  router.view?.update?.(topics);
  if (topics.has("live") || topics.has("connection")) aside?.update();
});

setInterval(() => {
  if (document.hidden) return;
  router.view?.tick?.();
}, 1000);

// The minutes go on where nothing happens, too.
setInterval(() => { if (!document.hidden) store.changed("events"); }, 10000);

// A browser opens six connections to a service, for all tabs together: a tab that nobody sees gives its stream back, and
// goes on where it was.
let resting = null;

document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) {
    resting = setTimeout(() => store.stream.close(), 5000);
  } else {
    store.hurry();
    if (!store.stream.controller) store.stream.open(store.stream.glob, store.stream.lastID);
  }
});
addEventListener("pagehide", () => store.stop());
addEventListener("pageshow", (event) => { if (event.persisted) startAnew(); });
addEventListener("hashchange", () => { router.show(); showAside(); });
addEventListener("popstate", () => { router.show(); showAside(); });
addEventListener("online", () => store.hurry());
wide.addEventListener("change", showAside);

document.getElementById("signout").addEventListener("click", () => {
  session.authorization = null;
  startAnew();
  document.getElementById("main").focus();
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.querySelector("#main h1")?.focus();
});

document.body.append(eventNames);
router.show();
showConnection();
showAside();
store.start();
