// Send forms without leaving the page. What comes back is the page that they would have led to.

import { say } from "./status.js";

/**
 * Send a form, once at a time, and say what became of it.
 *
 * Gives the page that it led to; null if there is none, which the form then shows the reason for.
 */
export async function submit(form, button, busyText = null) {
  if (form.ariaBusy === "true") {
    return null;
  }
  const label = button.textContent;
  form.ariaBusy = button.ariaBusy = "true";
  if (busyText) {
    button.textContent = busyText;
    say(busyText);
  }
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form, button.name ? button : null) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.ok) {
      return comeTo(page, response.url);
    }
    const problem = page.getElementById("problem");
    showProblem(form, ...(problem ? problem.childNodes : [`${response.status} ${response.statusText}`]));
  } catch (error) {
    showProblem(form, "The service can't be reached. What you wrote is still here: try again in a moment.");
    console.info(error);
  } finally {
    form.ariaBusy = button.ariaBusy = null;
    if (busyText) {
      button.textContent = label;
    }
  }
  return null;
}

function comeTo(page, url) {
  const style = (place) => place.querySelector('link[rel="stylesheet"]').getAttribute("href");
  // No answer, or one of another version of the service: this page's scripts don't know it.
  if (!new URL(url).pathname.startsWith("/d/") || style(page) !== style(document)) {
    location.assign(url);
    return null;
  }
  return { document: page, url };
}

/** Say at the top of a form why it led nowhere; without anything to say, take away what was said. */
export function showProblem(form, ...content) {
  form.querySelector("#problem")?.remove();
  if (content.length === 0) {
    return;
  }
  const notice = document.createElement("div");
  const text = document.createElement("div");
  notice.id = "problem";
  notice.className = "notice bad";
  notice.setAttribute("role", "alert");
  text.append(...content);
  notice.append(text);
  form.prepend(notice);
  notice.scrollIntoView({ block: "nearest" });
}
