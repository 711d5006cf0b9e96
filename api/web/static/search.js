// Entries are found while somebody types: the results of the same form's page, without leaving this one.

import { say } from "./status.js";

const PAUSE_MS = 250;

export function searchWhileTyping() {
  const form = document.querySelector("form[data-search]");
  if (form && document.querySelector("[data-results]")) {
    let pause;
    form.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => search(form), PAUSE_MS);
    });
  }
}

async function search(form) {
  const wanted = [...new FormData(form)].filter(([, value]) => value);
  const address = `${form.action}?${new URLSearchParams(wanted)}`;
  const asked = form.elements.query.value;
  const response = await fetch(address).catch(() => null);
  // Without an answer, what is shown stays and the button still works. Meanwhile more may have been typed.
  if (!response?.ok || asked !== form.elements.query.value) {
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const results = page.querySelector("[data-results]");
  if (!results) {
    location.assign(address);
    return;
  }
  document.querySelector("[data-results]").replaceWith(results);
  document.title = page.title;
  history.replaceState(null, "", address);
  say(results.querySelector("h2").textContent);
}
