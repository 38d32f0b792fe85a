// Keeps the timeline live: reads the first page, then the stream, and retries when either fails.

import { isStranger, Problem } from "./api.js";
import { showConnection } from "./connection.js";
import { readStream } from "./stream.js";

const POLL_MS = 4_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const FAILURES_TO_MENTION = 2;

export class Live extends EventTarget {
  #api;
  #home;
  #leave;
  #running = null;
  #wake = () => {};

  /**
   * Sends `live` when a stream is open.
   *
   * `home` has `readAnew`, which returns the id after which the stream starts, `arrive`, which gets tweets, and
   * `deleted`, which gets the ids of deleted ones.
   * Calls `leave` with the reason when the service refuses the user.
   */
  constructor(api, home, leave) {
    super();
    this.#api = api;
    this.#home = home;
    this.#leave = leave;
    api.closed.addEventListener("abort", () => this.stop());
  }

  get isRunning() {
    return this.#running !== null;
  }

  start() {
    if (this.#running || this.#api.closed.aborted) return;
    this.#running = new AbortController();
    showConnection("connecting");
    this.#run({ stopped: this.#running.signal, since: null, failures: 0 });
  }

  /** Closes the connection. `start` then reads the first page again. */
  stop() {
    this.#running?.abort();
    this.#running = null;
    this.#wake();
    showConnection("paused");
  }

  restart() {
    this.stop();
    this.start();
  }

  /** Ends the pause between two attempts at once. */
  wake() {
    this.#wake();
  }

  async #run(run) {
    while (!run.stopped.aborted) {
      const pause = await this.#readOn(run);
      if (!run.stopped.aborted) await this.#sleep(pause);
    }
  }

  #sleep(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  /** Reads until it fails or ends. Returns the milliseconds to wait before the next attempt. */
  async #readOn(run) {
    try {
      run.since ??= await this.#home.readAnew();
      const retry = await this.#readStream(run);
      if (retry === null) throw new Error("The connection was lost.");
      return this.#sentAway(run, retry);
    } catch (error) {
      if (run.stopped.aborted) return 0;
      return error instanceof AllTaken ? POLL_MS : this.#failed(run, error);
    }
  }

  async #readStream(run) {
    const heard = {
      opened: () => this.#opened(),
      arrived: (tweets, lastId) => this.#arrived(run, tweets, lastId),
      deleted: (ids) => this.#home.deleted(ids),
    };
    try {
      return await readStream(this.#api, run.since, run.stopped, heard);
    } catch (error) {
      if (!(error instanceof Problem && error.status === 503)) throw error;
      await this.#poll(run);
      throw new AllTaken();
    }
  }

  #opened() {
    showConnection("live");
    this.dispatchEvent(new Event("live"));
  }

  #arrived(run, tweets, lastId) {
    run.since = lastId;
    run.failures = 0;
    this.#home.arrive(tweets);
  }

  /** Reads what came since the last tweet, because no stream is free. */
  async #poll(run) {
    showConnection("polling");
    const page = await this.#api.get(`v1/users/me/timeline?include_self=true&limit=100&since_id=${run.since}`);
    if (page.meta.next_cursor !== null) run.since = await this.#home.readAnew();
    else this.#arrived(run, page.data, page.meta.since_id);
  }

  /** The service ends its streams when it stops. It may restart with other data, so the first page is read again. */
  #sentAway(run, retry) {
    run.since = null;
    showConnection("retrying");
    return jittered(retry);
  }

  #failed(run, error) {
    if (isStranger(error)) {
      this.#leave(error.message);
      return 0;
    }
    run.since = null;
    run.failures += 1;
    showConnection("retrying", run.failures < FAILURES_TO_MENTION ? "" : error.message);
    return jittered(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (run.failures - 1)));
  }
}

/** All streams are in use. */
class AllTaken extends Error {}

/** Spreads the attempts of pages that lost the same service at the same moment. */
function jittered(milliseconds) {
  return milliseconds * (1 + Math.random() / 2);
}
