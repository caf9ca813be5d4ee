#!/usr/bin/env python3
"""What a person does with the pages of a class, in a real Chromium.

    tests/gradebook/class_page.py FOLDER      where class_page.sh has put the pages

Prints TAP. With CLASS_PICTURES=DIR it leaves pictures of the pages there, to be looked at.
"""
import os
import sys
import traceback

sys.path.insert(0, os.path.join("tests", "report"))
import browser  # noqa: E402
from tap import done, ok, same  # noqa: E402

CANARY = "canary-7d1f"

HELPERS = """
window.T = {
  rows: () => [...document.querySelectorAll('#marks tbody tr')].filter(r => r.getClientRects().length),
  ids: () => T.rows().map(r => (r.cells[0].querySelector('small') ?? r.cells[0]).textContent).join(' '),
  heads: () => [...document.querySelectorAll('#marks thead th')],
  sorted: () => T.heads().map(h => h.getAttribute('aria-sort')).join(' '),
  at: e => { e.scrollIntoView({block: 'center', inline: 'center'});
             const b = e.getBoundingClientRect();
             return [b.left + Math.min(b.width / 2, 20), b.top + b.height / 2]; },
  text: () => document.documentElement.outerHTML,
  /* Wider than the window: what lets the whole page be pushed sideways. */
  over: () => document.documentElement.scrollWidth - innerWidth,
};
"""


def load(b, folder, name, width=1200, height=900):
    b.size(width, height)
    b.load(os.path.join(folder, name))
    b.js(HELPERS)


def picture(b, name):
    folder = os.environ.get("CLASS_PICTURES")
    if folder:
        b.picture(os.path.join(folder, name + ".png"))


def sorting(b, folder):
    load(b, folder, "small.html")
    same("the page's script ran to its end", b.js("document.documentElement.dataset.ready"), "1")
    same("at first everybody stands in the order of names", b.js("T.ids()"), "anna ben chen dora eve")
    same("which the heading says", b.js("T.sorted()"), "ascending none none none none")
    b.click(*b.js("T.at(T.heads()[4].querySelector('button'))"))
    same("a click on Total puts the best first, and what is not final last", b.js("T.ids()"),
         "anna ben chen eve dora")
    same("the heading says so, and only it", b.js("T.sorted()"), "none none none none descending")
    b.click(*b.js("T.at(T.heads()[4].querySelector('button'))"))
    same("one more click turns it round", b.js("T.ids()"), "dora eve chen ben anna")
    same("and the heading says that", b.js("T.sorted()"), "none none none none ascending")
    b.js("document.getElementById('which').focus()")
    b.key("Tab")
    same("Tab leads to the table", b.js("document.activeElement.className"), "scroll")
    b.key("Tab")
    same("and on to the first heading", b.js("document.activeElement.textContent"), "Student")
    b.key("Enter")
    same("Enter sorts by it", b.js("T.sorted()"), "ascending none none none none")
    names = b.js("T.rows().map(r => r.cells[0].dataset.v)")
    same("in the order of the reader's language", names,
         b.js("T.rows().map(r => r.cells[0].dataset.v).sort(new Intl.Collator(undefined,"
              " {numeric: true}).compare)"))
    b.key("Tab")
    b.key("Enter")
    same("the next one sorts by the first lab", b.js("T.sorted()"), "none descending none none none")
    ok("of which the best stands first", b.js("T.ids()").startswith("anna chen ben"), b.js("T.ids()"))


def filtering(b, folder):
    load(b, folder, "small.html")
    b.js("document.getElementById('find').focus()")
    for letter in "AN":
        b.key(letter)
    same("what is typed is looked for, capital or not", b.js("T.ids()"), "anna")
    same("and how many are left is told", b.js("document.getElementById('shown').textContent"),
         "1 of 5")
    choose = ("(v => { const s = document.getElementById('which'); s.value = v;"
              " s.dispatchEvent(new Event('change')); return T.ids(); })('%s')")
    b.js("(f => { f.value = ''; f.dispatchEvent(new Event('input')); })(document.getElementById('find'))")
    for which, wanted in (("weak", "ben chen"), ("late", "ben"), ("all", "anna"), ("unsure", "ben dora"),
                          ("missing", "chen dora eve"), ("", "anna ben chen dora eve")):
        same("those that are '%s' can be picked" % which, b.js(choose % which), wanted)


def without_scripts(b, folder):
    b.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        b.size(1200, 900)
        b.load(os.path.join(folder, "small.html"))
    finally:
        b.ask("Emulation.setScriptExecutionDisabled", value=False)
    b.js(HELPERS)
    same("without scripts the table is whole", b.js("T.ids()"), "anna ben chen dora eve")
    same("and no tool is shown that would not work",
         b.js("document.getElementById('tools').getClientRects().length"), 0)


def accessible(b, folder):
    load(b, folder, "small.html")
    same("every heading of a table has a scope",
         b.js("[...document.querySelectorAll('th')].filter(t => !t.scope).length"), 0)
    same("every drawing has a name or is decoration", b.js(
        "[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label') &&"
        " s.getAttribute('aria-hidden') !== 'true').length"), 0)
    same("every field has a label", b.js(
        "[...document.querySelectorAll('input,select')].filter(i => !i.labels.length).length"), 0)
    same("headings do not leap", b.js(
        "[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])"
        ".every((n, i, a) => i === 0 ? n === 1 : n <= a[i - 1] + 1)"), True)
    same("the histogram is told in numbers too",
         b.js("[...document.querySelectorAll('.plain td')].reduce((a, t) => a + +t.textContent, 0)"), 3)


# Contrast of what is written on what is behind it, as WCAG 2 measures it.
CONTRAST = """
(() => {
  const parse = c => (c.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = c => { const [r, g, b] = parse(c).map(v => (v /= 255) <= .03928 ? v / 12.92 :
    ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if ((parse(c)[3] ?? 1) > .99) return c; } return 'rgb(255,255,255)'; };
  const bad = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || !e.getClientRects().length ||
        ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = light(getComputedStyle(e).color), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2) + ' ' +
                              e.textContent.slice(0, 30));
  }
  return bad.slice(0, 8);
})()
"""


def media(b, **features):
    b.ask("Emulation.setEmulatedMedia", media=features.pop("media", ""),
          features=[{"name": n.replace("_", "-"), "value": v} for n, v in features.items()])


def light_and_dark(b, folder):
    for scheme in ("light", "dark"):
        media(b, prefers_color_scheme=scheme)
        for page in ("small.html", "students/ben/index.html", "students/anna/09_tcp_client-2.html"):
            load(b, folder, page)
            same("all of %s can be read when it is %s" % (page, scheme), b.js(CONTRAST), [])
            picture(b, "%s-%s" % (page.replace("/", "-"), scheme))
    media(b, prefers_color_scheme="light")


def narrow_and_print(b, folder):
    pages = ("small.html", "hostile.html", "empty.html", "students/ben/index.html", "hostile/6.html",
             "students/anna/09_tcp_client-2.html", "students/hostile/0.html", "students/hostile/6.html")
    for page in pages:
        load(b, folder, page, 320, 640)
        ok("%s fits a telephone of 320 pixels" % page, b.js("T.over()") <= 0, b.js("T.over()"))
        picture(b, page.replace("/", "-") + "-320")
    media(b, media="print", prefers_color_scheme="dark")
    for page in pages:
        if page == "hostile.html":
            continue  # 14 labs with names of 300 letters
        load(b, folder, page, 720, 1000)
        ok("%s fits a sheet of paper" % page, b.js("T.over()") <= 0, b.js("T.over()"))
        same("whose ground is white", b.js("getComputedStyle(document.body).backgroundColor"),
             "rgb(255, 255, 255)")
        picture(b, page.replace("/", "-") + "-print")
    same("in print there are no tools", b.js("[...document.querySelectorAll('.screen')]"
         ".filter(e => e.getClientRects().length).length"), 0)
    media(b)


def links(b, folder):
    load(b, folder, "small.html")
    for href in b.js("[...new Set([...document.links].map(a => a.getAttribute('href')))]"):
        if href.startswith("#"):
            ok("the part that is linked is there: " + href,
               b.js("document.getElementById('%s') !== null" % href[1:]))
            continue
        ok("the page that is linked is there: " + href, os.path.exists(os.path.join(folder, href)))
    load(b, folder, "students/anna/09_tcp_client-2.html")
    same("feedback leads back to its student", b.js("document.links[0].getAttribute('href')"),
         "index.html")
    load(b, folder, "students/ben/index.html")
    same("a student's page leads to the feedback",
         b.js("[...document.links].map(a => a.getAttribute('href')).join(' ')"),
         "05_udp_echo-2.html 05_udp_echo.html 05_udp_echo-2.html 09_tcp_client.html "
         "10_tcp_server.html")


def hidden(b, folder):
    for page in ("small.html", "students/chen/index.html", "students/anna/hidden.html",
                 "students/anna/09_tcp_client-2.html"):
        load(b, folder, page)
        ok("%s holds nothing of a hidden step" % page, CANARY not in b.js("T.text()"))
        ok("but its number", "hidden step 1" in b.js("T.text()"))


def hostile(b, folder):
    pages = ["hostile.html"] + ["hostile/%d.html" % i for i in range(14)]
    pages += ["students/hostile/%d.html" % i for i in range(8)]
    for page in pages:
        load(b, folder, page)
        # Everything that could be opened, clicked or pointed at.
        b.js("document.querySelectorAll('details').forEach(d => d.open = true);"
             "document.querySelectorAll('main *').forEach(e => { for (const k of ['mouseover', 'focus',"
             " 'load', 'error']) e.dispatchEvent(new Event(k)); })")
        same("nothing in %s runs" % page, b.js("window.broken"), None)
        same("nothing in it is foreign", b.js(
            "document.querySelectorAll('img,iframe,object,embed,base,form,textarea,svg[onload]').length"
            " + [...document.querySelectorAll('*')].filter(e => [...e.attributes].some("
            "a => a.name.startsWith('on'))).length"), 0)
        same("no address leads elsewhere", b.js(
            "[...document.links].filter(a => a.protocol !== 'file:').length"), 0)
        same("nothing turns the direction of writing", b.js(
            "/[\\u202a-\\u202e\\u2066-\\u2069]/.test(T.text())"), False)
        same("the browser has no complaint about it", b.complaints, [])
    load(b, folder, "hostile.html")
    b.click(*b.js("T.at(T.heads()[0].querySelector('button'))"))
    same("a hostile table can be sorted", b.js("T.sorted().split(' ')[0]"), "descending")
    ok("a name is shown as it was written", b.js(
        "[...document.querySelectorAll('#marks bdi')].some(e => e.textContent ==="
        " '<script>window.broken=1;alert(1)</script>')"))


def large(b, folder):
    load(b, folder, "large.html")
    same("two thousand students are shown", b.js("T.rows().length"), 2000)
    b.js("T.heads()[4].querySelector('button').click()")
    same("and sorted, the best first", b.js(
        "(v => v.every((x, i) => i === 0 || x <= v[i - 1]))(T.rows().map(r => +r.cells[4].dataset.v))"),
        True)


def policy(b, folder):
    """That the browser would have told: what the other tests rest on."""
    load(b, folder, "small.html")
    b.js("""new Promise(done => {
        addEventListener('securitypolicyviolation', () => done());
        const s = document.createElement('script');
        s.textContent = 'window.broken = 1'; document.body.append(s); })""")
    same("a script that is not the page's own does not run", b.js("window.broken"), None)
    ok("and is complained of", any("policy" in c for c in b.complaints), b.complaints)
    b.js("""new Promise(done => {
        addEventListener('securitypolicyviolation', () => done());
        new Image().src = 'http://127.0.0.1:9/x.png'; })""")
    ok("nor is anything loaded", any("img-src" in c for c in b.complaints), b.complaints)


def main():
    folder = sys.argv[1]
    b = browser.Browser(browser.find())
    try:
        for part in (sorting, filtering, without_scripts, accessible, light_and_dark, narrow_and_print,
                     links, hidden, large, hostile):
            part(b, folder)
            same("the browser has no complaint about " + part.__name__.replace("_", " "),
                 b.complaints, [])
        policy(b, folder)
    except (browser.BrowserError, OSError):
        ok("the browser answers", False, traceback.format_exc())
    finally:
        b.close()
    return done()


if __name__ == "__main__":
    sys.exit(main())
