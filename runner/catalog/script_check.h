/*
 * catalog/script_check - what only meaning can tell of a scene script: whether its actions can be
 * carried out in their order. Private to catalog/.
 */
#ifndef SOCKLINGS_CATALOG_SCRIPT_CHECK_H
#define SOCKLINGS_CATALOG_SCRIPT_CHECK_H

#include "base/error.h"
#include "catalog/lab.h"

/* 0, or -1 and *err with file and JSON path: a program that is not started or a peer that is not
 * open when an action needs it, an unknown role or variable, an address, regular expression or
 * split that makes no sense. `path` is that of the check. */
int script_check(const struct lab *lab, const struct scene_script *script, const char *path,
                 struct error *err);

#endif
