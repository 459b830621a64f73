// On each page of somebody who is signed in: how much waits on this phone, and the taps that go through the outbox.

import { able, all, get, owner, put, remove, wipe } from "./store.js";
import { HERE, RECEIVED, STUCK, flush, isOld, isUnsent, keepSending, entriesOf, note, onChange, unsent } from "./outbox.js";
import { keepDrafts } from "./drafts.js";

const bar = document.querySelector("[data-phone]");
const user = Number(bar?.dataset.phone);
const PATIENCE = 4000;
const FRESH = 10 * 60 * 1000;
const DAY = 24 * 3600 * 1000;

// --- The count in the bar

async function count() {
  const waiting = (await entriesOf(user)).filter(isUnsent);
  bar.hidden = !waiting.length;
  bar.querySelector("[data-count]").textContent = waiting.length;
  bar.classList.toggle("is-old", waiting.some(isOld));
  bar.setAttribute("aria-label", `${waiting.length} ${bar.dataset.words}`);
  for (const form of document.querySelectorAll("form[data-entry]")) show(form, waiting);
}

// --- A tap that is noted here first

const PARTS = { here: HERE, sending: "sending", stuck: STUCK, "signed-out": "signed-out" };

function show(form, waiting, result) {
  const entry = waiting.find((one) => one.key === form.dataset.key);
  const state = entry && (result === "signed-out" && entry.state === HERE ? "signed-out" : entry.state);
  for (const part of form.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== PARTS[state];
  const why = form.querySelector("[data-why]");
  if (why) why.textContent = entry?.why || "";
}

async function tap(form, button) {
  const { meeting, title, when, key } = form.dataset;
  const former = key && (await get("entries", key));
  // What comes after an entry that may have arrived starts from what that one said.
  const was = former?.frozen && former.state !== STUCK ? [former.status, former.reason, former.note] : JSON.parse(form.dataset.was);
  const said = { owner: user, meeting: Number(meeting), title, when, was, status: button.value };
  const entry = await note(said, key || null);
  form.dataset.key = entry.key;
  await count();
  const late = new Promise((done) => setTimeout(done, PATIENCE, "late"));
  const result = await Promise.race([flush(), late]);
  const now = await get("entries", entry.key);
  if (now?.state === RECEIVED) {
    location.assign(form.action);
    return;
  }
  show(form, [now], result);
}

// In the capture phase, before a page marks the form as sent.
function catchTaps() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("form[data-entry]") || !event.submitter?.value) return;
      event.preventDefault();
      // The phone is full, or refuses: then as ever.
      tap(form, event.submitter).catch(() => {
        form.removeAttribute("data-entry");
        form.requestSubmit(event.submitter);
      });
    },
    true,
  );
}

// --- What is kept

async function keep() {
  const former = await owner();
  if (former !== user) {
    // Somebody else's calendar goes; what he has not sent waits for him, unseen.
    for (const name of ["meetings", "persisted"]) await remove("kept", name);
    for (const entry of await all("entries")) {
      if (entry.owner !== user && entry.state === RECEIVED) await remove("entries", entry.key);
    }
    await put("kept", { name: "owner", user });
  }
  const kept = await get("kept", "meetings");
  if (kept && kept.user === user && Date.now() - kept.at < FRESH) return;
  const response = await fetch("/phone/meetings/", { credentials: "same-origin", redirect: "error" });
  const found = response.ok && (await response.json());
  if (found && found.user === user) await put("kept", { name: "meetings", user, at: Date.now(), meetings: found.meetings });
}

async function register() {
  const worker = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  const ready = () => !document.querySelector("[data-dirty]") && worker.waiting?.postMessage("SKIP_WAITING");
  worker.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", ready));
  ready();
  // The shell in the words and the language of today.
  const language = document.documentElement.lang;
  const shell = await get("kept", "shell");
  if (shell?.language === language && Date.now() - shell.at < DAY) return;
  (await navigator.serviceWorker.ready).active.postMessage("KEEP_SHELL");
  await put("kept", { name: "shell", language, at: Date.now() });
}

// --- Signing out

const signOut = document.querySelector("form[data-sign-out]");
const asking = document.querySelector("[data-unsent]");

async function leave(form) {
  await Promise.race([flush(), new Promise((done) => setTimeout(done, PATIENCE))]);
  if (asking || !(await unsent()).length) {
    await wipe();
    form.submit();
  } else {
    location.assign(form.action);
  }
}

async function warn() {
  const left = await unsent();
  if (!asking || !left.length) return;
  for (const part of document.querySelectorAll("[data-unsent], [data-if-unsent]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-unless-unsent]")) part.hidden = true;
  const others = left.filter((entry) => entry.owner !== user).length;
  for (const place of asking.querySelectorAll("[data-number]")) place.textContent = left.length;
  for (const place of asking.querySelectorAll("[data-others]")) place.hidden = !others;
}

function catchSignOut() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("form[data-sign-out]")) return;
      event.preventDefault();
      leave(form).catch(() => form.submit());
    },
    true,
  );
}

// Signed out without a network: the phone was emptied then, and the session ends now.
async function finishSignOut() {
  if (!(await get("kept", "sign_out"))) return false;
  await wipe();
  signOut?.submit();
  return Boolean(signOut);
}

if (bar && able) {
  catchTaps();
  catchSignOut();
  (async () => {
    if (await finishSignOut()) return;
    onChange(count);
    await count();
    await warn();
    // There somebody may still be asked for a second step, or for a password of his own.
    if (location.pathname.startsWith("/account/")) return;
    await keep().catch(() => null);
    await count();
    keepSending();
    await keepDrafts(user);
    await register();
    // A page that is left in the middle of this is no fault, and without it the page works as ever.
  })().catch((error) => console.debug(error));
}
