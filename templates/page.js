// What of this page needs a script besides the charts: where a figure comes
// from, and the table of endpoints sorted and filtered. Names and sources are
// only ever written as text.
(() => {
  'use strict';
  const make = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };

  // --- Where a figure comes from ---

  const ledger = JSON.parse(document.getElementById('pl.ledger').textContent);
  const text = (n) => n < 0 ? '' : ledger.texts[n];
  const missing = 0, evidence = 2;

  // write puts what stands behind the figure of an entry into a list.
  const write = (list, entry) => {
    const say = (term, ...said) => {
      if (said.some(Boolean)) list.append(make('dt', {}, term), make('dd', {}, ...said));
    };
    if (entry[0] === evidence) {
      for (let i = 1; i < entry.length; i += 2) {
        list.append(make('dt', {class: 'claim'}, text(entry[i])));
        write(list, ledger.figures[entry[i + 1]]);
      }
      return;
    }
    const [kind, first, second, note, sources] = entry;
    say(kind === missing ? 'Not measured' : 'Limits', text(first));
    say(kind === missing ? 'Needs' : 'Method', text(second));
    say('How', text(note));
    for (const [file, column, lines, formula] of sources) {
      const place = [text(file), text(lines), text(column) && `“${text(column)}”`].filter(Boolean).join(', ');
      say('From', place, place && formula >= 0 ? document.createElement('br') : '', formula < 0 ? '' : make('code', {}, text(formula)));
    }
  };

  const tip = make('div', {id: 'pl.tip', role: 'tooltip', class: 'tip', hidden: ''});
  document.body.append(tip);
  let shown = null, timer = 0;

  const close = () => {
    clearTimeout(timer);
    if (!shown) return;
    shown.removeAttribute('aria-describedby');
    shown.classList.remove('is-open');
    shown = null;
    tip.hidden = true;
  };

  const open = (figure) => {
    clearTimeout(timer);
    if (figure === shown) return;
    close();
    const entry = ledger.figures[figure.dataset.f];
    if (!entry) return;
    const list = make('dl');
    write(list, entry);
    tip.replaceChildren(make('b', {}, figure.textContent || 'What this rests on'), list);
    tip.hidden = false;
    tip.scrollTop = 0;
    // Below the figure, or above it where there is more room; never outside of the window.
    const at = figure.getBoundingClientRect(), edge = 8, space = document.documentElement.clientWidth;
    const below = innerHeight - at.bottom - 2 * edge, above = at.top - 2 * edge;
    tip.style.maxHeight = `${Math.max(120, Math.min(420, Math.max(below, above)))}px`;
    const {width, height} = tip.getBoundingClientRect();
    const left = Math.max(edge, Math.min(at.left, space - width - edge));
    const top = height <= below || below >= above ? at.bottom + edge : at.top - height - edge;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${Math.max(edge, top) + scrollY}px`;
    figure.setAttribute('aria-describedby', 'pl.tip');
    figure.classList.add('is-open');
    shown = figure;
  };

  const figureAt = (e) => e.target instanceof Element ? e.target.closest('.fig') : null;
  const later = (act, wait) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
  let pinned = false;
  document.addEventListener('pointerover', (e) => {
    if (e.pointerType !== 'mouse') return;
    const figure = figureAt(e);
    if (figure && !(pinned && shown)) later(() => { pinned = false; open(figure); }, 150);
    else if (tip.contains(e.target)) clearTimeout(timer);
    else if (shown && !pinned) later(close, 250);
    else if (!shown) clearTimeout(timer);
  });
  document.addEventListener('click', (e) => {
    const figure = figureAt(e);
    if (figure) {
      const again = figure === shown && pinned;
      pinned = !again;
      if (again) close();
      else open(figure);
    } else if (!tip.contains(e.target)) close();
  });
  document.addEventListener('focusin', (e) => {
    const figure = figureAt(e);
    if (figure && figure.matches(':focus-visible')) {
      pinned = true;
      open(figure);
    } else if (!figure && !tip.contains(e.target)) close();
  });
  addEventListener('resize', close);
  // What scrolls inside of the page moves the figure away from its source.
  document.addEventListener('scroll', (e) => {
    if (shown && e.target !== document && e.target !== tip) close();
  }, {capture: true, passive: true});

  // In a table, a list or a paragraph one figure is a stop of the Tab key;
  // the arrow keys move on from there.
  const groupOf = (figure) => figure.closest('table,dl') || figure.closest('ul,ol,p') || document.body;
  const enable = (figures) => {
    for (const figure of figures) {
      const group = groupOf(figure);
      figure.setAttribute('role', 'button');
      figure.tabIndex = group.dataset.stop ? -1 : 0;
      group.dataset.stop = '1';
    }
  };
  enable(document.querySelectorAll('.fig'));

  const step = (figure, key) => {
    const group = groupOf(figure), cell = figure.closest('td,th'), all = [...group.querySelectorAll('.fig')];
    const i = all.indexOf(figure);
    if (key === 'Home') return all[0];
    if (key === 'End') return all.at(-1);
    if (key === 'ArrowRight' || !cell && key === 'ArrowDown') return all[i + 1];
    if (key === 'ArrowLeft' || !cell && key === 'ArrowUp') return all[i - 1];
    const rows = key === 'ArrowDown' ? all.slice(i + 1) : all.slice(0, i).reverse();
    return rows.find((f) => f.closest('td,th')?.cellIndex === cell.cellIndex);
  };
  document.addEventListener('keydown', (e) => {
    if (e.key === 'Escape' && shown) {
      close();
      e.stopPropagation();
      return;
    }
    const figure = figureAt(e);
    if (!figure || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault();
      if (figure === shown) close();
      else open(figure);
      pinned = true;
    } else if (/^(Arrow|Home$|End$)/.test(e.key)) {
      const next = step(figure, e.key);
      e.preventDefault();
      if (!next) return;
      figure.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  });

  // --- The list of contents shows where the reader is ---

  const links = new Map([...document.querySelectorAll('.contents a')].map((a) => [a.getAttribute('href').slice(1), a]));
  const headings = [...document.querySelectorAll('main [id]')].filter((h) => links.has(h.id));
  const mark = () => {
    let here = null;
    for (const h of headings) {
      if (h.getBoundingClientRect().top > 120) break;
      here = links.get(h.id);
    }
    for (const a of links.values()) if (a !== here) a.removeAttribute('aria-current');
    here?.setAttribute('aria-current', 'location');
  };
  let marking = 0;
  addEventListener('scroll', () => {
    marking ||= requestAnimationFrame(() => {
      marking = 0;
      mark();
    });
  }, {passive: true});

  // --- The table of endpoints ---

  for (const section of document.querySelectorAll('.endpoints')) {
    const table = section.querySelector('table'), body = table.tBodies[0];
    const input = section.querySelector('input'), status = section.querySelector('[role=status]');
    const more = section.querySelector('.more button'), atOnce = 100;
    const rows = [...table.tBodies].flatMap((b) => [...b.rows]);
    const names = rows.map((row) => row.cells[0].textContent.trim());
    const lower = names.map((name) => name.toLowerCase());
    const headers = [...table.tHead.rows[0].cells];
    const collator = new Intl.Collator('en', {numeric: true});
    let order = rows.map((_, i) => i), limit = atOnce;

    // ready makes the figures of a row lead to their sources; rows that are
    // never shown cost nothing.
    const ready = (row) => {
      if (row.dataset.ready) return;
      row.dataset.ready = '1';
      const figures = [];
      for (const cell of row.cells) {
        if (!cell.dataset.f) continue;
        const figure = make('span', {class: 'fig', 'data-f': cell.dataset.f}, ...cell.childNodes);
        cell.append(figure);
        figures.push(figure);
      }
      enable(figures);
    };

    const show = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = words.length ? order.filter((i) => words.every((w) => lower[i].includes(w))) : order;
      const first = found.slice(0, limit);
      close();
      // A figure that the Tab key stops at may leave the table.
      delete table.dataset.stop;
      for (const f of body.querySelectorAll('.fig[tabindex="0"]')) f.tabIndex = -1;
      body.replaceChildren(...first.map((i) => rows[i]));
      for (const i of first) ready(rows[i]);
      const stop = body.querySelector('.fig');
      if (stop) {
        stop.tabIndex = 0;
        table.dataset.stop = '1';
      }
      status.textContent = `${found.length.toLocaleString('en-US')} of ${rows.length.toLocaleString('en-US')} endpoints`;
      more.hidden = found.length <= limit;
      more.textContent = `Show ${Math.min(found.length - limit, 400).toLocaleString('en-US')} more`;
    };

    const sortBy = (column, descending) => {
      if (column === 0) {
        order.sort((a, b) => collator.compare(names[a], names[b]));
        if (descending) order.reverse();
      } else {
        const keys = rows.map((row) => parseFloat(row.cells[column]?.dataset.v));
        // What was not measured comes last either way.
        order.sort((a, b) => (isNaN(keys[a]) - isNaN(keys[b])) || (descending ? keys[b] - keys[a] : keys[a] - keys[b]) || a - b);
      }
      headers.forEach((h, i) => i === column ? h.setAttribute('aria-sort', descending ? 'descending' : 'ascending') : h.removeAttribute('aria-sort'));
      limit = atOnce;
    };

    headers.forEach((h, column) => {
      const button = make('button', {type: 'button'}, ...h.childNodes);
      h.append(button);
      button.addEventListener('click', () => {
        const now = h.getAttribute('aria-sort');
        sortBy(column, now ? now === 'ascending' : column > 0);
        show();
      });
    });
    headers[table.dataset.sorted]?.setAttribute('aria-sort', 'descending');
    let wait = 0;
    input.addEventListener('input', () => {
      clearTimeout(wait);
      limit = atOnce;
      wait = setTimeout(show, rows.length > 1000 ? 120 : 0);
    });
    more.addEventListener('click', () => {
      limit += 400;
      show();
    });
    for (const rest of table.querySelectorAll('.rest')) rest.remove();
    show();
  }
})();
