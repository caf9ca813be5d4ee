/* rules/rules: the table, and the choice among what the rules find. See rules.h. */
#include "rules/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "timeline/describe.h"

static const struct rule table[] = {
    {1, "port-no-htons-bind", "S", rule_port_no_htons_bind,
     "In which byte order does the kernel read sin_port, and in which one does your program write "
     "it?",
     "05_udp_echo#port-no-htons-bind"},
    {2, "port-no-htons-connect", "SP", rule_port_no_htons_connect,
     "In which byte order does the kernel read sin_port, and in which one does your program write "
     "it?",
     "09_tcp_client#port-no-htons-connect"},
    {3, "no-reuseaddr", "SK", rule_no_reuseaddr,
     "Who still remembers the connection that the last run closed first, and which option lets "
     "bind() take the port all the same?",
     "10_tcp_server#no-reuseaddr"},
    {4, "reuseaddr-after-bind", "SK", rule_reuseaddr_after_bind,
     "At which of its calls does the kernel look whether SO_REUSEADDR is set?",
     "10_tcp_server#reuseaddr-after-bind"},
    {5, "port-in-use-by-listener", "SK", rule_port_in_use_by_listener,
     "Which process still listens on that port, and how does it end?",
     "10_tcp_server#port-in-use-by-listener"},
    {6, "family-not-set", "SP", rule_family_not_set,
     "Which field of the address tells the kernel that it is an IPv4 or an IPv6 address?",
     "09_tcp_client#family-not-set"},
    {8, "bind-loopback-only", "KB", rule_bind_loopback_only,
     "Through which addresses of this machine can a peer reach a socket that is bound to "
     "127.0.0.1?",
     "05_udp_echo#bind-loopback-only"},
    {11, "precedence", "S", rule_precedence,
     "Which is done first in `if ((s = socket(…) < 0))`: the assignment or the comparison?",
     "09_tcp_client#precedence"},
    {12, "no-listen", "SK", rule_no_listen,
     "Which call, on a socket that has its port, makes it one that takes connections?",
     "10_tcp_server#no-listen"},
    {13, "wrong-fd", "S", rule_wrong_fd,
     "Which of your two descriptors is the connection: the one that listens or the one that "
     "accept() returned?",
     "10_tcp_server#wrong-fd"},
    {14, "addrlen-uninit-accept", "SA", rule_addrlen_uninit_accept,
     "What does the kernel read from the length argument before it writes the address?",
     "10_tcp_server#addrlen-uninit-accept"},
    {15, "addrlen-uninit-recvfrom", "SP", rule_addrlen_uninit_recvfrom,
     "What does the kernel read from the length argument before it writes the sender's address?",
     "05_udp_echo#addrlen-uninit-recvfrom"},
    {16, "sizeof-pointer", "SPB", rule_sizeof_pointer,
     "What is the size of a pointer, and what of the text that it points to?",
     "09_tcp_client#sizeof-pointer"},
    {17, "sizeof-array-sent", "SPB", rule_sizeof_array_sent,
     "How many of the buffer's bytes did your program put there itself?",
     "04_udp_send#sizeof-array-sent"},
    {18, "strlen-unterminated", "SPA", rule_strlen_unterminated,
     "Who would have put the zero byte at which strlen() stops?",
     "05_udp_echo#strlen-unterminated"},
    {19, "strlen-binary", "SB", rule_strlen_binary,
     "What does strlen() do with bytes that contain a zero?", "05_udp_echo#strlen-binary"},
    {20, "nul-past-end", "SA", rule_nul_past_end,
     "When recv() fills the whole buffer, which index does the zero go to?",
     "05_udp_echo#nul-past-end"},
    {21, "retval-as-length", "S", rule_retval_as_length,
     "What does recv() return when it fails, and what is that as a length?",
     "10_tcp_server#retval-as-length"},
    {22, "struct-on-the-wire", "SB", rule_struct_on_the_wire,
     "In which order do the bytes of a number lie in memory, what lies between the fields of a "
     "struct, and what was agreed for the wire?",
     "13_stream_framing#struct-on-the-wire"},
    {23, "udp-buffer-too-small", "SPB", rule_udp_buffer_too_small,
     "What does the kernel do with the part of a datagram that does not fit into your buffer?",
     "05_udp_echo#udp-buffer-too-small"},
    {24, "udp-too-big", "SP", rule_udp_too_big,
     "How many bytes does one datagram hold at most, and who splits what is longer?",
     "04_udp_send#udp-too-big"},
    {25, "one-recv-one-message", "SPB", rule_one_recv_one_message,
     "What tells your program that the message is complete?", "09_tcp_client#one-recv-one-message"},
    {26, "merged-messages", "SB", rule_merged_messages,
     "Two messages came with one recv(): where does the first one end, and what becomes of the "
     "rest?",
     "09_tcp_client#one-recv-one-message"},
    {27, "partial-send", "SPB", rule_partial_send,
     "send() returns how much it took: who sends the rest?", "10_tcp_server#partial-send"},
    {28, "eof-ignored", "SK", rule_eof_ignored,
     "What does it mean when recv() on a TCP socket returns 0?", "10_tcp_server#eof-ignored"},
    {29, "waits-for-eof", "SKB", rule_waits_for_eof,
     "How does the other side learn that you will send no more?", "09_tcp_client#waits-for-eof"},
    {30, "close-with-unread-data", "SP", rule_close_with_unread_data,
     "What does the kernel tell the other side when bytes of it are thrown away unread?",
     "12_http_hello#close-with-unread-data"},
    {31, "header-body-in-one-buffer", "SB", rule_header_body_in_one_buffer,
     "One recv() may bring the end of the head and the beginning of the body: which bytes of your "
     "buffer belong to the file?",
     "15_file_download#header-body-in-one-buffer"},
    {32, "no-length-check-on-download", "SB", rule_no_length_check_on_download,
     "recv() returned 0: how does your program know that this was the end of the file, and not of "
     "the cable?",
     "15_file_download#no-length-check-on-download"},
    {33, "sigpipe", "SPO", rule_sigpipe,
     "What does the kernel send a program that writes to a closed connection, and how does one "
     "get an error instead?",
     "10_tcp_server#sigpipe"},
    {37, "fd-leak-emfile", "SK", rule_fd_leak_emfile,
     "When is your program finished with a connection, and who closes its descriptor?",
     "10_tcp_server#fd-leak-emfile"},
    {38, "one-client-at-a-time", "SK", rule_one_client_at_a_time,
     "Your program waits for one client: who takes the next one meanwhile?",
     "10_tcp_server#one-client-at-a-time"},
    {39, "blocked-on-stdin", "SK", rule_blocked_on_stdin,
     "The keyboard is silent and a message has come: which call waits for both?",
     "07_udp_chat#blocked-on-stdin"},
    {40, "eintr", "S", rule_eintr, "What has happened to the connection when a call returns EINTR?",
     "10_tcp_server#eintr"},
    {41, "broadcast-no-option", "SP", rule_broadcast_no_option,
     "Which option must a socket have before the kernel lets it speak to everybody?",
     "08_udp_broadcast#broadcast-no-option"},
    {42, "broadcast-receiver-bound-to-unicast", "SPB", rule_broadcast_receiver_bound_to_unicast,
     "Which address stands in a broadcast as its destination, and which sockets does the kernel "
     "look for with it?",
     "08_udp_broadcast#broadcast-receiver-bound-to-unicast"},
    {43, "broadcast-two-listeners-no-reuse", "S", rule_broadcast_two_listeners_no_reuse,
     "Under which condition does the kernel give one UDP port to two sockets?",
     "08_udp_broadcast#broadcast-two-listeners-no-reuse"},
    {44, "udp-no-timeout", "SPB", rule_udp_no_timeout,
     "Who tells your program that a datagram, or its answer, was lost on the way?",
     "04_udp_send#udp-no-timeout"},
    {45, "udp-loss-not-expected", "SPK", rule_udp_loss_not_expected,
     "sendto() had success: how far has the datagram come by then, and who sends it again if it is "
     "lost?",
     "06_udp_temperature#udp-loss-not-expected"},
    {46, "empty-datagram-as-eof", "SB", rule_empty_datagram_as_eof,
     "Can a datagram be empty, and does UDP have an end of the stream?",
     "05_udp_echo#empty-datagram-as-eof"},
    {47, "backlog", "SK", rule_backlog,
     "Where do clients wait between connect() and accept(), and how many have room there?",
     "10_tcp_server#backlog"},
    {48, "select-nfds", "S", rule_select_nfds,
     "What does select() take from its arguments, and what does it leave in the sets?",
     "07_udp_chat#select-nfds"},
    {49, "busy-poll", "S", rule_busy_poll,
     "Which call lets a program sleep until there is something to read?", "07_udp_chat#busy-poll"},
    {50, "double-close", "S", rule_double_close,
     "Whose is the number of a descriptor after close(), when the next accept() takes the lowest "
     "that is free?",
     "10_tcp_server#double-close"},
    {52, "stdout-not-flushed", "SO", rule_stdout_not_flushed,
     "When does printf() hand its text to the kernel if stdout is not a terminal, or the line is "
     "not finished?",
     "05_udp_echo#tell-that-you-are-ready"},
    {53, "write-write-read", "SPB", rule_write_write_read,
     "How many calls does one message need, and what does the kernel wait for between two small "
     "ones?",
     "13_stream_framing#write-write-read"},
    {55, "path-traversal", "SB", rule_path_traversal,
     "A stranger chooses the name: which file does the kernel open when it has `..`, a leading `/` "
     "or a link in it?",
     "15_file_download#path-traversal"},
    {56, "errno-lost", "SO", rule_errno_lost,
     "When does errno get its value, and when does your program read it?",
     "04_udp_send#errno-lost"},
};

const struct rule *rules_at(unsigned i)
{
    return i < sizeof table / sizeof table[0] ? &table[i] : NULL;
}

/* --- findings --- */

void finding_event(struct finding *out, const struct event *ev)
{
    if (ev == NULL || out->nevents == FINDING_EVENTS)
        return;
    for (unsigned i = 0; i < out->nevents; i++)
        if (out->events[i] == ev->n)
            return;
    out->events[out->nevents++] = ev->n;
}

void finding_call(struct finding *out, const struct model_call *c)
{
    if (c == NULL)
        return;
    if (out->main == NULL)
        out->main = c->event;
    finding_event(out, c->event);
}

void finding_place(struct finding *out, const struct model_call *c)
{
    bool placed = c->event->call.file != NULL;
    describe_where(&out->message, c->event);
    strbuf_printf(&out->message, placed ? " %s()" : ": %s()", describe_name(&c->event->call));
}

const struct model_call *finding_last_recv(const struct facts *f, const char *program,
                                           uint64_t before)
{
    for (uint64_t n = before; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->io == MODEL_RECV && c->socket != NULL &&
            (program == NULL || c->event->program == NULL ||
             strcmp(program, c->event->program) == 0))
            return c;
    }
    return NULL;
}

void finding_sanitizer(const struct facts *f, struct finding *out, const struct model_call *recv)
{
    out->certainty = CERTAINTY_FACT;
    finding_call(out, recv);
    out->file = f->sanitizer.file;
    out->line = f->sanitizer.line;
    if (f->sanitizer.file != NULL)
        strbuf_printf(&out->message, "%s:%d ", f->sanitizer.file, f->sanitizer.line);
    else
        strbuf_puts(&out->message, "The program ");
}

/* --- the choice --- */

static bool asked_for(const char *id, const char *const *only)
{
    if (only == NULL)
        return true;
    for (; *only != NULL; only++)
        if (strcmp(*only, id) == 0)
            return true;
    return false;
}

static uint64_t earliest(const struct finding *finding)
{
    uint64_t first = MODEL_NEVER;
    for (unsigned i = 0; i < finding->nevents; i++)
        if (finding->events[i] < first)
            first = finding->events[i];
    return first;
}

static bool better(const struct finding *a, const struct finding *b)
{
    if (a->certainty != b->certainty)
        return a->certainty > b->certainty;
    return earliest(a) < earliest(b);
}

static char *lesson_of(const struct facts *f, const struct rule *rule)
{
    for (unsigned i = 0; f->lab != NULL && i < f->lab->nmistakes; i++)
        if (strcmp(f->lab->mistakes[i], rule->id) == 0)
            return mem_format("%s#%s", f->lab->id, rule->id);
    return mem_string(rule->lesson);
}

static struct diagnosis *as_diagnosis(const struct facts *f, const struct rule *rule,
                                      struct finding *finding)
{
    struct diagnosis *d = mem_alloc(sizeof *d);
    const struct event *place = finding->main;
    d->id = rule->id;
    d->certainty = finding->certainty;
    d->message = strbuf_take(&finding->message);
    d->question = mem_string(finding->question != NULL ? finding->question : rule->question);
    if (finding->file != NULL) {
        d->file = mem_string(finding->file);
        d->line = finding->line;
    } else if (place != NULL && place->kind == EVENT_CALL) {
        d->file = mem_string(place->call.file);
        d->line = place->call.line;
    }
    d->lesson = lesson_of(f, rule);
    d->nevents = finding->nevents;
    d->events = mem_alloc((finding->nevents + 1) * sizeof *d->events);
    memcpy(d->events, finding->events, finding->nevents * sizeof *d->events);
    return d;
}

struct diagnosis *rules_diagnose(const struct facts *f, const char *const *only)
{
    const struct rule *best_rule = NULL;
    struct finding best = {.message = STRBUF_INIT};
    for (unsigned i = 0; rules_at(i) != NULL; i++) {
        const struct rule *rule = rules_at(i);
        struct finding finding = {.message = STRBUF_INIT};
        if (!asked_for(rule->id, only) || !rule->find(f, &finding)) {
            strbuf_free(&finding.message);
        } else if (best_rule == NULL || better(&finding, &best)) {
            strbuf_free(&best.message);
            best = finding;
            best_rule = rule;
        } else {
            strbuf_free(&finding.message);
        }
    }
    return best_rule == NULL ? NULL : as_diagnosis(f, best_rule, &best);
}

void diagnosis_free(struct diagnosis *d)
{
    if (d == NULL)
        return;
    free(d->message);
    free(d->question);
    free(d->file);
    free(d->lesson);
    free(d->events);
    free(d);
}
