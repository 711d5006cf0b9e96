// Answers that change in their place: bars grow and shrink, and causes move to where they now belong.

import { enhance } from "./enhance.js";
import { submit } from "./forms.js";
import { say } from "./status.js";

const MOVE = { duration: 500, easing: "cubic-bezier(0.2, 0, 0, 1)" };

let shownPath = location.pathname;

/** Show an answer's page in the place of this one. */
export function showAnswerPage(page) {
  for (const part of ["header.site-header", "main"]) {
    document.querySelector(part).replaceWith(page.document.querySelector(part));
  }
  document.title = page.document.title;
  history.pushState(null, "", page.url);
  shownPath = location.pathname;
  scrollTo({ top: 0, behavior: "instant" });
  const main = document.querySelector("main");
  enhance(main);
  growBars(main, new Map());
  summarize();
  document.getElementById("verdict").focus();
}

export function addAnswering() {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-answers], [data-feedback]");
    if (!form) {
      return;
    }
    event.preventDefault();
    const page = await submit(form, event.submitter);
    if (!page) {
      return;
    }
    replaceAnswer(page.document.querySelector("[data-answer]"));
    document.title = page.document.title;
    if (form.matches("[data-feedback]")) {
      focusOn(document.getElementById(`feedback-${form.elements.entry_id.value}`));
      say("Thank you, this is noted.");
    } else {
      focusOn(document.getElementById("question") ?? document.getElementById("verdict"));
      summarize();
    }
  });
  // Pages that came by a script are fetched again when going back and forth; a place of the same page needs nothing.
  addEventListener("popstate", () => location.pathname === shownPath || location.reload());
}

function replaceAnswer(after) {
  const before = document.querySelector("[data-answer]");
  const widths = new Map([...before.querySelectorAll("[data-bar]")].map((bar) => [bar.dataset.bar, widthOf(bar)]));
  const tops = new Map([...before.querySelectorAll("[data-moves]")].map((item) => [item.dataset.moves, topOf(item)]));
  const open = [...before.querySelectorAll("details[id][open]")].map((details) => details.id);
  before.replaceWith(after);
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  enhance(after);
  growBars(after, widths);
  moveItems(after, tops);
}

function growBars(root, widths) {
  for (const bar of root.querySelectorAll("[data-bar]")) {
    const from = widths.get(bar.dataset.bar) ?? 0;
    if (widthOf(bar) > 0) {
      animate(bar, { transform: `scaleX(${from / widthOf(bar)})` });
    }
  }
}

function moveItems(root, tops) {
  for (const item of root.querySelectorAll("[data-moves]")) {
    const from = tops.get(item.dataset.moves);
    if (from === undefined) {
      animate(item, { opacity: 0 });
    } else if (from !== topOf(item)) {
      animate(item, { transform: `translateY(${from - topOf(item)}px)` });
    }
  }
}

function animate(element, from) {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    element.animate([from, {}], MOVE);
  }
}

function widthOf(bar) {
  return Number(bar.getAttribute("width"));
}

function topOf(element) {
  return element.getBoundingClientRect().top;
}

function focusOn(element) {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

/** Tell those who don't see it what the answer is now. */
function summarize() {
  const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
  say(`${text("#verdict")} First: ${text(".cause h3")}, ${text(".cause .percent")}.`);
}
