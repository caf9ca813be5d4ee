/*
 * cli/handlers - the function behind each row of the table. Each returns an exit_status, has told
 * what there is to tell, and leaves nothing open.
 */
#ifndef SOCKLINGS_CLI_HANDLERS_H
#define SOCKLINGS_CLI_HANDLERS_H

#include "cli/cli.h"

/* cmd_list.c */
int cmd_list(struct cli *cli, const struct invocation *inv);
int cmd_progress(struct cli *cli, const struct invocation *inv);
/* cmd_files.c: the learner's files */
int cmd_start(struct cli *cli, const struct invocation *inv);
int cmd_next(struct cli *cli, const struct invocation *inv);
int cmd_reset(struct cli *cli, const struct invocation *inv);
int cmd_solution(struct cli *cli, const struct invocation *inv);
/* cmd_learn.c */
int cmd_lesson(struct cli *cli, const struct invocation *inv);
int cmd_hint(struct cli *cli, const struct invocation *inv);
/* cmd_quiz.c, cmd_check.c, cmd_run.c, cmd_doctor.c */
int cmd_quiz(struct cli *cli, const struct invocation *inv);
int cmd_check(struct cli *cli, const struct invocation *inv);
int cmd_run(struct cli *cli, const struct invocation *inv);
int cmd_doctor(struct cli *cli, const struct invocation *inv);
/* cmd_trace.c */
int cmd_trace(struct cli *cli, const struct invocation *inv);
/* cmd_grade.c */
int cmd_grade(struct cli *cli, const struct invocation *inv);
int cmd_merge(struct cli *cli, const struct invocation *inv);
/* cmd_author.c */
int cmd_lint(struct cli *cli, const struct invocation *inv);
int cmd_verify(struct cli *cli, const struct invocation *inv);
/* help.c */
int cmd_help(struct cli *cli, const struct invocation *inv);
int cmd_version(struct cli *cli, const struct invocation *inv);
int cmd_quit(struct cli *cli, const struct invocation *inv);

#endif
