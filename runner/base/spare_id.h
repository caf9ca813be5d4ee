/*
 * base/spare_id - a user or group id that nobody else has, for what must not be anybody's.
 */
#ifndef SOCKLINGS_BASE_SPARE_ID_H
#define SOCKLINGS_BASE_SPARE_ID_H

/* `wanted`, when it is mapped in this user namespace. In a container only the ids of `map`
 * ("/proc/self/uid_map" or gid_map, user_namespaces(7)) are: then one of the upper half of the
 * largest range, chosen by `number`, but for its last two, which mean "nobody" and "none". 0, which
 * is root, when there is no other. */
unsigned spare_id(const char *map, unsigned wanted, unsigned number);

#endif
