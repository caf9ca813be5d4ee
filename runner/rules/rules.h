/*
 * rules/rules - the table of mistakes that are recognised in a recording.
 *
 * Each rule is one function that looks for one mistake of the catalogue and, when it finds it,
 * fills a finding. What a rule may say: CERTAINTY_FACT only when two layers agree (calls and what
 * the script or the peer saw, calls and socket states, calls and a sanitizer's report, …) or one is
 * conclusive by itself; else CERTAINTY_HINT, worded as a question. To name the wrong mistake is
 * worse than to name none.
 */
#ifndef SOCKLINGS_RULES_RULES_H
#define SOCKLINGS_RULES_RULES_H

#include "base/strbuf.h"
#include "rules/diagnosis.h"
#include "rules/facts.h"

enum { FINDING_EVENTS = 8 };

struct finding {
    enum certainty certainty;
    struct strbuf message;    /* what the program did; what the kernel or the peer did with it */
    const char *question;     /* NULL: the table's */
    const struct event *main; /* whose source line is the mistake's; NULL: none is known */
    const char *file;         /* instead of main's, when only a sanitizer knows it */
    int line;
    uint64_t events[FINDING_EVENTS];
    unsigned nevents;
};

struct rule {
    unsigned number;    /* of the catalogue */
    const char *id;     /* stable */
    const char *layers; /* S calls, K kernel states, P packets, B the script's peers, A sanitizer,
                           O exit */
    bool (*find)(const struct facts *f, struct finding *out);
    const char *question; /* asked with a fact */
    const char *lesson;   /* "05_udp_echo#precedence": where it is explained, when the lab at hand
                             does not aim at it; one that does has a heading of the id's name */
};

/* The i-th rule, by number; NULL after the last. */
const struct rule *rules_at(unsigned i);

/* judge_diagnose on facts that are gathered already. */
struct diagnosis *rules_diagnose(const struct facts *f, const char *const *only);

/* Adds a call as evidence; the first one added becomes the finding's place. */
void finding_call(struct finding *out, const struct model_call *c);
void finding_event(struct finding *out, const struct event *ev);
/* Appends "udp_echo.c:31 bind()" or, without a line, "the program's bind()". */
void finding_place(struct finding *out, const struct model_call *c);

/* The last recv on a socket that a program (NULL: any) made before event n; NULL: none. */
const struct model_call *finding_last_recv(const struct facts *f, const char *program, uint64_t n);
/* A fact that a sanitizer's report shows: recv is its evidence, the report's line its place, with
 * which the message begins. */
void finding_sanitizer(const struct facts *f, struct finding *out, const struct model_call *recv);

/* One line each; the file of its subject says how it decides. */
bool rule_port_no_htons_bind(const struct facts *f, struct finding *out);
bool rule_port_no_htons_connect(const struct facts *f, struct finding *out);
bool rule_no_reuseaddr(const struct facts *f, struct finding *out);
bool rule_reuseaddr_after_bind(const struct facts *f, struct finding *out);
bool rule_port_in_use_by_listener(const struct facts *f, struct finding *out);
bool rule_family_not_set(const struct facts *f, struct finding *out);
bool rule_bind_loopback_only(const struct facts *f, struct finding *out);
bool rule_precedence(const struct facts *f, struct finding *out);
bool rule_no_listen(const struct facts *f, struct finding *out);
bool rule_wrong_fd(const struct facts *f, struct finding *out);
bool rule_addrlen_uninit_accept(const struct facts *f, struct finding *out);
bool rule_addrlen_uninit_recvfrom(const struct facts *f, struct finding *out);
bool rule_sizeof_pointer(const struct facts *f, struct finding *out);
bool rule_sizeof_array_sent(const struct facts *f, struct finding *out);
bool rule_strlen_unterminated(const struct facts *f, struct finding *out);
bool rule_strlen_binary(const struct facts *f, struct finding *out);
bool rule_nul_past_end(const struct facts *f, struct finding *out);
bool rule_retval_as_length(const struct facts *f, struct finding *out);
bool rule_struct_on_the_wire(const struct facts *f, struct finding *out);
bool rule_udp_buffer_too_small(const struct facts *f, struct finding *out);
bool rule_udp_too_big(const struct facts *f, struct finding *out);
bool rule_one_recv_one_message(const struct facts *f, struct finding *out);
bool rule_merged_messages(const struct facts *f, struct finding *out);
bool rule_partial_send(const struct facts *f, struct finding *out);
bool rule_eof_ignored(const struct facts *f, struct finding *out);
bool rule_waits_for_eof(const struct facts *f, struct finding *out);
bool rule_close_with_unread_data(const struct facts *f, struct finding *out);
bool rule_header_body_in_one_buffer(const struct facts *f, struct finding *out);
bool rule_no_length_check_on_download(const struct facts *f, struct finding *out);
bool rule_sigpipe(const struct facts *f, struct finding *out);
bool rule_fd_leak_emfile(const struct facts *f, struct finding *out);
bool rule_blocked_on_stdin(const struct facts *f, struct finding *out);
bool rule_eintr(const struct facts *f, struct finding *out);
bool rule_broadcast_no_option(const struct facts *f, struct finding *out);
bool rule_broadcast_receiver_bound_to_unicast(const struct facts *f, struct finding *out);
bool rule_broadcast_two_listeners_no_reuse(const struct facts *f, struct finding *out);
bool rule_udp_no_timeout(const struct facts *f, struct finding *out);
bool rule_udp_loss_not_expected(const struct facts *f, struct finding *out);
bool rule_empty_datagram_as_eof(const struct facts *f, struct finding *out);
bool rule_select_nfds(const struct facts *f, struct finding *out);
bool rule_busy_poll(const struct facts *f, struct finding *out);
bool rule_stdout_not_flushed(const struct facts *f, struct finding *out);
bool rule_one_client_at_a_time(const struct facts *f, struct finding *out);
bool rule_backlog(const struct facts *f, struct finding *out);
bool rule_double_close(const struct facts *f, struct finding *out);
bool rule_write_write_read(const struct facts *f, struct finding *out);
bool rule_path_traversal(const struct facts *f, struct finding *out);
bool rule_errno_lost(const struct facts *f, struct finding *out);

#endif
