// What is half typed outlives a closed page and an expired session: a draft per user and form, on this phone alone.

import { momentOf } from "./moments.js";
import { all, get, put, remove } from "./store.js";

const KEPT_DAYS = 14;
const SENT_LATELY = 60 * 1000;
const TYPED = "textarea, select, input:not([type=hidden], [type=submit], [type=search])";

const fieldsOf = (form) => [...form.querySelectorAll(TYPED)].filter((field) => field.name && !field.disabled);
const read = (form) =>
  fieldsOf(form)
    .filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);

function fill(form, values) {
  for (const field of fieldsOf(form)) {
    const said = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = said.includes(field.value);
    else if (said.length) field.value = said[0];
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.dataset.dirty = "true";
}

// Forms in which somebody writes; none that holds a secret or a file.
const written = () =>
  [...document.querySelectorAll("main form[method=post]")].filter(
    (form) =>
      !form.matches("[data-entry], [data-sign-out], [data-no-draft]") &&
      !location.pathname.startsWith("/account/") &&
      form.querySelector("textarea, input[type=text], input:not([type]), input[type=radio]") &&
      !form.querySelector("[type=password], [type=file]"),
  );

// What was sent and answered is no draft any more: the answer is another page, or says that it went well.
async function settle(user) {
  const came = document.referrer && new URL(document.referrer).pathname;
  for (const draft of await all("drafts")) {
    const old = Date.now() - draft.at > KEPT_DAYS * 24 * 3600 * 1000;
    const answered =
      draft.owner === user &&
      draft.sent &&
      Date.now() - draft.sent < SENT_LATELY &&
      came === draft.path &&
      (location.pathname !== draft.path || document.querySelector(".cn-msg.is-good"));
    if (old || answered) await remove("drafts", draft.id);
  }
}

function offer(form, draft) {
  const banner = document.getElementById("draft-words").content.firstElementChild.cloneNode(true);
  banner.querySelector("[data-at]").textContent = momentOf(draft.at);
  form.before(banner);
  banner.addEventListener("click", async (event) => {
    if (event.target.closest("[data-bring]")) {
      fill(form, draft.fields);
      form.querySelector(TYPED)?.focus();
    } else if (event.target.closest("[data-throw]")) {
      await remove("drafts", draft.id);
    } else {
      return;
    }
    banner.remove();
  });
}

export async function keepDrafts(user) {
  await settle(user);
  for (const [index, form] of written().entries()) {
    const id = `${user}|${location.pathname}|${index}`;
    const untouched = JSON.stringify(read(form));
    const draft = await get("drafts", id);
    if (draft && JSON.stringify(draft.fields) !== untouched && document.getElementById("draft-words")) offer(form, draft);
    let timer = null;
    const save = (sent = null) =>
      put("drafts", { id, owner: user, path: location.pathname, fields: read(form), at: Date.now(), sent });
    form.addEventListener("input", () => {
      form.dataset.dirty = "true";
      clearTimeout(timer);
      timer = setTimeout(save, 400);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      if (form.dataset.dirty) save(Date.now());
      delete form.dataset.dirty;
    });
  }
}
