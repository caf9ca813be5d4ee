/* report/html: see html.h. */
#include "report/html.h"

#include <ctype.h>
#include <string.h>

#include "base/bytes.h"
#include "build/hash.h"
#include "report/clean.h"
#include "report/trace_svg.h"

void html_text(struct strbuf *out, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    clean_text(&clean, text);
    trace_svg_escape(out, clean.data);
    strbuf_free(&clean);
}

void html_name(struct strbuf *out, const char *text)
{
    struct strbuf clean = STRBUF_INIT;
    clean_line(&clean, text);
    strbuf_puts(out, "<bdi>");
    trace_svg_escape(out, clean.data);
    strbuf_puts(out, "</bdi>");
    strbuf_free(&clean);
}

static bool leads_out(const char *path)
{
    if (*path == '/')
        return true;
    while (*path != '\0') {
        size_t len = strcspn(path, "/");
        if (len == 2 && path[0] == '.' && path[1] == '.')
            return true;
        path += len + (path[len] == '/');
    }
    return false;
}

void html_url(struct strbuf *out, const char *path)
{
    if (leads_out(path)) {
        strbuf_putc(out, '#');
        return;
    }
    for (; *path != '\0'; path++) {
        unsigned char c = (unsigned char)*path;
        if (c < 0x80 && (isalnum(c) || strchr("/.-_", c) != NULL))
            strbuf_putc(out, *path);
        else
            strbuf_printf(out, "%%%02X", c);
    }
}

void html_hash(struct strbuf *out, const char *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char hex[HASH_TEXT];
    struct strbuf raw = STRBUF_INIT;
    hash_bytes(data, len, hex);
    bytes_from_hex(&raw, hex, NULL);
    strbuf_puts(out, "'sha256-");
    /* 32 bytes: ten groups of three, and two that are left. */
    for (size_t i = 0; i < raw.len; i += 3) {
        unsigned a = (unsigned char)raw.data[i];
        unsigned b = i + 1 < raw.len ? (unsigned char)raw.data[i + 1] : 0;
        unsigned c = i + 2 < raw.len ? (unsigned char)raw.data[i + 2] : 0;
        strbuf_putc(out, digits[a >> 2]);
        strbuf_putc(out, digits[(a << 4 | b >> 4) & 63]);
        strbuf_putc(out, i + 1 < raw.len ? digits[(b << 2 | c >> 6) & 63] : '=');
        strbuf_putc(out, i + 2 < raw.len ? digits[c & 63] : '=');
    }
    strbuf_putc(out, '\'');
    strbuf_free(&raw);
}

/* The look of all pages. Colours are told apart by colour-blind people, words or shapes tell the
 * same. */
static const char *const common_style[] = {
    ":root{color-scheme:light dark;--ink:#1b1f24;--soft:#59626e;--paper:#f6f7f9;--card:#fff;"
    "--line:#d5dae1;--mark:#eef1f5;--blue:#00507d;--good:#00664f;--goodbg:#dcf3ec;--bad:#a83200;"
    "--badbg:#fdeae2;--warn:#7a5200;--warnbg:#fff3d1;--bar:#0072b2;--ok:#009e73;--no:#d55e00;"
    "--off:#c3c9d2}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#a3adba;"
    "--paper:#14171b;--card:#1d2126;--line:#363d46;--mark:#282e36;--blue:#7cc4f0;--good:#5fd3b0;"
    "--goodbg:#143a30;--bad:#ff9d73;--badbg:#44210f;--warn:#f2c968;--warnbg:#3d300e;--bar:#4aa8e0;"
    "--ok:#2fb48c;--no:#e8793a;--off:#4a535e}}",
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}"
    "body{margin:0 auto;max-width:1120px;padding:24px 24px 48px;font:16px/1.55 system-ui,"
    "-apple-system,\"Segoe UI\",sans-serif;color:var(--ink);background:var(--paper);"
    "overflow-wrap:anywhere}"
    "h1{font-size:26px;line-height:1.25;margin:0 0 4px}h2{font-size:19px;margin:0 0 10px;"
    "line-height:1.3}h3{font-size:16px;margin:18px 0 6px}p{margin:0 0 10px}"
    "a{color:var(--blue)}a:focus-visible,button:focus-visible,input:focus-visible,"
    "select:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid "
    "#d97706;outline-offset:2px;border-radius:3px}"
    "small,.soft{color:var(--soft)}small{font-size:14px}"
    "section,.card{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:18px 20px;margin:18px 0}"
    "pre,code{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\","
    "monospace}code{background:var(--mark);border-radius:5px;padding:1px 5px}"
    "pre{background:var(--mark);border-radius:8px;padding:10px 14px;margin:8px 0 12px;"
    "overflow-x:auto;overflow-wrap:normal}",
    ".badge{display:inline-block;border-radius:20px;padding:1px 11px;font-size:14px;"
    "font-weight:600;background:var(--mark);color:var(--soft)}"
    ".good{background:var(--goodbg);color:var(--good)}.bad{background:var(--badbg);"
    "color:var(--bad)}.warn{background:var(--warnbg);color:var(--warn)}"
    ".note{border-left:4px solid;padding:10px 16px;border-radius:8px;margin:14px 0}"
    ".note>:last-child{margin-bottom:0}"
    "ul,ol{margin:0 0 10px;padding-left:24px}.steps{list-style:none;padding:0;margin:0}"
    ".steps li{display:flex;gap:10px;padding:5px 0;border-bottom:1px solid var(--line)}"
    ".steps li:last-child{border:0}.steps b{flex:none;width:1.2em;text-align:center}"
    ".steps .t{flex:1;min-width:0}.steps .p{flex:none;color:var(--soft)}"
    ".steps .pass b{color:var(--good)}.steps .fail b,.steps .fail .t{color:var(--bad);"
    "font-weight:600}.steps .not-reached{color:var(--soft)}"
    "footer{color:var(--soft);font-size:14px;margin-top:28px}"
    "@media (max-width:640px){body{padding:14px 12px 32px}section,.card{padding:14px 14px}"
    "h1{font-size:22px}}"
    "@media print{body{max-width:none;padding:0;background:#fff;font-size:11pt}section,.card{"
    "border:0;border-top:1px solid #999;border-radius:0;padding:10px 0;margin:10px 0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}"
    "h2,h3{break-after:avoid}.screen{display:none!important}a{color:inherit}}",
    NULL};

static void add_pieces(struct strbuf *out, const char *const *pieces)
{
    for (; pieces != NULL && *pieces != NULL; pieces++)
        strbuf_puts(out, *pieces);
}

void html_begin(struct strbuf *out, const struct html_page *page)
{
    struct strbuf style = STRBUF_INIT, script = STRBUF_INIT;
    add_pieces(&style, common_style);
    add_pieces(&style, page->style);
    add_pieces(&script, page->script);
    strbuf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "base-uri 'none'; form-action 'none'; style-src ");
    html_hash(out, style.data, style.len);
    if (script.len > 0) {
        strbuf_puts(out, "; script-src ");
        html_hash(out, script.data, script.len);
    }
    strbuf_puts(out, "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"generator\" content=\"socklings\">\n<title>");
    html_text(out, page->title);
    strbuf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style.data);
    strbuf_free(&style);
    strbuf_free(&script);
}

void html_end(struct strbuf *out, const struct html_page *page)
{
    if (page->script != NULL) {
        strbuf_puts(out, "<script>");
        add_pieces(out, page->script);
        strbuf_puts(out, "</script>\n");
    }
    strbuf_puts(out, "</body>\n</html>\n");
}
