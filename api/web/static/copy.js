// Buttons that copy: the code beside them, or the text that `data-copy` holds.

import { say } from "./status.js";

const SHOWN_MS = 2000;

export function addCopyButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const text = button.dataset.copy || button.parentElement.querySelector("code").textContent;
  const label = button.querySelector("span");
  const before = label.dataset.before ?? label.textContent;
  label.dataset.before = before;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
    button.classList.add("done");
    say("Copied.");
  } catch {
    label.textContent = "Press Ctrl+C";
    getSelection().selectAllChildren(button.parentElement.querySelector("code") ?? button);
    say("The browser does not let this page copy. The text is selected: press Control and C.");
  }
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove("done");
  }, SHOWN_MS);
}
