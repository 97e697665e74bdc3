
// Pages, sorting, search, colours. It only shows, hides and moves what is there: no markup is ever made from text.
const root = document.documentElement;
const KEY = "shuntyard-colours";
const themes = ["auto", "light", "dark"];
const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
let theme = themes.includes(stored()) ? stored() : "auto";
const paint = () => { if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme; };
paint();  // before anything is drawn

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector(".theme");
  const tell = () => { button.lastElementChild.textContent = theme; };
  button.hidden = false;
  tell();
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem(KEY, theme); } catch { /* a file may not be allowed to remember */ }
    paint();
    tell();
  });
  pages();
  for (const table of document.querySelectorAll("table.sortable")) sortable(table);
  for (const holder of document.querySelectorAll("[data-search]")) searchable(holder);
});

function pages() {
  const all = [...document.querySelectorAll(".page")];
  const links = [...document.querySelectorAll(".pages a")];
  const title = document.title;
  const pageOf = (element) => (element ? element.closest(".page") : null);
  const show = (page) => {
    for (const each of all) {
      if (each === page) each.removeAttribute("hidden");
      else each.setAttribute("hidden", "until-found");  // the browser's own search still finds what is in it
    }
    for (const link of links) {
      if (link.hash === "#" + page.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = page.querySelector("h2").textContent + " · " + title;
  };
  const open = (moved) => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { /* not a name */ }
    const page = pageOf(target) || all[0];
    show(page);
    if (target && target.tagName === "DETAILS") target.open = true;
    if (!moved) return;
    if (target && target !== page) target.scrollIntoView();
    else window.scrollTo(0, 0);
    page.querySelector("h2").focus({ preventScroll: true });
  };
  for (const page of all) page.addEventListener("beforematch", () => show(page));
  window.addEventListener("hashchange", () => open(true));
  document.body.dataset.paged = "";
  open(Boolean(location.hash));
}

function searchable(holder) {
  const items = [...holder.querySelectorAll("[data-item]")];
  if (items.length < 6) return;
  const texts = items.map((item) => item.textContent.toLowerCase());
  const box = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const told = document.createElement("span");
  box.className = "search";
  box.setAttribute("role", "search");
  label.textContent = holder.dataset.search;
  input.type = "search";
  told.setAttribute("role", "status");
  label.append(input);
  box.append(label, told);
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    items.forEach((item, number) => {
      const fits = words.every((word) => texts[number].includes(word));
      item.hidden = !fits;
      shown += fits;
    });
    told.textContent = words.length ? shown + " of " + items.length : "";
  });
  holder.querySelector(".scroll, .cards, .sheet").before(box);
}
