// The box for a symptom: files that are dropped or pasted, a draft that survives a reload, an answer without a new page.

import { showAnswerPage } from "./answering.js";
import { showProblem, submit } from "./forms.js";
import { say } from "./status.js";

const DRAFT = "draft";
const NO_TEXT = /^(image|audio|video|font)\/|^application\/(pdf|zip|gzip|x-7z-compressed|x-tar)$/;

export function addAsking(root) {
  const form = root.querySelector("[data-ask]");
  if (form) {
    const files = new AttachedFiles(form);
    keepDraft(form.symptom);
    takeDroppedFiles(files);
    takePastedFiles(form, files);
    offerShortcut(form);
    fillWithExamples(root, form.symptom);
    form.addEventListener("submit", (event) => ask(event, form));
  }
}

async function ask(event, form) {
  event.preventDefault();
  const page = await submit(form, event.submitter, "Looking…");
  if (page) {
    sessionStorage.removeItem(DRAFT);
    // Going back finds it again.
    history.replaceState({ draft: form.symptom.value }, "");
    showAnswerPage(page);
  }
}

/** The files of a form's input, which can be added to and taken from. */
class AttachedFiles {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-attached]");
    this.files = [];
    const choose = form.querySelector("[data-choose-files]");
    form.evidence.hidden = true;
    choose.hidden = false;
    choose.addEventListener("click", () => form.evidence.click());
    form.evidence.addEventListener("change", () => this.add([...form.evidence.files]));
  }

  add(files) {
    const { maxFiles, maxBytes } = this.form.dataset;
    const readable = files.filter((file) => !NO_TEXT.test(file.type));
    const left = files.filter((file) => !readable.includes(file)).map((file) => file.name);
    const all = [...this.files, ...readable];
    if (left.length) {
      showProblem(this.form, `${left.join(", ")}: only text can be read. Copy the text out of it instead.`);
    } else if (all.length > Number(maxFiles)) {
      showProblem(this.form, `Up to ${maxFiles} files are read. Remove some first.`);
    } else if (all.reduce((sum, file) => sum + file.size, 0) > Number(maxBytes)) {
      showProblem(this.form, `The files are more than ${Math.floor(maxBytes / 1e6)} MB together. Attach the part that shows the problem.`);
    } else {
      showProblem(this.form);
      this.files = all;
      say(`Attached: ${files.map((file) => file.name).join(", ")}.`);
    }
    this.show();
  }

  remove(file) {
    this.files = this.files.filter((each) => each !== file);
    this.show();
    say(`Removed: ${file.name}.`);
    (this.list.querySelector("button") ?? this.form.querySelector("[data-choose-files]")).focus();
  }

  show() {
    const transfer = new DataTransfer();
    this.files.forEach((file) => transfer.items.add(file));
    this.form.evidence.files = transfer.files;
    this.list.replaceChildren(...this.files.map((file) => this.item(file)));
    this.list.hidden = this.files.length === 0;
  }

  item(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const remove = document.createElement("button");
    name.textContent = `${file.name} (${sizeOf(file)})`;
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => this.remove(file));
    item.append(name, remove);
    return item;
  }
}

function sizeOf(file) {
  return file.size < 1e6 ? `${Math.ceil(file.size / 1e3)} kB` : `${(file.size / 1e6).toFixed(1)} MB`;
}

function keepDraft(box) {
  box.value ||= history.state?.draft ?? sessionStorage.getItem(DRAFT) ?? "";
  box.addEventListener("input", () => sessionStorage.setItem(DRAFT, box.value));
}

function takeDroppedFiles(files) {
  const page = document.documentElement;
  const whileHere = (listener) => (event) => {
    // The box may have left the page, and text can be dragged as well.
    if (files.form.isConnected && event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      listener(event);
    }
  };
  page.addEventListener("dragover", whileHere(() => page.classList.add("dropping")));
  page.addEventListener("dragleave", (event) => event.relatedTarget ?? page.classList.remove("dropping"));
  page.addEventListener("drop", whileHere((event) => {
    page.classList.remove("dropping");
    files.add([...event.dataTransfer.files]);
  }));
}

function takePastedFiles(form, files) {
  form.symptom.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (event.clipboardData.files.length) {
      event.preventDefault();
      files.add([...event.clipboardData.files]);
    } else if (form.symptom.value.length + text.length > Number(form.dataset.maxCharacters)) {
      event.preventDefault();
      files.add([new File([text], "pasted.txt", { type: "text/plain" })]);
    }
  });
}

function offerShortcut(form) {
  const hint = form.querySelector("[data-shortcut]");
  hint.hidden = !matchMedia("(pointer: fine)").matches;
  if (navigator.platform.startsWith("Mac")) {
    hint.firstElementChild.textContent = "⌘";
  }
  form.symptom.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-submit]"));
    }
  });
}

function fillWithExamples(root, box) {
  for (const example of root.querySelectorAll("[data-example]")) {
    example.addEventListener("click", (event) => {
      event.preventDefault();
      box.value = example.textContent;
      box.dispatchEvent(new Event("input"));
      box.focus();
    });
  }
}
