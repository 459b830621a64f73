// A key of the device that gives no answer is told on the page; the sign-in library would tell it the console only.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.querySelector("[data-key-failed]").hidden = false;
});
