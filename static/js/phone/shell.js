// Draws the page that opens without a network from what this phone holds of its owner, and of nobody else.

import { able, get, owner, put, wipe } from "./store.js";
import {
  RECEIVED, STUCK, drop, entriesOf, flush, isOld, isUnsent, keepSending, note, onChange, unsent,
} from "./outbox.js";
import { dayOf, momentOf, timeOf } from "./moments.js";

const page = document.getElementById("phone-page");
const by = (name, within = page) => within.querySelector(`[data-${name}]`);
const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
let result = "";

function lineOf(entry) {
  const line = copyOf("entry-line");
  by("title", line).textContent = entry.title;
  by("when", line).textContent = entry.when;
  by("said", line).textContent = page.dataset[entry.status] + (entry.note ? `: ${entry.note}` : "");
  by("noted", line).textContent = momentOf(entry.noted_at);
  for (const part of line.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== entry.state;
  if (entry.state === RECEIVED) by("received", line).textContent = timeOf(entry.received_at);
  by("old", line).hidden = !(isUnsent(entry) && isOld(entry));
  by("stuck", line).hidden = entry.state !== STUCK;
  by("why", line).textContent = entry.why || "";
  by("why", line).hidden = !entry.why;
  by("again", line).hidden = entry.answer !== "stale";
  line.dataset.key = entry.key;
  return line;
}

function meetingOf(meeting, entry) {
  const card = copyOf("meeting-card");
  by("title", card).textContent = meeting.title;
  by("when", card).textContent = meeting.when;
  by("above", card).textContent = [meeting.above, meeting.venue].filter(Boolean).join(" · ");
  // What day it is, the server judges; a button that it would refuse is not offered.
  by("there", card).hidden = meeting.day > dayOf(Date.now());
  const said = entry?.status || (meeting.was[0] === "unrecorded" ? "" : meeting.was[0]);
  by("said", card).textContent = said ? page.dataset[said] || "" : "";
  by("reason", card).hidden = said !== "absent";
  if (entry?.reason) by("reason", card).querySelector("select").value = entry.reason;
  card.dataset.meeting = meeting.meeting;
  return card;
}

// A list is drawn anew only when it says something else: nobody's choice or place in it is lost.
function fillList(list, rows, lineOfRow) {
  const says = JSON.stringify(rows);
  if (list.dataset.says === says) return;
  list.dataset.says = says;
  list.replaceChildren(...rows.map(lineOfRow));
}

async function draw() {
  const user = await owner();
  const entries = user === null ? [] : await entriesOf(user);
  const kept = await get("kept", "meetings");
  const meetings = kept && kept.user === user ? kept.meetings : [];
  const waiting = entries.filter(isUnsent);
  fillList(by("entries"), [...entries].reverse(), lineOf);
  by("none").hidden = entries.length > 0;
  by("send").hidden = !waiting.some((entry) => entry.state !== STUCK);
  for (const part of page.querySelectorAll("[data-result]")) part.hidden = !waiting.length || part.dataset.result !== result;
  const last = (meeting) => entries.filter((entry) => entry.meeting === meeting.meeting).at(-1);
  const said = (entry) => entry && { status: entry.status, reason: entry.reason };
  const cards = meetings.map((meeting) => ({ meeting, said: said(last(meeting)) }));
  fillList(by("meetings"), cards, (card) => meetingOf(card.meeting, card.said));
  by("no-meetings").hidden = meetings.length > 0;
  by("kept").hidden = !meetings.length;
  if (meetings.length) by("kept-at").textContent = momentOf(kept.at);
  by("not-kept").hidden = !waiting.length || (await get("kept", "persisted"))?.kept !== false;
}

async function sendNow() {
  result = await flush();
  await draw();
}

async function say(meeting, said) {
  const kept = await get("kept", "meetings");
  const of = kept.meetings.find((one) => one.meeting === meeting);
  const entries = (await entriesOf(kept.user)).filter((entry) => entry.meeting === meeting);
  const before = entries.filter((entry) => !(entry.state === RECEIVED && Date.parse(entry.received_at) < kept.at)).at(-1);
  // What comes after an entry that was received, or may have been, starts from what that one said.
  const was = before?.frozen && before.state !== STUCK ? [before.status, before.reason, before.note] : before?.was || of.was;
  const { title, when } = of;
  await note({ owner: kept.user, meeting, title, when, was, ...said }, before && before.state !== RECEIVED ? before.key : null);
  await draw();
  await sendNow();
}

// Copies what stands in an entry, also where there is no clipboard.
async function copy(line) {
  const text = ["title", "when", "said", "noted"].map((name) => by(name, line).textContent).join(", ");
  const field = by("text", line);
  field.hidden = false;
  field.value = text;
  field.select();
  await navigator.clipboard?.writeText(text).catch(() => null);
}

page.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  const line = button?.closest("[data-key]");
  const card = button?.closest("[data-meeting]");
  if (!button) return;
  if (button.matches("[data-send] *, [data-send]")) await sendNow();
  else if (button.value === "copy") await copy(line);
  else if (button.value === "drop") {
    if (window.confirm(button.dataset.question)) await drop(line.dataset.key);
  } else if (button.value === "again") {
    const entry = await get("entries", line.dataset.key);
    const { owner: user, meeting, title, when, status, reason, note: words } = entry;
    await note({ owner: user, meeting, title, when, status, reason, note: words, was: entry.now }, entry.key);
    await sendNow();
  } else if (card && ["present", "absent"].includes(button.value)) {
    await say(Number(card.dataset.meeting), { status: button.value });
  } else if (card && button.value === "reason") {
    await say(Number(card.dataset.meeting), { status: "absent", reason: card.querySelector("select").value });
  } else if (button.value === "wipe") {
    await wipe();
    await put("kept", { name: "sign_out" });
    location.assign("/");
  }
});

async function leaving() {
  const step = document.getElementById("phone-leaving");
  if (location.pathname !== step.dataset.path) return;
  step.hidden = false;
  by("number", step).textContent = (await unsent()).length;
}

if (able) {
  document.getElementById("phone-unable").hidden = true;
  page.hidden = false;
  (async () => {
    await leaving();
    await draw();
    onChange(draw);
    keepSending();
    addEventListener("online", sendNow);
    if (location.pathname !== document.getElementById("phone-leaving").dataset.path) await sendNow();
  })();
}
