// The form of a registration: only the questions that are asked, and colleagues without a round trip. Works without: then all questions stand there with
// the words when to answer them, and the buttons ask the server for another row.

const form = document.querySelector("form:has([data-when], [data-colleague])");

const answers = (name) =>
  [...form.elements].filter((field) => field.name === name && !field.closest("[hidden]") && (field.checked || field.type === "select-one")).map((field) => field.value);

const ask = () => {
  for (const question of form.querySelectorAll("[data-when]")) question.hidden = !answers(question.dataset.when).includes(question.dataset.if);
};

const colleagues = form?.querySelector("[data-colleagues]");
const people = () => form.querySelectorAll("[data-person]");

const add = () => {
  const number = 1 + Math.max(0, ...[...people()].map((person) => Number(person.dataset.person.split(".")[1])));
  const row = document.createElement("div");
  row.innerHTML = form.querySelector("template[data-colleague]").innerHTML.replaceAll("NUMBER", number);
  const person = row.firstElementChild;
  colleagues.append(person);
  person.querySelector("input").focus();
  count();
};

const count = () => {
  form.querySelector("[value=add-person]").closest("p").hidden = people().length + 1 >= Number(colleagues.dataset.colleagues);
  ask();
};

form?.addEventListener("input", ask);
form?.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button || !colleagues) return;
  if (button.value === "add-person") add();
  else if (button.value.startsWith("remove-person:")) button.closest("[data-person]").remove();
  else return;
  event.preventDefault();
  count();
});
if (form) {
  form.classList.add("asks-by-itself");
  ask();
}
