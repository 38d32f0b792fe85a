// The home timeline. Its feed lives as long as the session, because the stream fills it behind other views, too.

import { EXPLORE } from "./address.js";
import { element, link } from "./dom.js";
import { View } from "./view.js";

export class HomeView extends View {
  title = "Home";
  hasComposer = true;

  constructor(session) {
    super(session);
    this.feed = session.home;
    this.element.append(this.feed.element);
  }
}

/** What an empty home timeline says. */
export function emptyHome() {
  return [
    element("strong", { textContent: "Your home is quiet." }),
    element("p", {}, "Follow people, and their tweets show here at once. ", link(EXPLORE, { textContent: "Explore" }),
      " has everybody’s tweets, and ", link("#/people", { textContent: "People" }), " suggests whom to follow."),
  ];
}
