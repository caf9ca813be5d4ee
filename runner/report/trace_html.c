/*
 * trace_html.c - the page around the picture.
 *
 *  - The picture is in it twice, wide and narrow; the style shows the one that fits.
 *  - Details are JSON in a data block, in which no '<' stands, and are shown as text.
 *  - Style and script are constant, so their hashes can stand in the policy.
 */
#include "report/trace_html.h"

#include "base/json_write.h"
#include "report/html.h"
#include "report/trace_svg.h"

static const char page_style[] =
    "*{box-sizing:border-box}html{color-scheme:light}"
    "body{margin:0;font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif;color:#1b1f24;"
    "background:#f3f5f8}"
    "header{padding:14px 20px 4px}h1{font-size:19px;margin:0;overflow-wrap:anywhere}"
    "nav{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:6px 8px;padding:8px 20px;"
    "background:#f3f5f8f2;border-bottom:1px solid #cdd3db;align-items:center}"
    "nav button{font:inherit;font-size:14px;min-height:34px;padding:3px 12px;border:1px solid "
    "#8a94a3;border-radius:17px;background:#fff;color:#1b1f24;cursor:pointer}"
    "nav button[aria-pressed=true]{background:#00507d;border-color:#00507d;color:#fff}"
    "nav button:focus-visible,.r:focus-visible{outline:3px solid #d97706;outline-offset:1px}"
    "nav span{flex:1}#keys{color:#59626e;font-size:13px}"
    "main{display:grid;grid-template-columns:minmax(0,1fr)}"
    ".pic{overflow-x:auto;padding:12px 20px 30vh}"
    ".pic svg{display:block;width:100%;max-width:1150px;height:auto;margin:0 auto;background:#fff;"
    "border:1px solid #cdd3db;border-radius:10px}"
    ".zoomed svg{max-width:none}"
    "#narrow{display:none}"
    ".r{cursor:pointer;outline-offset:-3px}.r:hover .bg,.r.on .bg{fill:#e4edf5}"
    ".ev:hover .bg,.ev.on .bg{fill:#ffe08a}.r:is(:hover,.on) "
    ":is(.lb,.tx,.wh,.dm,.as){stroke:#e4edf5}"
    ".ev:is(:hover,.on) :is(.lb,.tx,.wh,.dm,.as){stroke:#ffe08a}"
    ".r:is(.fold,.cut,.end) .tx{stroke:none}"
    ".no-states .st{display:none}.off{display:none}"
    "#detail{position:fixed;left:0;right:0;bottom:0;max-height:38vh;overflow:auto;background:#fff;"
    "border-top:2px solid #00507d;padding:8px 20px 12px;box-shadow:0 -4px 16px #0002;margin:0}"
    "#detail.empty{display:none}#detail b{display:block;overflow-wrap:anywhere}"
    "#detail pre{margin:2px 0 0;font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media (min-width:1250px){main{grid-template-columns:minmax(0,1fr) 380px}.pic{padding-bottom:"
    "30px}#detail{position:sticky;top:60px;bottom:auto;align-self:start;max-height:calc(100vh - "
    "80px);margin:12px 20px 0 0;border:1px solid #cdd3db;border-top:3px solid #00507d;"
    "border-radius:10px;box-shadow:none}#detail.empty{"
    "display:block;color:#59626e}#detail.empty b{font-weight:normal}}"
    "@media screen and (max-width:640px){#wide{display:none}#narrow{display:block}"
    "header,nav{padding-left:10px;padding-right:10px}.pic{padding:8px 4px 40vh}#keys,nav "
    "span{display:none}}"
    "@media print{body{background:#fff}nav,#detail{display:none!important}.pic{padding:0;overflow:"
    "visible}.pic svg{border:0;max-width:none}header{padding:0 0 8px}}";

/* Two pieces, since compilers promise no longer strings than these. */
static const char page_script_1[] =
    "'use strict';"
    "const $=id=>document.getElementById(id),details=JSON.parse($('data').textContent),"
    "panel=$('detail'),root=document.documentElement,"
    "layers=['calls','packets','states','output'],shown={all:true};let zoom=1,pinned=false;"
    "const pictures=[...document.querySelectorAll('.pic svg')];"
    /* Rows that are hidden leave no hole: the others move up. */
    "function place(){for(const svg of pictures){let y=+svg.dataset.top;"
    "for(const r of svg.querySelectorAll('.r')){const on=shown[r.dataset.l];"
    "r.classList.toggle('off',!on);"
    "if(on){r.setAttribute('transform','translate(0 '+y+')');y+=+r.dataset.h}}"
    "const foot=svg.querySelector('.foot');if(foot){foot.setAttribute('transform','translate(0 "
    "'+y+')');y+=foot.childElementCount*18+20}"
    "const box=svg.viewBox.baseVal;svg.setAttribute('viewBox','0 0 '+box.width+' '+y);"
    "svg.setAttribute('height',y)}root.classList.toggle('no-states',!shown.states)}"
    "function show(r){for(const o of document.querySelectorAll('.r.on'))o.classList.remove('on');"
    "panel.classList.toggle('empty',!r);"
    "if(!r){panel.querySelector('b').textContent='Point at a row, or walk with the arrow keys, to "
    "see all "
    "about it.';panel.querySelector('pre').textContent='';return}r.classList.add('on');"
    "const text=details[+r.dataset.i],cut=text.indexOf('\\n');"
    "panel.querySelector('b').textContent=cut<0?text:text.slice(0,cut);"
    "panel.querySelector('pre').textContent=cut<0?'':text.slice(cut+1)}"
    "function set(layer,on){shown[layer]=on;$('f-'+layer).setAttribute('aria-pressed',on);place()}"
    "for(const l of layers){shown[l]=true;$('f-'+l).onclick=()=>set(l,!shown[l])}"
    "function scale(z){zoom=Math.min(4,Math.max(.4,z));"
    "for(const svg of pictures){svg.style.width=zoom*100+'%';"
    "svg.parentNode.classList.toggle('zoomed',zoom>1)}"
    "$('size').textContent=Math.round(zoom*100)+' %'}"
    "$('in').onclick=()=>scale(zoom*1.25);$('out').onclick=()=>scale(zoom/1.25);"
    "$('size').onclick=()=>scale(1);";

static const char page_script_2[] =
    "const rows=()=>[...pictures.find(s=>s.getClientRects().length)?.querySelectorAll('.r:not(.off)"
    "')??[]];"
    "function go(r){if(!r)return;r.focus({preventScroll:true});"
    "r.scrollIntoView({block:'center',behavior:matchMedia('(prefers-reduced-motion:reduce)')"
    ".matches?'auto':'smooth'})}"
    "function step(by){const all=rows(),at=all.indexOf(document.activeElement);"
    "go(all[at<0?(by>0?0:all.length-1):Math.min(all.length-1,Math.max(0,at+by))])}"
    "function evidence(){const all=rows(),at=all.indexOf(document.activeElement),"
    "ev=all.filter(r=>r.classList.contains('ev'));"
    "go(ev.find(r=>all.indexOf(r)>at)??ev[0])}"
    "if(!document.querySelector('.r.ev'))$('ev').hidden=true;$('ev').onclick=evidence;"
    "for(const r of document.querySelectorAll('.r')){r.setAttribute('tabindex','0');"
    "r.setAttribute('role','button');"
    "r.setAttribute('aria-label',details[+r.dataset.i].split('\\n')[0]);"
    "r.addEventListener('mouseenter',()=>{if(!pinned)show(r)});"
    "r.addEventListener('focus',()=>show(r));"
    "r.addEventListener('click',()=>{pinned=true;r.focus({preventScroll:true});show(r)})}"
    "document.addEventListener('click',e=>{if(!e.target.closest('.r,#detail,nav')){pinned=false;"
    "show(null)}});"
    "document.addEventListener('wheel',e=>{if(e.ctrlKey&&e.target.closest('.pic')){"
    "e.preventDefault();scale(zoom*(e.deltaY<0?1.1:1/1.1))}},{passive:false});"
    "document.addEventListener('keydown',e=>{if(e.ctrlKey||e.metaKey||e.altKey)return;"
    "const k=e.key,l={c:'calls',p:'packets',s:'states',o:'output'}[k];"
    "if(l)set(l,!shown[l]);else if(k==='ArrowDown'||k==='j')step(1);"
    "else if(k==='ArrowUp'||k==='k')step(-1);else if(k==='+'||k==='=')scale(zoom*1.25);"
    "else if(k==='-')scale(zoom/1.25);else if(k==='0')scale(1);else if(k==='e')evidence();"
    "else if(k==='Escape'){pinned=false;document.activeElement.blur();show(null)}else return;"
    "e.preventDefault()});"
    "place();scale(1);show(null);root.dataset.ready='1';";

static void add_details(const struct picture *p, struct strbuf *out)
{
    struct strbuf json = STRBUF_INIT, detail = STRBUF_INIT;
    strbuf_putc(&json, '[');
    for (size_t i = 0; i < p->nrows; i++) {
        strbuf_cut(&detail, 0);
        picture_detail(p, &p->rows[i], &detail);
        json_comma(&json);
        json_text(&json, detail.data);
    }
    strbuf_putc(&json, ']');
    /* In a data block only this one would be obeyed: "</script". */
    for (size_t i = 0; i < json.len; i++)
        if (json.data[i] == '<')
            strbuf_puts(out, "\\u003c");
        else
            strbuf_putc(out, json.data[i]);
    strbuf_free(&json);
    strbuf_free(&detail);
}

static void add_tools(struct strbuf *out)
{
    static const struct {
        const char *layer, *name;
    } filters[] = {
        {"calls", "Calls"}, {"packets", "Packets"}, {"states", "States"}, {"output", "Output"}};
    strbuf_puts(out, "<nav aria-label=\"What is shown\">");
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        strbuf_printf(out, "<button type=\"button\" id=\"f-%s\" aria-pressed=\"true\">%s</button>",
                      filters[i].layer, filters[i].name);
    strbuf_puts(out, "<button type=\"button\" id=\"ev\">What went wrong</button><span></span>"
                     "<small id=\"keys\">c p s o filter &#183; ↑ ↓ walk &#183; + − 0 zoom</small>"
                     "<button type=\"button\" id=\"out\" aria-label=\"Smaller\">−</button>"
                     "<button type=\"button\" id=\"size\" aria-label=\"Usual size\">100 %</button>"
                     "<button type=\"button\" id=\"in\" aria-label=\"Larger\">+</button></nav>\n");
}

void trace_html(const struct picture *p, struct strbuf *out)
{
    struct strbuf style = STRBUF_INIT, script = STRBUF_INIT;
    strbuf_puts(&style, trace_svg_style);
    strbuf_puts(&style, page_style);
    strbuf_puts(&script, page_script_1);
    strbuf_puts(&script, page_script_2);
    strbuf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "base-uri 'none'; form-action 'none'; style-src ");
    html_hash(out, style.data, style.len);
    strbuf_puts(out, "; script-src ");
    html_hash(out, script.data, script.len);
    strbuf_puts(out,
                "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"generator\" content=\"socklings\">\n<title>");
    trace_svg_escape(out, p->title);
    strbuf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<header><h1>", style.data);
    trace_svg_escape(out, p->title);
    strbuf_puts(out, "</h1></header>\n");
    add_tools(out);
    strbuf_puts(out, "<main>\n<div class=\"pic-box\"><div class=\"pic\" id=\"wide\">\n");
    trace_svg_element(p, TRACE_SVG_WIDE, out);
    strbuf_puts(out, "</div>\n<div class=\"pic\" id=\"narrow\">\n");
    trace_svg_element(p, TRACE_SVG_NARROW, out);
    strbuf_puts(out,
                "</div></div>\n<aside id=\"detail\" aria-live=\"polite\" class=\"empty\"><b></b>"
                "<pre></pre></aside>\n</main>\n<script type=\"application/json\" id=\"data\">");
    add_details(p, out);
    strbuf_printf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", script.data);
    strbuf_free(&style);
    strbuf_free(&script);
}
