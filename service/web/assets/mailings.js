// The editor keeps what was typed: links to another edition or step save first, and leaving with unsaved words asks.

const form = document.getElementById("edition");
let dirty = false;

form.addEventListener("input", () => (dirty = true));
form.addEventListener("submit", ({ submitter }) => {
  if (!submitter?.formTarget) dirty = false;
});
addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

const wanted = (link) => {
  const { pathname, searchParams } = new URL(link.href);
  const step = pathname.split("/").pop();
  return step === "write" ? searchParams.get("edition") : step;
};

for (const link of document.querySelectorAll(".tabs a")) {
  link.addEventListener("click", (event) => {
    if (!dirty || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const button = Object.assign(document.createElement("button"), { name: "do", value: `to:${wanted(link)}`, hidden: true });
    form.append(button);
    form.requestSubmit(button);
  });
}
