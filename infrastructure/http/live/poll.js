// Does something again and again while the page is visible, and more slowly while it fails.

const PERIOD_MS = 5_000;
const LONGEST_MS = 30_000;

export class Poll {
  #act;
  #failed;
  #isOn = false;
  #isBusy = false;
  #isDue = false;
  #failures = 0;
  #timer;

  /** Calls `failed` with the error when `act` rejects. Ends with the signal. */
  constructor(act, signal, failed = () => {}) {
    this.#act = act;
    this.#failed = failed;
    signal.addEventListener("abort", () => this.stop());
    document.addEventListener("visibilitychange", () => !document.hidden && this.now(), { signal });
    addEventListener("online", () => this.now(), { signal });
  }

  start() {
    if (this.#isOn) return;
    this.#isOn = true;
    this.now();
  }

  stop() {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  /** Acts at once; once more when it is acting already, because that may have begun too early. */
  async now() {
    clearTimeout(this.#timer);
    if (!this.#isOn || document.hidden) return;
    this.#isDue = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isDue && this.#isOn) {
      this.#isDue = false;
      await this.#try();
    }
    this.#isBusy = false;
    if (this.#isOn) this.#timer = setTimeout(() => this.now(), this.#pause());
  }

  async #try() {
    try {
      await this.#act();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#failed(error);
    }
  }

  #pause() {
    return Math.min(LONGEST_MS, PERIOD_MS * 2 ** this.#failures) * (1 + Math.random() / 10);
  }
}
