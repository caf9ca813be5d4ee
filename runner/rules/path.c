/*
 * rules/path - 55: a name from the network led out of the folder that is served.
 *
 * The folder is the argument of the program below which the script has put files, or else the one
 * in which it runs. The recording tells which file was opened in the end, all links followed. A
 * fact when a client had sent the name, the program read from that file, and the script failed
 * after it: to open a file and then refuse it is a way to be right.
 */
#include "rules/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* "share" is the folder of "share/sub/a.txt". */
static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool has_files(const struct facts *f, const char *folder)
{
    for (unsigned i = 0; i < f->script->nfiles; i++)
        if (is_below(f->script->files[i].name, folder))
            return true;
    return false;
}

/* The folder that the program was to serve when it was started last before event n, as an argument;
 * "" where there is none. */
static void served(const struct facts *f, const char *program, uint64_t n, struct strbuf *out)
{
    for (uint64_t i = 0; f->script != NULL && i < n && i < f->timeline->count; i++) {
        const struct event *ev = &f->timeline->events[i];
        const struct action *a = ev->kind == EVENT_SCRIPT ? facts_action(f, ev->script.path) : NULL;
        if (a == NULL || a->kind != ACTION_START || program == NULL ||
            strcmp(a->actor, program) != 0)
            continue;
        strbuf_cut(out, 0);
        for (unsigned k = 0; k < a->start.nargs && out->len == 0; k++) {
            struct strbuf arg = STRBUF_INIT;
            if (facts_text(f, a->start.args[k], &arg) && has_files(f, arg.data))
                strbuf_puts(out, arg.data);
            strbuf_free(&arg);
        }
    }
}

/* A client had sent that text before. */
static bool was_sent(const struct facts *f, const struct model_call *open, const char *text)
{
    size_t len = strlen(text);
    for (uint64_t n = open->event->n; len > 0 && n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->io == MODEL_RECV && c->socket != NULL && c->data.data != NULL &&
            model_root(c->process) == model_root(open->process) &&
            memmem(c->data.data, c->data.len, text, len) != NULL)
            return true;
    }
    return false;
}

/* The first call that takes bytes out of the file, before it is closed. */
static const struct model_call *reads(const struct facts *f, const struct model_call *open)
{
    int64_t fd = open->event->call.result;
    for (uint64_t n = open->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->process != open->process || c->event->call.result <= 0) {
            if (c != NULL && c->process == open->process && c->fd == fd && facts_is(c, "close"))
                return NULL;
            continue;
        }
        bool own = c->fd == fd && (c->io == MODEL_RECV || facts_is(c, "pread64"));
        if (own || call_value(&c->event->call, "in", -1) == fd)
            return c;
    }
    return NULL;
}

static bool leads_out(const struct facts *f, const struct model_call *c, struct finding *out)
{
    const struct call_event *call = &c->event->call;
    const char *path = call_text(call, "path"), *opened = call_text(call, "opened");
    const char *slash = strrchr(path, '/'), *last = slash != NULL ? slash + 1 : path;
    if (!call_succeeded(call) || opened[0] == '\0' || f->failed->n < c->event->n ||
        strncmp(opened, "/dev/", 5) == 0 || strncmp(opened, "/proc/", 6) == 0 ||
        !was_sent(f, c, last))
        return false;
    struct strbuf folder = STRBUF_INIT;
    served(f, c->event->program, c->event->n, &folder);
    bool outside = folder.len > 0 && strcmp(folder.data, ".") != 0 ? !is_below(opened, folder.data)
                                                                   : opened[0] == '/';
    const struct model_call *read = outside ? reads(f, c) : NULL;
    if (read != NULL) {
        finding_call(out, c);
        finding_call(out, read);
        finding_event(out, f->failed);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, c);
        strbuf_puts(&out->message, " of ");
        bytes_quote(&out->message, path, strlen(path), 60);
        strbuf_puts(&out->message, ", a name that a client sent, led to ");
        bytes_quote(&out->message, opened, strlen(opened), 60);
        strbuf_puts(&out->message, folder.len > 0 ? ", which does not lie below "
                                                  : ", which does not lie below the folder in "
                                                    "which the program runs");
        if (folder.len > 0)
            bytes_quote(&out->message, folder.data, folder.len, 60);
        strbuf_puts(&out->message, "; the program read it for that client");
    }
    strbuf_free(&folder);
    return read != NULL;
}

bool rule_path_traversal(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && f->failed != NULL && (c = facts_call(f, &n)) != NULL;)
        if ((strncmp(c->event->call.name, "open", 4) == 0) && leads_out(f, c, out))
            return true;
    return false;
}
