// What all views have in common: an element, a title, an end, and a poll that runs while the view is shown.

import { element } from "./dom.js";
import { Poll } from "./poll.js";

export class View {
  element = element("section", { hidden: true });
  title = "";
  /** Whether the form for new tweets stands above this view. */
  hasComposer = false;
  /** The feed of this view, if it has one. */
  feed = null;
  #end = new AbortController();
  #poll = null;

  constructor(session) {
    this.session = session;
    this.ended = AbortSignal.any([this.#end.signal, session.api.closed]);
  }

  /** Has `act` run now and every few seconds while the view is shown. */
  polls(act, failed) {
    this.#poll = new Poll(async () => {
      await act();
      this.session.reached();
    }, this.ended, (error) => {
      this.session.missed(error);
      failed?.(error);
    });
  }

  show() {
    this.element.hidden = false;
    if (this.feed) this.feed.isShown = true;
    this.#poll?.start();
  }

  hide() {
    this.element.hidden = true;
    if (this.feed) this.feed.isShown = false;
    this.#poll?.stop();
  }

  close() {
    this.#end.abort();
    this.element.remove();
  }
}
