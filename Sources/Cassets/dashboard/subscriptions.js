// The subscriptions of a filter, page by page, for as long as a view shows them.
class Subscribers {
  constructor(filter, onChange) {
    Object.assign(this, { filter, onChange });
    this.rows = [];
    this.pages = [];
    this.isLoading = true;
    this.hasMore = false;
    this.trouble = null;
    this.stopper = new AbortController();
    this.run(this.stopper.signal);
  }

  dispose() { this.stopper.abort(); }

  hurry() { this.wake?.(); }

  async run(signal) {
    while (!signal.aborted) {
      try {
        await this.read(signal);
        this.trouble = null;
      } catch (trouble) {
        if (signal.aborted) return;
        this.trouble = trouble;
        if (trouble.status === 0) store.hurry();
      }
      if (signal.aborted) return;
      this.isLoading = false;
      this.onChange();
      const waiter = new AbortController();
      this.wake = () => waiter.abort();
      await pause(document.hidden ? store.hiddenSeconds : store.pollSeconds, AbortSignal.any([signal, waiter.signal]));
    }
  }

  async read(signal) {
    let cursor = "";
    const pages = [];
    while (pages.length < store.subscriberPagesMax) {
      // Whoever has it all gives the service time between the pages.
      if (pages.length > 0 && !this.isLoading) await pause(store.pagePauseSeconds, signal);
      const answer = await api.poll(query("/subscribers", { ...this.filter, limit: store.pageMax, cursor }), { signal });
      if (pages.length === 0 && !answer.isNew && this.pages.length > 0) return;
      if (answer.isNew) answer.data.subscribers.forEach(prepare);
      pages.push(answer.data.subscribers);
      cursor = answer.data.next_cursor ?? "";
      // The first round shows what it has.
      if (this.isLoading) { this.pages = pages; this.rows = pages.flat(); this.onChange(); }
      if (!cursor) break;
    }
    this.hasMore = cursor !== "";
    this.pages = pages;
    this.rows = pages.flat();
  }
}

// What is asked of each subscription often.
function prepare(subscription) {
  subscription.search = `${subscription.id} ${subscription.event} ${subscription.socket}`.toLowerCase();
  subscription.deadline = subscription.permanent ? Infinity : Date.parse(subscription.expires_at);
  subscription.health = health(subscription);
  return subscription;
}

// { kind, text, rank, group }: how it goes, the worst with the highest rank.
function health({ deliveries, destination }) {
  const failures = destination?.consecutive_failures ?? 0;
  if (destination?.state === "open") return { kind: "bad", text: "Left alone", rank: 5, group: "trouble" };
  if (destination?.state === "half_open") return { kind: "warn", text: "Trying again", rank: 4, group: "trouble" };
  if (failures > 0) return { kind: "warn", text: "Failing", rank: 3, group: "trouble" };
  if (deliveries.pending > 0) return { kind: "wait", text: "Waiting", rank: 2, group: "waiting" };
  if (deliveries.matched === 0) return { kind: "none", text: "Nothing yet", rank: 0, group: "new" };
  // Nobody knows how it goes where nothing ever answers: the last delivery may have gone wrong or not.
  if (!destination && deliveries.delivered === 0) return { kind: "bad", text: "None arrived", rank: 4, group: "trouble" };
  if (deliveries.failed + deliveries.dropped > deliveries.delivered) return { kind: "warn", text: "Losing", rank: 3, group: "trouble" };
  return { kind: "good", text: "In order", rank: 1, group: "good" };
}

const lastError = (subscription) => {
  const { destination, deliveries } = subscription;
  if (destination?.last_error) return destination.last_error;
  const reasons = { ...deliveries.failed_by, ...deliveries.dropped_by };
  return Object.entries(reasons).sort((one, other) => other[1] - one[1]).map(([reason, count]) => `${reason} ×${number(count)}`).join(", ");
};
