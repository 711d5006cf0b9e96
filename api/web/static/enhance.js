// What scripts add to any markup that asks for it.

import { addCopyButtons } from "./copy.js";
import { addTabs } from "./tabs.js";

/** Add to a page, or to a part of it that came later. */
export function enhance(root) {
  addTabs(root);
  addCopyButtons(root);
}
