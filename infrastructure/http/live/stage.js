// Shows the view that the address names, and brings back earlier views as they were left.

import { EXPLORE, HOME, parseAddress } from "./address.js";
import { byId } from "./dom.js";
import { ExploreView } from "./explore_view.js";
import { FanOutView } from "./fan_out.js";
import { focusTitle } from "./feed_view.js";
import { HomeView } from "./home_view.js";
import { PeopleView } from "./people_view.js";
import { TweetPage } from "./tweet_page.js";
import { UserView } from "./user_view.js";

const KEPT_MAX = 8;
const KEEP_MS = 200;
const VIEWS = {
  home: HomeView,
  explore: ExploreView,
  people: PeopleView,
  "fan-out": FanOutView,
  users: UserView,
  tweets: TweetPage,
};

export class Stage {
  #session;
  #start;
  /** The views by address, the last one used last. */
  #views = new Map();
  #current = null;
  /** Where each entry of the history was scrolled to. */
  #places = new Map();
  #entry = 0;
  #keeping;

  /** `start` is the address to show for none. */
  constructor(session, start) {
    this.#session = session;
    this.#start = start;
    history.scrollRestoration = "manual";
    const until = { signal: session.api.closed };
    addEventListener("hashchange", () => this.#moved(), until);
    addEventListener("scroll", () => this.#scrolled(), { ...until, passive: true });
    byId("nav").addEventListener("click", (event) => this.#clicked(event), until);
    session.api.closed.addEventListener("abort", () => this.#clear());
    this.#restored();
  }

  /** Shows the new tweets of the current view, and its top. */
  reveal() {
    this.#current?.view.feed?.reveal({ byUser: true });
    scrollTo(0, 0);
  }

  #clear() {
    this.#current?.view.hide();
    for (const view of this.#views.values()) view.close();
    byId("view").removeAttribute("data-view");
  }

  /** A reload shows the same view at the same place. */
  #restored() {
    const { at = 0, y = 0 } = history.state ?? {};
    this.#entry = at;
    this.#places.set(at, y);
    this.#show(y);
  }

  /** The browser leaves no state on a new entry: so a link was followed, and the view begins at its top. */
  #moved() {
    const at = history.state?.at;
    this.#entry = at ?? Math.max(...this.#places.keys()) + 1;
    if (at === undefined) history.replaceState({ at: this.#entry }, "");
    const y = at === undefined ? 0 : this.#places.get(at) ?? 0;
    this.#show(y);
    focusTitle();
  }

  #show(y) {
    const address = this.#address();
    const view = this.#views.get(address) ?? this.#make(address);
    if (this.#current?.view !== view) this.#current?.view.hide();
    this.#current = { address, view };
    this.#views.delete(address);
    this.#views.set(address, view);
    this.#forget();
    view.show();
    this.#drawFrame(view, address);
    scrollTo(0, y);
    if (y === 0) view.feed?.reveal({ byUser: false });
    else if (scrollY < y) scrollOnceThere(y, view);
  }

  /** Addresses that name no view show the start, and are replaced by its address. */
  #address() {
    const address = parseAddress(location.hash);
    const isOpen = address && (address.view !== "home" || this.#session.id);
    if (isOpen) return location.hash;
    history.replaceState(history.state, "", this.#start);
    return this.#start;
  }

  #make(address) {
    const { view, ...where } = parseAddress(address);
    const made = new VIEWS[view](this.#session, where);
    byId("view").append(made.element);
    return made;
  }

  #forget() {
    for (const [address, view] of this.#views) {
      if (this.#views.size <= KEPT_MAX) return;
      if ([HOME, EXPLORE].includes(address) || view === this.#current.view) continue;
      view.close();
      this.#views.delete(address);
    }
  }

  #drawFrame(view, address) {
    const name = parseAddress(address).view;
    byId("view").dataset.view = name;
    byId("compose").hidden = !this.#session.id || !view.hasComposer;
    byId("title").textContent = name === "tweets" ? "Tweet" : view.title;
    document.title = `${byId("title").textContent} · Perch`;
    for (const each of byId("nav").querySelectorAll("a")) {
      if (each.hash === address) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    }
  }

  /** A click on the current view's own link goes to its top. */
  #clicked(event) {
    const clicked = event.target.closest("a");
    if (!clicked || clicked.hash !== location.hash) return;
    event.preventDefault();
    this.reveal();
  }

  /** Browsers allow few changes of the state a second, and forget one that is made while the page is left. */
  #scrolled() {
    this.#places.set(this.#entry, scrollY);
    const entry = this.#entry;
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      if (entry === this.#entry) history.replaceState({ at: entry, y: scrollY }, "");
    }, KEEP_MS);
  }
}

/** Scrolls as soon as the view is long enough, unless the user scrolls first. */
function scrollOnceThere(y, view) {
  const observer = new ResizeObserver(() => {
    if (document.documentElement.scrollHeight - innerHeight < y) return;
    observer.disconnect();
    scrollTo(0, y);
  });
  observer.observe(view.element);
  const stop = () => observer.disconnect();
  for (const each of ["wheel", "touchstart", "keydown"]) addEventListener(each, stop, { once: true, passive: true });
  view.ended.addEventListener("abort", stop);
}
