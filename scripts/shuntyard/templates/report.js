
// Sorts tables (sort.js) and filters long ones. It only moves and hides rows that are there: no markup is ever made from text.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  sortable(table);
  if (table.classList.contains("filterable") && body.rows.length > 8) {
    const filter = document.createElement("input");
    filter.type = "search";
    filter.className = "filter";
    filter.placeholder = "Filter these rows";
    filter.setAttribute("aria-label", "Filter these rows");
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLowerCase().split(/\s+/);
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word));
      }
    });
    table.parentElement.before(filter);
  }
}
