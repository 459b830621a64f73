// Entries wait here until the server has said that it received them. Nothing else is ever called sent.

import { all, get, owner, put, remove } from "./store.js";

export const HERE = "here"; // on this phone
export const SENDING = "sending"; // sent, and not answered yet
export const RECEIVED = "received"; // the server said so
export const STUCK = "stuck"; // the server said why not

const DAY = 24 * 3600 * 1000;
const WAITS = [15, 30, 60, 120, 300];
const AT_ONCE = 50;
const changed = new BroadcastChannel("cadrenet-outbox");
let waited = 0;
let timer = null;

// Calls back after each change, also one by another tab.
export const onChange = (back) => {
  changed.addEventListener("message", back);
  document.addEventListener("outbox", back);
};
const tell = () => {
  changed.postMessage("changed");
  document.dispatchEvent(new Event("outbox"));
};

const byTime = (one, other) => (one.noted_at < other.noted_at ? -1 : 1);
export const isUnsent = (entry) => entry.state !== RECEIVED;
export const entriesOf = async (user) => (await all("entries")).filter((entry) => entry.owner === user).sort(byTime);
// Of everybody: at the sign-out all of it goes.
export const unsent = async () => (await all("entries")).filter(isUnsent);
export const isOld = (entry) => Date.now() - Date.parse(entry.noted_at) > 3 * DAY;

// Note what somebody says (owner, meeting, title, when, status, was …). What was sent once stays as it is: other content has another key, and takes its place.
export async function note(said, replaces = null) {
  const former = replaces && (await get("entries", replaces));
  const frozen = former && former.frozen;
  const entry = {
    reason: "",
    note: "",
    ...said,
    key: former && !frozen ? former.key : crypto.randomUUID(),
    noted_at: new Date().toISOString(),
    state: HERE,
    frozen: false,
    replaces: frozen ? replaces : null,
  };
  await put("entries", entry);
  if (frozen && former.state === STUCK) await remove("entries", replaces);
  navigator.storage?.persist?.().then((kept) => put("kept", { name: "persisted", kept }));
  tell();
  return entry;
}

export async function drop(key) {
  await remove("entries", key);
  tell();
}

// Who is signed in, asked before anything is sent: a token of a page goes stale with the next sign-in.
export async function ask() {
  const response = await fetch("/phone/state/", { credentials: "same-origin", cache: "no-store", redirect: "error" });
  if (response.status === 401) return { user: null };
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

// One tab sends at a time, the others wait. Says "received", "offline", "signed-out", "other" (somebody else is signed in).
export async function flush() {
  clearTimeout(timer);
  // A page that is left while it waits hears of no answer.
  const result = await navigator.locks.request("cadrenet-outbox", send).catch(() => "offline");
  const left = (await unsent()).some((entry) => entry.state !== STUCK);
  if (left && result === "offline") {
    timer = setTimeout(flush, 1000 * WAITS[Math.min(waited, WAITS.length - 1)]);
    waited += 1;
  } else if (result === "received") {
    waited = 0;
  }
  return result;
}

async function send() {
  const waiting = async (user) =>
    (await entriesOf(user)).filter((entry) => [HERE, SENDING].includes(entry.state)).slice(0, AT_ONCE);
  if (!(await waiting(await owner())).length) return "received";
  let batch = [];
  try {
    const who = await ask();
    if (who.user === null) return "signed-out";
    if (who.user !== (await owner())) return "other";
    batch = await waiting(who.user);
    while (batch.length) {
      for (const entry of batch) await put("entries", { ...entry, state: SENDING, frozen: true });
      tell();
      const answered = await post(batch, who.token);
      if (answered === 401) return await back(batch, "signed-out");
      for (const [index, answer] of answered.entries()) await answeredWith(batch[index], answer);
      tell();
      batch = await waiting(who.user);
    }
    await forget();
    return "received";
  } catch {
    return back(batch, "offline");
  }
}

async function post(batch, token) {
  const entries = batch.map(({ key, meeting, status, reason, note, was, noted_at, replaces }) => ({
    key, meeting, status, reason, note, was, noted_at, replaces,
  }));
  const response = await fetch("/phone/entries/", {
    method: "POST",
    credentials: "same-origin",
    redirect: "error",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ entries }),
  });
  if (response.status === 401) return 401;
  if (!response.ok) throw new Error(response.status);
  const { answers } = await response.json();
  if (answers.length !== batch.length) throw new Error("answers");
  return answers;
}

// Already there is as good as received.
async function answeredWith(entry, answer) {
  const received = ["created", "updated", "duplicate"].includes(answer.state);
  await put("entries", {
    ...entry,
    frozen: true,
    state: received ? RECEIVED : STUCK,
    answer: answer.state,
    received_at: answer.received_at,
    why: answer.why,
    now: answer.now,
  });
}

// Whether it arrived is not known: it stays, frozen, and is sent again under the same key.
async function back(batch, result) {
  for (const entry of batch) await put("entries", { ...entry, state: HERE, frozen: true });
  tell();
  return result;
}

// What was received is shown for a day.
async function forget() {
  for (const entry of await all("entries")) {
    if (entry.state === RECEIVED && Date.now() - Date.parse(entry.received_at) > DAY) await remove("entries", entry.key);
  }
}

// The page sends, not the worker: when it opens, comes to the front, or hears of a network.
export function keepSending() {
  flush();
  addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => document.hidden || flush());
}
