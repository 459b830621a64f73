// What makes a page quicker when there is script. Every page works without it.
// Events are caught on the document, so parts that htmx puts in later behave like the rest.

// A filter that changes applies at once; its button stays for the keyboard and for browsers without script.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.matches("[data-apply]") && event.target.matches("select, [type=checkbox], [type=radio]")) {
    form.requestSubmit();
  }
});

// A step that cannot be taken back asks first.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A second tap on a slow line is not a second record. The form is marked instead of its button disabled: a
// disabled button would not send its own name and value.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  form.setAttribute("aria-busy", "true");
});

// Going back brings the page as it was left: it may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// "/" leads to the search field, unless somebody is typing; Escape closes the menu of the person.
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("[data-menu][open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("[data-search]");
  if (search?.checkVisibility()) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

document.addEventListener("click", async (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const button = event.target.closest("[data-print], [data-copy], [data-today]");
  if (!button) return;
  if (button.matches("[data-today]")) {
    const field = button.previousElementSibling;
    field.value = button.dataset.today;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
    return;
  }
  if (button.matches("[data-print]")) {
    window.print();
    return;
  }
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // an office server without TLS has no clipboard of its own
  }
  button.querySelector("span").textContent = button.dataset.done;
});

// Buttons that need script are printed hidden.
const show = () => {
  const buttons = document.querySelectorAll("[data-print][hidden], [data-copy][hidden], [data-today][hidden]");
  for (const button of buttons) button.hidden = false;
};
show();
document.addEventListener("htmx:load", show);

// On a phone the tab that is open may lie out of sight: its row is moved, and the page is not.
for (const tab of document.querySelectorAll(".cn-tabs [aria-current]")) {
  const row = tab.parentElement;
  const [shown, whole] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += shown.left + shown.width / 2 - (whole.left + whole.width / 2);
}

// On a slow line somebody types before the script has come: what stands there then is asked for now.
document.addEventListener("htmx:load", (event) => {
  for (const field of event.target.querySelectorAll('[hx-trigger~="typed"]')) {
    if (field.value !== field.defaultValue) field.dispatchEvent(new Event("typed"));
  }
});
