// What scripts add to every page. Without them each page works as it is sent.

import { addCopyButtons } from "./copy.js";
import { searchWhileTyping } from "./search.js";
import { addTabs } from "./tabs.js";

/** Add to a page, or to a part of it that came later, whatever its markup asks for. */
export function enhance(root) {
  addTabs(root);
  addCopyButtons(root);
}

enhance(document);
searchWhileTyping();
