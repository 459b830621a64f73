// The end of an agency's meeting is filled in as the server proposes it, until somebody types another one. Without script
// the server fills it in when the form is saved.
document.addEventListener("htmx:load", (event) => {
  const proposed = event.target.closest("#look")?.querySelector("[data-end]");
  const form = proposed?.closest("form");
  const field = form?.elements.namedItem("ends");
  if (!field || field === document.activeElement) return;
  if (field.value === "" || field.value === field.dataset.filled) {
    field.value = proposed.dataset.end;
    field.dataset.filled = proposed.dataset.end;
  }
});
