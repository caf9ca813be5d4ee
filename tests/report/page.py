#!/usr/bin/env python3
"""What a person can do with a page: point, click, walk by keyboard, filter, zoom; in a real Chromium.

    tests/report/page.py FOLDER      where page.sh has put the pages

Prints TAP. The page's own script does all of it, under its own policy, which the browser enforces.
"""
import json
import os
import sys
import traceback

import browser
from tap import done, ok, same


# Everything a test asks of the page. Rows are those of the picture that is shown at this width.
HELPERS = """
window.T = {
  svg: () => [...document.querySelectorAll('.pic svg')].find(s => s.getClientRects().length),
  rows: () => [...T.svg().querySelectorAll('.r')].filter(r => r.getClientRects().length),
  layers: () => [...new Set(T.rows().map(r => r.dataset.l))].sort().join(' '),
  first: part => T.rows().findIndex(r => r.textContent.includes(part)),
  panel: () => document.querySelector('#detail pre').textContent,
  head: () => document.querySelector('#detail b').textContent,
  focused: () => T.rows().indexOf(document.activeElement),
  text: i => T.rows()[i].textContent,
  at: i => { T.rows()[i].scrollIntoView({block: 'center'});
             const b = T.rows()[i].querySelector('.bg').getBoundingClientRect();
             return [b.left + b.width / 2, b.top + b.height / 2]; },
  button: id => { const b = document.getElementById(id).getBoundingClientRect();
                  return [b.left + b.width / 2, b.top + b.height / 2]; },
  /* The places of the rows have no holes: each begins where the one before it ends. */
  holes: () => { let y = null, bad = 0;
    for (const r of T.rows()) {
      const at = r.transform.baseVal[0].matrix.f;
      if (y !== null && Math.abs(at - y) > 0.01) bad++;
      y = at + +r.dataset.h;
    } return bad; },
  width: () => T.svg().getBoundingClientRect().width,
  pressed: l => document.getElementById('f-' + l).getAttribute('aria-pressed'),
};
"""


def load(b, folder, name, width=1300, height=900):
    b.size(width, height)
    b.load(os.path.join(folder, name + ".html"))
    b.js(HELPERS)


def point(b, row):
    b.move(*b.js("T.at(%d)" % row))


def press(b, button):
    b.click(*b.js("T.button(%s)" % json.dumps(button)))


def pointing_and_clicking(b, folder):
    load(b, folder, "tcp_echo")
    same("the page's script ran to its end", b.js("document.documentElement.dataset.ready"), "1")
    same("at first nothing is chosen", b.js("T.panel()"), "")
    syn_ack = b.js("T.first('SYN-ACK')")
    ok("there is a row of the SYN-ACK", syn_ack >= 0)
    point(b, syn_ack)
    same("the row under the pointer is told in full", b.js("T.head()"), "SYN-ACK seq=0 ack=1")
    for part in ("from: 127.0.0.1(7890)", "to: 127.0.0.1(40001)", "flags: SYN-ACK [S.]",
                 "seq: 0 (on the wire 1000)", "window: 65495", "options: mss 65495",
                 "state of 127.0.0.1(40001) with 127.0.0.1(7890): SYN_SENT → ESTABLISHED"):
        ok("it is told: " + part, part in b.js("T.panel()"), b.js("T.panel()"))
    call = b.js("T.first('listen(3')")
    point(b, call)
    ok("a call is told with its place",
       "at: tcp_server.c:59" in b.js("T.panel()") and "result: 0" in b.js("T.panel()"),
       b.js("T.panel()"))
    b.click(*b.js("T.at(%d)" % call))
    point(b, syn_ack)
    ok("what was clicked stays, wherever the pointer goes", "listen(3" in b.js("T.head()"))
    b.key("Escape")
    same("Escape lets it go", b.js("T.panel()"), "")
    point(b, call)
    point(b, syn_ack)
    same("and pointing works again", b.js("T.head()"), "SYN-ACK seq=0 ack=1")


def walking(b, folder):
    load(b, folder, "tcp_echo")
    for key, wanted in (("ArrowDown", 0), ("ArrowDown", 1), ("j", 2), ("k", 1), ("ArrowUp", 0),
                        ("ArrowUp", 0)):
        b.key(key)
        same("%s walks to row %d" % (key, wanted), b.js("T.focused()"), wanted)
    ok("the row it came to is told", b.js("T.text(0).includes(T.head())"), b.js("T.head()"))
    ok("it is marked", b.js("T.rows()[0].classList.contains('on')"))
    for _ in range(60):
        b.key("ArrowDown")
    same("at the last row it stays", b.js("T.focused()"), b.js("T.rows().length") - 1)
    ok("which was brought into view",
       b.js("(r => r.top >= 0 && r.bottom <= innerHeight)(document.activeElement"
            ".getBoundingClientRect())"))
    ok("every row has a name for who cannot see it",
       b.js("T.rows().every(r => r.getAttribute('aria-label') && r.getAttribute('role') === 'button'"
            " && r.tabIndex === 0)"))
    same("without a mistake there is no button for it", b.js("document.getElementById('ev').hidden"),
         True)
    load(b, folder, "htons")
    b.key("e")
    ok("e goes to what went wrong", b.js("document.activeElement.classList.contains('ev')"))
    b.js("document.activeElement.blur()")
    press(b, "ev")
    ok("its button does too", b.js("document.activeElement.classList.contains('ev')"))


def filtering(b, folder):
    load(b, folder, "tcp_echo")
    height = b.js("T.svg().viewBox.baseVal.height")
    everything = b.js("T.rows().length")
    same("all layers are shown at first", b.js("T.layers()"), "all calls output packets")
    for key, layer in (("c", "calls"), ("p", "packets"), ("o", "output")):
        b.key(key)
        ok("%s hides the %s" % (key, layer), layer not in b.js("T.layers()"), b.js("T.layers()"))
        same("its button says so", b.js("T.pressed('%s')" % layer), "false")
        same("without %s no hole is left" % layer, b.js("T.holes()"), 0)
        ok("and the picture is shorter", b.js("T.svg().viewBox.baseVal.height") < height)
        b.key(key)
    same("all come back", b.js("T.rows().length"), everything)
    same("to where they were", b.js("T.svg().viewBox.baseVal.height"), height)
    states = "[...T.svg().querySelectorAll('.st')].filter(s => s.getClientRects().length).length"
    ok("states stand there", b.js(states) > 8, b.js(states))
    b.key("s")
    same("s hides the states", b.js(states), 0)
    press(b, "f-states")
    ok("a click on the button brings them back", b.js(states) > 8)
    b.key("c")
    b.key("o")
    b.key("ArrowDown")
    ok("walking passes over what is hidden", b.js("document.activeElement.dataset.l") == "packets")
    b.js("document.getElementById('f-calls').focus()")
    b.key("Enter")
    same("a button can be pressed by keyboard", b.js("T.pressed('calls')"), "true")


def zooming(b, folder):
    load(b, folder, "tcp_echo", 1000)
    width = b.js("T.width()")
    b.key("+")
    ok("+ makes it larger", b.js("T.width()") > width * 1.1, b.js("T.width()"))
    same("the size is told", b.js("document.getElementById('size').textContent"), "125 %")
    ok("what is too wide can be scrolled to",
       b.js("T.svg().parentNode.scrollWidth > T.svg().parentNode.clientWidth"))
    b.key("0")
    same("0 makes it as it was", b.js("T.width()"), width)
    b.key("-")
    ok("- makes it smaller", b.js("T.width()") < width)
    press(b, "size")
    same("the button in the middle makes it as it was", b.js("T.width()"), width)
    press(b, "in")
    press(b, "in")
    ok("the button makes it larger", b.js("T.width()") > width * 1.4)
    press(b, "size")
    for _ in range(30):
        b.key("+")
    same("there is an end to it", b.js("document.getElementById('size').textContent"), "400 %")
    for _ in range(30):
        b.key("-")
    same("in both directions", b.js("document.getElementById('size').textContent"), "40 %")
    b.key("0")
    x, y = b.js("T.at(5)")
    b.wheel(x, y, -100, ctrl=True)
    ok("the wheel with Ctrl zooms", b.js("T.width()") > width)


def on_a_telephone(b, folder):
    load(b, folder, "tcp_echo", 390, 800)
    same("a narrow screen has the narrow picture", b.js("T.svg().viewBox.baseVal.width"), 420)
    ok("nothing is wider than the screen",
       b.js("document.documentElement.scrollWidth <= innerWidth"),
       b.js("document.documentElement.scrollWidth"))
    row = b.js("T.first('SYN-ACK')")
    b.click(*b.js("T.at(%d)" % row))
    same("a touch tells the row", b.js("T.head()"), "SYN-ACK seq=0 ack=1")


def hostile(b, folder):
    load(b, folder, "hostile")
    same("the hostile recording's page works", b.js("document.documentElement.dataset.ready"), "1")
    same("no element came out of the recording",
         b.js("document.querySelectorAll('script,style,img,iframe,object,embed,a,base,form,link')"
              ".length"), 3)  # the page's style, its data, its script
    same("and none of its attributes runs anything",
         b.js("[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
              ".filter(n => n.startsWith('on')).length"), 0)
    shown = b.js("document.body.innerText + document.title")
    for text in ("</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>",
                 "<svg onload=alert(3)>]]>"):
        ok("what a program wrote can be read as it is: " + text, text in shown, shown)
    ok("a character that turns the line around is told, not obeyed",
       "evil" in shown and r"\xe2\x80\xaeevil" in shown,
       shown)
    everything = b.js("document.documentElement.outerHTML")
    for code in (0x202e, 0x200b, 0x1b, 0x07, 0x00):
        ok("U+%04X is nowhere in the document" % code, chr(code) not in everything)
    for row in range(b.js("T.rows().length")):
        point(b, row)
        if b.js("document.querySelectorAll('#detail *').length") != 2:
            ok("details are text", False, b.js("document.getElementById('detail').innerHTML"))
    point(b, b.js("T.first('killed by SIGSEGV')"))
    ok("details show hostile bytes as text", "<img src=x onerror=alert(2)>" in b.js("T.panel()"),
       b.js("T.panel()"))


def several_hosts(b, folder):
    load(b, folder, "hosts_lost_syn")
    lost = b.js("T.first('drop tcp syn 1')")
    ok("a lost segment shows the rule that took it", lost >= 0)
    point(b, lost)
    for part in ("sent by host: alice", "meant for host: bob", "fate: dropped",
                 "rule of the wire: drop tcp syn 1", "never arrived"):
        ok("it is told: " + part, part in b.js("T.panel()"), b.js("T.panel()"))
    heads = "T.rows()[%d].querySelectorAll('path.h').length"
    same("its arrow has no head", b.js(heads % lost), 0)
    same("a broadcast has one at each receiver", b.js(heads % b.js("T.first('who-has')")), 2)
    late = b.js("T.first('after 20 ms')")
    point(b, late)
    ok("what came late says how long it was on its way", "on the way for: 20.0 ms" in b.js("T.panel()"),
       b.js("T.panel()"))
    ok("it stands below what happened meanwhile",
       b.js("T.first('+20 ms')") < b.js("T.first('send(4')") < late)


def policy(b, folder):
    """That the browser would have told: what the other tests rest on."""
    load(b, folder, "tcp_echo")
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


def drawings(b, folder):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".svg"):
            continue
        b.load(os.path.join(folder, name))
        same("%s is a drawing" % name, b.js("document.documentElement.tagName"), "svg")
        same("it is whole, with its last row", b.js("document.querySelectorAll('.r').length > 3 &&"
             " document.querySelector('.foot') !== null && !document.querySelector('parsererror')"),
             True)
        same("nothing in %s runs" % name, b.complaints, [])


def main():
    folder = sys.argv[1]
    b = browser.Browser(browser.find())
    try:
        for part in (pointing_and_clicking, walking, filtering, zooming, on_a_telephone, several_hosts,
                     hostile):
            part(b, folder)
            same("the browser has no complaint about " + part.__name__.replace("_", " "),
                 b.complaints, [])
        policy(b, folder)
        drawings(b, folder)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".html"):
                load(b, folder, name[:-5])
                same("every row of %s can be pointed at without a complaint" % name,
                     b.js("T.rows().every(r => (r.dispatchEvent(new MouseEvent('mouseenter')),"
                          "T.head() !== ''))") and b.complaints, [])
    except (browser.BrowserError, OSError):
        ok("the browser answers", False, traceback.format_exc())
    finally:
        b.close()
    return done()


if __name__ == "__main__":
    sys.exit(main())
