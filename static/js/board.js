// What makes the assignment board quick for the keyboard; without script the same forms go to the server and back.

const said = document.getElementById("board-said");

// Typed once, used for the rows: what stands above the table goes along with each of them.
document.addEventListener("input", (event) => {
  if (!event.target.closest("#paper")) return;
  for (const copy of document.querySelectorAll(`.cn-hand [type=hidden][name="${event.target.name}"]`)) {
    copy.value = event.target.value;
  }
});

// From the name the arrow leads to what matches; there the browser's own keys go on, and Enter sends the row.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || !event.target.matches("[data-name]")) return;
  const first = event.target.form.querySelector("[type=radio]");
  if (!first) return;
  event.preventDefault();
  first.checked = true;
  first.focus();
});

// A row that was saved says so, and the next one is ready to be typed into.
document.addEventListener("htmx:load", (event) => {
  const row = event.target;
  if (!row.matches("tr[data-said]") || !said) return;
  said.textContent = row.dataset.said;
  let next = row.nextElementSibling;
  while (next && !next.querySelector("[data-name]")) next = next.nextElementSibling;
  (next?.querySelector("[data-name]") || row.querySelector(".cn-undo button, [data-next]"))?.focus();
});

// What did not reach the server is not lost, and not silent.
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    if (!said || !event.target.closest(".cn-board")) return;
    said.textContent = said.dataset.failed;
    said.classList.remove("visually-hidden");
  });
}
