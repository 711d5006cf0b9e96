// One line that screen readers read out when it changes.

/** Say something that eyes see elsewhere. */
export function say(text) {
  document.getElementById("status").textContent = text;
}
