// Everybody's tweets: what a newcomer sees first.

import { element } from "./dom.js";
import { View } from "./view.js";

export class ExploreView extends View {
  title = "Explore";
  hasComposer = true;

  constructor(session) {
    super(session);
    const { relations } = session;
    this.feed = session.newFeed({
      path: "v1/tweets?",
      accepts: () => true,
      options: { relations },
      drawn: (authors) => relations.know(authors),
    }, this.ended);
    this.feed.element.querySelector(".empty").append(
      element("strong", { textContent: "Nobody has said anything yet." }),
      element("p", { textContent: "Be the first, or run “make demo” to fill this place with a crowd that talks." }),
    );
    this.element.append(this.feed.element);
    this.polls(() => this.feed.readAnew(), (error) => this.feed.showFault(error));
  }
}
