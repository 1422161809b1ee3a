
"use strict";
(() => {
  const UNITS = { second: 1, minute: 60, hour: 3600, day: 86400 };
  // What a cell is sorted by: a number, how far off an instant is, or its words.
  const worth = (cell) => {
    const text = cell.textContent.trim();
    const span = /^(?:in )?(\d+) (second|minute|hour|day)s?( ago)?$/.exec(text);
    if (span) return Number(span[1]) * UNITS[span[2]] * (span[3] ? -1 : 1);
    const number = /^-?\d+(?:\.\d+)?(?: %)?$/.exec(text);
    return number ? parseFloat(text) : text.toLowerCase();
  };
  const words = new Intl.Collator("en", { numeric: true });
  const compare = (one, two) => {
    if (one === "" || two === "") return (one === "") - (two === "");
    if (typeof one === "number" && typeof two === "number") return one - two;
    return words.compare(String(one), String(two));
  };
  // A table can be sorted by a click on its head, which only works with this script: so it adds the buttons.
  const sort = (head, up) => {
    for (const other of head.parentElement.cells) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => [worth(row.cells[head.cellIndex]), row]);
    rows.sort((one, two) => (up ? 1 : -1) * compare(one[0], two[0]));
    body.append(...rows.map((row) => row[1]));
  };
  for (const head of document.querySelectorAll("main > section > table th, main > section > .scroll th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(head, head.getAttribute("aria-sort") !== "ascending"));
  }
  const cards = document.getElementsByClassName("card");
  const search = document.getElementById("search");
  if (search) {
    search.parentElement.hidden = false;
    const found = document.querySelector("output");
    let all;
    search.addEventListener("input", () => {
      const rows = () => [...document.querySelectorAll("main > section > .rows > tbody > tr")];
      all ??= [...cards, ...rows()].map((it) => [it, it.textContent.toLowerCase()]);
      const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const [it, text] of all) it.hidden = !wanted.every((word) => text.includes(word));
      const last = [...document.querySelectorAll("main > section > .rows")].pop();
      const shown = last ? [...last.tBodies[0].rows] : [];
      const n = shown.filter((row) => !row.hidden).length;
      found.textContent = wanted.length ? `${n} of ${shown.length}` : "";
    });
  }
  const open = () => {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card instanceof HTMLDetailsElement) {
      card.open = true;
      card.scrollIntoView();
      card.querySelector("summary").focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", open);
  open();
  // A small ledger is printed with everything; of a large one, the cards that are open.
  addEventListener("beforeprint", () => {
    if (cards.length <= 25) for (const card of cards) card.open = true;
  });
})();
