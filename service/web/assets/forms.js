// Enhancements of forms; every one of them works without.

for (const summary of document.querySelectorAll("[data-focus]")) summary.focus();

// A second press while the first is on its way would send the form twice. Coming back by the browser's button lets it go again.
document.addEventListener("submit", (event) => {
  const { submitter, target } = event;
  if (submitter?.formTarget) return;
  if (target.dataset.sent) return event.preventDefault();
  target.dataset.sent = "yes";
  submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
});

// A text field as tall as its text, where CSS cannot do it yet.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (area) => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  for (const area of document.querySelectorAll("textarea[data-grow]")) {
    grow(area);
    area.addEventListener("input", () => grow(area));
  }
}

for (const field of document.querySelectorAll("[data-counter]")) {
  const counter = Object.assign(document.createElement("p"), { className: "counter" });
  const count = () => (counter.textContent = field.dataset.counter.replace("%n", [...field.value].length));
  field.after(counter);
  field.addEventListener("input", count);
  count();
}
