// Whom to follow, who follows the user, and a way to any user.

import { userAddress } from "./address.js";
import { byId, element, link } from "./dom.js";
import { PeoplePanels } from "./people_panels.js";
import { View } from "./view.js";

export class PeopleView extends View {
  title = "People";
  #panels;

  constructor(session) {
    super(session);
    this.#panels = new PeoplePanels(session, this.ended, { suggestions: 10, followers: 20 });
    this.element.append(...this.#panels.elements);
    if (session.id) {
      const whom = link(userAddress(session.id, "following"), { textContent: "Whom you follow" });
      this.element.append(element("p", { className: "hint more" }, whom));
    }
    this.polls(() => this.#panels.read());
  }

  show() {
    super.show();
    byId("aside").hidden = true;
  }

  hide() {
    super.hide();
    byId("aside").hidden = false;
  }
}
