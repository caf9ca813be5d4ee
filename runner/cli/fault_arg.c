/* cli/fault_arg: see fault_arg.h. */
#include "cli/fault_arg.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "catalog/names.h"
#include "cli/args.h"
#include "trace/syscalls.h"

static bool is_call(const char *name)
{
    for (unsigned i = 0; syscalls_at(i) != NULL; i++)
        if (syscalls_covers(name, syscalls_at(i)->name))
            return true;
    return false;
}

static unsigned count_names(const char *const *names)
{
    unsigned n = 0;
    while (names[n] != NULL)
        n++;
    return n;
}

static int no_error(const char *word, struct error *err)
{
    struct strbuf shown = STRBUF_INIT;
    const char *near = text_nearest(word, errno_names, count_names(errno_names));
    bytes_quote(&shown, word, strlen(word), 40);
    error_set(err, "%s is neither \"shorten\" nor an error a call can fail with%s%s%s", shown.data,
              near != NULL ? " (did you mean " : " (EINTR, EAGAIN, ECONNRESET, …",
              near != NULL ? near : "", near != NULL ? "?)." : ").");
    strbuf_free(&shown);
    return -1;
}

/* "2", "2-4" */
static int read_which(const char *text, struct trace_fault *fault, struct error *err)
{
    unsigned long long first, last;
    char *from = mem_format("%.*s", (int)strcspn(text, "-"), text);
    const char *dash = strchr(text, '-');
    int rc = args_number(from, "Which call", 1000000, &first, err);
    last = first;
    if (rc == 0 && dash != NULL)
        rc = args_number(dash + 1, "Which call", 1000000, &last, err);
    if (rc == 0 && last < first)
        rc = error_set(err, "\"%s\" ends before it begins.", text);
    if (rc == 0) {
        fault->from = (unsigned)first;
        fault->count = (unsigned)(last - first + 1);
    }
    free(from);
    return rc;
}

static int read_words(struct fault_arg *out, char *const *word, int n, struct error *err)
{
    unsigned long long bytes = 0;
    int next = 2;
    if (n < 2)
        return error_set(err, "it needs a call and what shall become of it: recv EINTR, "
                              "send shorten 10 2-4.");
    if (!is_call(word[0]))
        return error_set(err, "%s is no call that is watched; recv, send, accept, connect, … are.",
                         word[0]);
    out->call = mem_string(word[0]);
    out->fault = (struct trace_fault){.call = out->call, .from = 1, .count = 1};
    if (strcmp(word[1], "shorten") == 0) {
        if (n < 3)
            return error_set(err, "\"shorten\" needs the number of bytes that are left.");
        if (args_number(word[2], "shorten", 16777216, &bytes, err) != 0)
            return -1;
        out->fault.shorten = (size_t)bytes;
        next = 3;
    } else if ((out->fault.errnum = errno_number(word[1])) == 0) {
        return no_error(word[1], err);
    }
    if (n > next + 1)
        return error_set(err, "there is no use for %s.", word[next + 1]);
    return n > next ? read_which(word[next], &out->fault, err) : 0;
}

int fault_arg_parse(struct fault_arg *out, const char *text, struct error *err)
{
    struct words words = {NULL, 0};
    size_t len = strcspn(text, ": ");
    *out = (struct fault_arg){0};
    if (text[len] == ':') {
        out->program = mem_format("%.*s", (int)len, text);
        text += len + 1;
    }
    int rc = words_split(text, &words, err);
    if (rc == 0)
        rc = read_words(out, words.words, words.count, err);
    words_free(&words);
    if (rc != 0)
        fault_arg_free(out);
    return rc;
}

void fault_arg_free(struct fault_arg *arg)
{
    free(arg->program);
    free(arg->call);
    *arg = (struct fault_arg){0};
}
