// Tabs of figures (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/). A choice holds for all tabs of the page, and for
// later ones.

const CHOSEN = "tab";

let made = 0;

export function addTabs(root) {
  for (const group of root.querySelectorAll("[data-tabs]")) {
    makeTabs(group);
  }
  choose(root, localStorage.getItem(CHOSEN));
}

function makeTabs(group) {
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Code for");
  for (const panel of group.querySelectorAll("[data-tab]")) {
    const caption = panel.querySelector("figcaption");
    const tab = document.createElement("button");
    made += 1;
    panel.id = `panel-${made}`;
    tab.id = `tab-${made}`;
    tab.type = "button";
    tab.textContent = caption.textContent;
    tab.dataset.chooses = panel.dataset.tab;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    caption.hidden = true;
    tab.addEventListener("click", () => remember(tab));
    list.append(tab);
  }
  list.addEventListener("keydown", move);
  group.prepend(list);
  group.removeAttribute("data-tabs");
  show(list, list.firstElementChild);
}

function move(event) {
  const tabs = [...event.currentTarget.children];
  const at = tabs.indexOf(event.target);
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) {
    return;
  }
  event.preventDefault();
  const tab = tabs.at(next % tabs.length);
  tab.focus();
  remember(tab);
}

function remember(tab) {
  localStorage.setItem(CHOSEN, tab.dataset.chooses);
  const top = tab.getBoundingClientRect().top;
  choose(document, tab.dataset.chooses);
  // Others above may have become longer or shorter: what was clicked stays where it is.
  scrollBy({ top: tab.getBoundingClientRect().top - top, behavior: "instant" });
}

function choose(root, chosen) {
  for (const list of root.querySelectorAll('[role="tablist"]')) {
    const tab = [...list.children].find((each) => each.dataset.chooses === chosen);
    if (tab) {
      show(list, tab);
    }
  }
}

function show(list, chosen) {
  for (const tab of list.children) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
}
