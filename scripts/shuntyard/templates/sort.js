"use strict";
// Sorts a table by the column whose heading is pressed. It only moves rows: no markup is ever made from text.
function sortable(table) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) return;
  const headings = [...table.tHead.rows[0].cells];
  const key = (row, column) => {
    const cell = row.cells[column];
    return "sort" in cell.dataset ? Number(cell.dataset.sort) : cell.textContent.trim();
  };
  const sort = (heading, column) => {
    const first = "sort" in body.rows[0].cells[column].dataset ? "descending" : "ascending";
    const other = first === "descending" ? "ascending" : "descending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => sign * (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true })));
    for (const each of headings) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    body.append(...rows.map(([, row]) => row));
  };
  headings.forEach((heading, column) => {
    const name = heading.firstChild;
    if (heading.classList.contains("fixed") || !name || name.nodeType !== Node.TEXT_NODE || !name.data.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name.data.trim();
    button.addEventListener("click", () => sort(heading, column));
    name.replaceWith(button);
  });
}
