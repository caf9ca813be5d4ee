/* The classes that the reports are made of in tests: a small one as a term has it, a hostile one,
 * and a large one. Static memory: nothing is to be freed. */
#ifndef SOCKLINGS_TESTS_CLASS_BOOK_H
#define SOCKLINGS_TESTS_CLASS_BOOK_H

#include <stdio.h>

#include "class_help.h"

static struct class_lab small_labs[] = {
    {.id = "05_udp_echo",
     .title = "A UDP echo server",
     .max_points = 10,
     .weight = 20,
     .due = "2026-11-20T23:59:00+01:00"},
    {.id = "09_tcp_client", .title = "A TCP client", .max_points = 10, .weight = 30},
    {.id = "10_tcp_server", .title = "A TCP server", .max_points = 10, .weight = 50},
};

enum { BOOK_STEPS = 5 };

/* Steps 0 to 3 are public, 4 is hidden. `stop` is the one that fails; BOOK_STEPS: none. */
static inline const struct class_step *book_steps(unsigned lab, unsigned stop, const char *mistake,
                                                  const char *certainty)
{
    static const char *const titles[3][BOOK_STEPS - 1] = {
        {"A port from the command line, and a socket", "Take the port", "Echo one datagram",
         "Whatever bytes come"},
        {"A socket", "Reach the server", "Send a line", "Read until the end"},
        {"Listen", "Accept a client", "Echo a stream", "Many clients, one after another"},
    };
    struct class_step *steps = mem_alloc(BOOK_STEPS * sizeof *steps);
    for (unsigned i = 0; i < BOOK_STEPS; i++) {
        bool hidden = i == BOOK_STEPS - 1;
        steps[i] = (struct class_step){.id = hidden ? CANARY : "step",
                                       .title = hidden ? CANARY " title" : titles[lab % 3][i],
                                       .status = i < stop    ? STEP_PASS
                                                 : i == stop ? STEP_FAIL
                                                             : STEP_NOT_REACHED,
                                       .points = 2,
                                       .hidden = hidden};
        if (i != stop)
            continue;
        steps[i].message = hidden ? CANARY " message" : "5 bytes were expected, and 2 came.";
        steps[i].question = hidden ? CANARY " question" : "Which number says how many came?";
        steps[i].lesson = hidden ? "05_udp_echo#" CANARY : "05_udp_echo#bytes-not-strings";
        steps[i].diagnosis = hidden ? "sigpipe" : mistake;
        steps[i].certainty = certainty;
        steps[i].diagnosis_message = hidden    ? CANARY " diagnosis"
                                     : mistake ? "udp_echo.c:44 sendto() was given 2 bytes."
                                               : NULL;
        steps[i].file = hidden ? CANARY ".c" : "udp_echo.c";
        steps[i].line = 44;
    }
    return steps;
}

static inline struct class_result book_result(const char *student, unsigned lab, unsigned stop,
                                              enum outcome outcome)
{
    static const char *const mistakes[] = {"port-no-htons-bind", "strlen-binary", "eof-ignored",
                                           NULL};
    static const struct class_lab *labs = small_labs;
    unsigned points = stop * labs[lab].max_points / BOOK_STEPS;
    double share = (double)points / labs[lab].max_points;
    return (struct class_result){
        .lab = lab,
        .attempt = 1,
        .submission = mem_format("class.zip: %s/%s", student, labs[lab].id),
        .handed_in = 1795300000,
        .outcome = outcome,
        .reproduce = "socklings check 5 --seed 4711 --hidden /private",
        .seed = 4711,
        .repeats = 1,
        .points = points,
        .max_points = labs[lab].max_points,
        .share = share,
        .mark = share * labs[lab].weight,
        .counts = true,
        .page = mem_format("students/%s/%s", student, labs[lab].id),
        .ms_total = 101.25,
        .steps = book_steps(lab, stop, mistakes[(stop + lab) % 4], stop % 2 ? "hint" : "fact"),
        .nsteps = BOOK_STEPS};
}

static inline void book_sum(struct class_student *student)
{
    student->mark = 0;
    student->most = 100;
    for (unsigned i = 0; i < student->nresults; i++) {
        student->mark += student->results[i].counts ? student->results[i].mark : 0;
        student->error |= student->results[i].outcome == OUTCOME_INTERNAL_ERROR;
    }
}

/* Five students: all right; stuck, late and with two attempts; a hidden step; an internal error;
 * one who handed in nothing. */
static inline const struct class_book *small_class(void)
{
    static struct class_result anna[3], ben[4], chen[2], dora[1];
    static struct class_student students[] = {
        {.id = "anna",
         .name = "Anna Li",
         .folder = "students/anna",
         .results = anna,
         .nresults = 3},
        {.id = "ben",
         .name = "Benoît Ngo",
         .folder = "students/ben",
         .results = ben,
         .nresults = 4},
        {.id = "chen", .name = "陈伟", .folder = "students/chen", .results = chen, .nresults = 2},
        {.id = "dora", .name = "dora", .folder = "students/dora", .results = dora, .nresults = 1},
        {.id = "eve", .name = "O'Hara, \"Eve\"", .folder = "students/eve"},
    };
    static struct class_refusal refusals[] = {{.submission = "class.zip: finn.zip",
                                               .student = "1234567",
                                               .name = "Finn Berg",
                                               .why = "the archive ends in the middle of an entry"},
                                              {.submission = "class.zip: notes.pdf",
                                               .why =
                                                   "no student's folder, and no source of a lab"}};
    static struct class_note notes[] = {
        {"policy.json: extensions: nobody called \"bne\" has handed in anything; is \"ben\" meant?",
         true}};
    static struct class_book book = {.title = "Networks, winter 2026",
                                     .made = "2026-11-21 14:03 UTC",
                                     .version = "0.1.0",
                                     .labs = small_labs,
                                     .nlabs = 3,
                                     .students = students,
                                     .nstudents = 5,
                                     .refusals = refusals,
                                     .nrefusals = 2,
                                     .notes = notes,
                                     .nnotes = 1};
    if (anna[0].steps != NULL)
        return &book;
    for (unsigned lab = 0; lab < 3; lab++)
        anna[lab] = book_result("anna", lab, BOOK_STEPS, OUTCOME_PASS);
    ben[0] = book_result("ben", 0, 1, OUTCOME_BUILD_ERROR);
    ben[0].counts = false;
    ben[1] = book_result("ben", 0, 3, OUTCOME_FAIL);
    ben[1].attempt = 2;
    ben[1].late_s = 2 * 86400 + 3 * 3600 + 59;
    ben[1].share *= 0.8;
    ben[1].mark *= 0.8;
    ben[1].remark = "2 days late: 20 % off";
    free((void *)(uintptr_t)ben[1].page);
    ben[1].page = "students/ben/05_udp_echo-2";
    ben[2] = book_result("ben", 1, 1, OUTCOME_STALL);
    ben[3] = book_result("ben", 2, 2, OUTCOME_CRASH);
    ben[3].repeats = 5;
    ben[3].disagreed = 2;
    chen[0] = book_result("chen", 0, 4, OUTCOME_LIMIT);
    chen[1] = book_result("chen", 2, 1, OUTCOME_FAIL);
    dora[0] = book_result("dora", 1, 0, OUTCOME_INTERNAL_ERROR);
    free((void *)(uintptr_t)dora[0].steps);
    dora[0].steps = NULL;
    dora[0].nsteps = 0;
    dora[0].error = "the sandbox could not be made: clone3: No space left on device";
    for (unsigned i = 0; i < 5; i++)
        book_sum(&students[i]);
    return &book;
}

/* Everything that a student, an LMS or a program could have written, everywhere it could stand. */
static inline const struct class_book *hostile_class(void)
{
    enum { KINDS = 14 };
    static char longest[301];
    static const char *texts[KINDS] = {SCRIPT,
                                       IMAGE,
                                       ENDS,
                                       RIGHT_TO_LEFT,
                                       BROKEN,
                                       EMOJI,
                                       longest,
                                       "two\nlines\r\nthree",
                                       "javascript:window.broken=4",
                                       "=HYPERLINK(\"http://127.0.0.1:9/\")",
                                       "' onmouseover='window.broken=5",
                                       "\" autofocus onfocus=\"window.broken=6",
                                       "../../../etc/passwd",
                                       "{{constructor.constructor('window.broken=7')()}}"};
    static struct class_lab labs[KINDS];
    static struct class_step steps[KINDS][2];
    static struct class_result results[KINDS][KINDS];
    static struct class_student students[KINDS];
    static struct class_refusal refusals[KINDS];
    static struct class_note notes[KINDS];
    static struct class_book book = {.labs = labs,
                                     .nlabs = KINDS,
                                     .students = students,
                                     .nstudents = KINDS,
                                     .refusals = refusals,
                                     .nrefusals = KINDS,
                                     .notes = notes,
                                     .nnotes = KINDS};
    memset(longest, 'W', sizeof longest - 1);
    book.title = SCRIPT IMAGE;
    book.made = ENDS;
    book.version = RIGHT_TO_LEFT;
    for (unsigned i = 0; i < KINDS; i++) {
        const char *t = texts[i];
        labs[i] = (struct class_lab){.id = t, .title = t, .max_points = 3, .weight = 3, .due = t};
        steps[i][0] = (struct class_step){.id = t,
                                          .title = t,
                                          .status = STEP_FAIL,
                                          .points = 2,
                                          .message = t,
                                          .question = t,
                                          .lesson = t,
                                          .diagnosis = t,
                                          .certainty = "fact",
                                          .diagnosis_message = t,
                                          .file = t,
                                          .line = 1};
        steps[i][1] = (struct class_step){
            .id = CANARY, .title = CANARY, .status = STEP_NOT_REACHED, .points = 1, .hidden = true};
        refusals[i] = (struct class_refusal){
            .submission = t, .student = i % 2 ? t : NULL, .name = i % 4 == 1 ? t : NULL, .why = t};
        notes[i] = (struct class_note){t, true};
    }
    for (unsigned i = 0; i < KINDS; i++) {
        for (unsigned k = 0; k < KINDS; k++)
            results[i][k] = (struct class_result){.lab = k,
                                                  .attempt = 1,
                                                  .submission = texts[i],
                                                  .outcome = (enum outcome)((i + k) % 7),
                                                  .error = texts[k],
                                                  .reproduce = texts[k],
                                                  .repeats = 3,
                                                  .disagreed = (i + k) % 2,
                                                  .max_points = 3,
                                                  .counts = true,
                                                  .late_s = 90000,
                                                  .remark = texts[k],
                                                  .page = texts[i],
                                                  .steps = steps[(i + k) % KINDS],
                                                  .nsteps = 2};
        students[i] = (struct class_student){.id = texts[i],
                                             .name = texts[i],
                                             .folder = texts[i],
                                             .results = results[i],
                                             .nresults = KINDS,
                                             .mark = i % 3,
                                             .most = 3 * KINDS,
                                             .error = i % 5 == 0};
    }
    return &book;
}

/* So many students with all three labs. */
static inline const struct class_book *large_class(unsigned count)
{
    static struct class_book book;
    struct class_student *students = mem_alloc(count * sizeof *students);
    unsigned random = 4711;
    for (unsigned i = 0; i < count; i++) {
        char *id = mem_format("student%04u", i);
        struct class_result *results = mem_alloc(3 * sizeof *results);
        for (unsigned lab = 0; lab < 3; lab++) {
            random = random * 1103515245 + 12345;
            unsigned stop = random >> 16 & 7;
            stop = stop > BOOK_STEPS ? BOOK_STEPS : stop;
            results[lab] = book_result(id, lab, stop,
                                       stop == BOOK_STEPS ? OUTCOME_PASS
                                                          : (enum outcome)(1 + (random >> 20) % 5));
            results[lab].late_s = random >> 24 & 3 ? 0 : random >> 12 & 0xfffff;
        }
        students[i] = (struct class_student){.id = id,
                                             .name = mem_format("Student Number %u", i),
                                             .folder = mem_format("students/%s", id),
                                             .results = results,
                                             .nresults = 3};
        book_sum(&students[i]);
    }
    book = *small_class();
    book.students = students;
    book.nstudents = count;
    return &book;
}

#endif
