// The live stream, read by fetch so that a token can be sent. It resumes behind what came last.

class LiveStream {
  static silenceSeconds = 40;  // the service says something every 15
  static retrySeconds = [0.5, 1, 2, 4, 8, 15];
  static lineCharactersMax = 1 << 20;

  constructor({ onItem, onLost, onState }) {
    Object.assign(this, { onItem, onLost, onState });
    this.glob = "";
    this.lastID = null;
    this.failures = 0;
    this.controller = null;
  }

  // Begins anew, behind `lastID` where it is given.
  open(glob, lastID = null) {
    this.close();
    this.glob = glob;
    this.lastID = lastID;
    this.failures = 0;
    this.run(this.controller = new AbortController());
  }

  close() {
    this.controller?.abort();
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.controller = null;
  }

  async run(controller) {
    let trouble = null;
    try {
      await this.read(controller);
    } catch (error) {
      trouble = error;
    }
    clearTimeout(this.silence);
    if (this.controller !== controller) return;
    this.onState("lost", trouble);
    if (trouble instanceof Trouble && [401, 403].includes(trouble.status)) return;
    const steps = LiveStream.retrySeconds;
    const seconds = Math.max(steps[Math.min(this.failures, steps.length - 1)], trouble?.retryAfter ?? 0);
    this.failures += 1;
    // Many pages come back to a service that was started again: not all at once.
    this.timer = setTimeout(() => this.run(this.controller = new AbortController()), seconds * (750 + 500 * Math.random()));
  }

  async read(controller) {
    const headers = api.headers({ Accept: "application/x-ndjson" });
    if (this.lastID) headers.set("Last-Event-ID", this.lastID);
    const awake = () => {
      clearTimeout(this.silence);
      this.silence = setTimeout(() => controller.abort(), LiveStream.silenceSeconds * 1000);
    };
    awake();
    const response = await fetch(query("/events/stream", { event: this.glob }),
      { headers, signal: controller.signal, cache: "no-store", credentials: "omit", redirect: "error" });
    if (!response.ok) throw api.trouble(response, await response.text());
    this.onState("open");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      awake();
      this.failures = 0;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      if (rest.length > LiveStream.lineCharactersMax) throw new Error("a line without an end");
      for (const line of lines) if (line) this.take(parse(line));
    }
  }

  take(item) {
    if (item.id !== undefined) {
      this.lastID = item.id;
      this.onItem(item);
    } else if (item.lost !== undefined) {
      this.onLost(item.lost);
    }
  }
}
