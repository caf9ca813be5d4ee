/*
 * cli/hosts - `run N --hosts`: the lab's programs on hosts of their own, and a prompt from which
 * all their terminals are played.
 */
#ifndef SOCKLINGS_CLI_HOSTS_H
#define SOCKLINGS_CLI_HOSTS_H

#include "cli/cli.h"
#include "scene/scene.h"

struct hosts_setup {
    const struct lab *lab;
    const struct network *network;
    const struct scene_program *programs; /* compiled; in the order of the lab's */
    unsigned nprograms;
    enum scene_tier tier;
};

/* Blocks until the user leaves it (Ctrl-D). An exit_status. */
int hosts_play(struct cli *cli, const struct hosts_setup *setup);

#endif
