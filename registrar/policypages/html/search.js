// Searching in the lists of the first page; without this script the lists are simply there.
const form = document.getElementById("zoek");
const word = document.getElementById("woord");
const count = document.getElementById("aantal");
const rows = [...document.querySelectorAll("li[data-words]")].map((row) => [row, plain(row.dataset.words)]);
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
function search() {
  const wanted = plain(word.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [row, words] of rows) {
    row.hidden = !wanted.every((one) => words.includes(one));
    found += row.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("main > section")) {
    const inside = [...section.querySelectorAll("li[data-words]")];
    section.hidden = inside.length > 0 && inside.every((row) => row.hidden);
  }
  const { one, many, none } = count.dataset;
  const text = found === 0 ? none : found === 1 ? one : many.replace("#", found);
  count.textContent = wanted.length ? text : "";
}
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
word.addEventListener("input", search);
search();
