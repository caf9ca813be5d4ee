/* scene/init_parts - private to init: what its files share. */
#ifndef SOCKLINGS_SCENE_INIT_PARTS_H
#define SOCKLINGS_SCENE_INIT_PARTS_H

#include "net/hosts.h"
#include "scene/init.h"

/* Tells the runner; with a descriptor, -1: none. When that has gone, so does init. */
void init_answer(int control, int error, const char *text, int fd);

/* Becomes that user, (uid_t)-1: stays. For good; or, with `back`, so that it remains root's and no
 * program can end it, but what it does is done as that user. 0, or -1 and errno. */
int init_become(uid_t uid, bool back);

/* Where programs are given another user than root and there is no PID namespace, init itself stays
 * root, so that no program can end it. */
bool init_stays_root(const struct init_config *config);

/* On that processor only; -1: any. */
void init_stay_on(int cpu);

/* What a program is started with. */
struct init_start {
    const struct init_config *config;
    const struct init_request *req;
    int gate;
    const int *stdio; /* three; -1: closed */
    char **argv;
    const char *folder;    /* where programs lie, when argv[0] has no slash */
    char *const *programs; /* the names of those that nobody can change */
    unsigned nprograms;
    const struct hosts_built *hosts; /* when the scene has several */
    const struct network *network;
};

/* Its pid, as init sees it, or -1 and errno. */
pid_t init_start_program(struct init_start *start);

#endif
