// What makes recording a roster quicker when there is script; without it the same buttons ask the server.

const roster = document.querySelector("[data-roster]");
let typed = false;

// "Everybody not recorded yet was present" answers in place.
roster?.querySelector("[data-fill]")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const person of roster.querySelectorAll("[data-person]")) {
    const chosen = person.querySelector("[type=radio]:checked");
    const present = person.querySelector("[value=present]");
    if (present && (!chosen || chosen.value === "unrecorded")) present.checked = true;
  }
  typed = true;
});

// Only extreme urgency excuses: one choice sets the other, and what is seen is what is saved.
roster?.addEventListener("change", (event) => {
  typed = true;
  const person = event.target.closest("[data-person]");
  const reason = person?.querySelector("select");
  if (!reason) return;
  const chosen = person.querySelector("[type=radio]:checked")?.value;
  if (event.target.matches("[type=radio]")) {
    if (chosen === "excused") reason.value = "extreme_urgency";
    else if (reason.value === "extreme_urgency" || chosen !== "absent") reason.value = "";
  } else if (event.target === reason && ["absent", "excused"].includes(chosen)) {
    const wanted = reason.value === "extreme_urgency" ? "excused" : "absent";
    const radio = person.querySelector(`[type=radio][value=${wanted}]`);
    if (radio) radio.checked = true;
  }
});

// How many lines are chosen, where a page counts them.
const chosen = roster?.querySelector("[data-chosen]");
const count = () => {
  if (chosen) chosen.textContent = roster.querySelectorAll("[data-person] [type=radio]:checked").length;
};
roster?.addEventListener("change", count);
roster?.querySelector("[data-fill]")?.addEventListener("click", count);
count();
roster?.addEventListener("input", () => (typed = true));
roster?.addEventListener("submit", () => (typed = false));

// An evening's work is not lost by a wrong tap.
window.addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});
