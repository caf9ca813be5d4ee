/*
 * scene/init_files - private to the sandbox's inside: what init does with files in the programs'
 * folder, which is its working folder. Paths are relative; init is the same user as the programs.
 */
#ifndef SOCKLINGS_SCENE_INIT_FILES_H
#define SOCKLINGS_SCENE_INIT_FILES_H

#include "scene/init.h"

/* Makes what the request says, and the folders on the way; `from` is its content
 * (SCENE_FILE_CONTENT). Nothing may run yet. -1 and errno. */
int init_make_file(const struct init_request *req, int from);

/* Gives it the request's mode, once everything has been made. */
int init_set_mode(const struct init_request *req);

/* Looks at what is called so, without following a link, and without waiting for the other end of a
 * FIFO. A descriptor for reading when it is a regular file, else -1, with `what` set to what it is:
 * "a folder", "a file that cannot be read (Permission denied)"; "" when there is none. */
int init_look(const char *name, char *what, size_t size);

#endif
