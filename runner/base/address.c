/* base/address: see address.h. */
#include "base/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_port(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)text[0]))
        return -1;
    unsigned long port = strtoul(text, &end, 10);
    return *end == '\0' && port <= 65535 ? (int)port : -1;
}

int address_parse(const char *text, struct sockaddr_storage *addr, socklen_t *len,
                  struct error *err)
{
    char ip[ADDRESS_TEXT];
    const char *colon = strrchr(text, ':');
    int port = colon != NULL ? parse_port(colon + 1) : -1;
    size_t n = colon != NULL ? (size_t)(colon - text) : 0;
    if (port < 0 || n == 0 || n >= sizeof ip)
        return error_set(err, "'%s' is not an address like 127.0.0.1:7000 or [::1]:7000", text);
    memset(addr, 0, sizeof *addr);
    memcpy(ip, text, n);
    ip[n] = '\0';
    if (ip[0] == '[' && ip[n - 1] == ']') {
        struct sockaddr_in6 *v6 = (void *)addr;
        ip[n - 1] = '\0';
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *len = sizeof *v6;
        if (inet_pton(AF_INET6, ip + 1, &v6->sin6_addr) == 1)
            return 0;
    } else {
        struct sockaddr_in *v4 = (void *)addr;
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *len = sizeof *v4;
        if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1)
            return 0;
    }
    return error_set(err, "'%s' is not an address like 127.0.0.1:7000 or [::1]:7000", text);
}

const char *address_ip(const struct sockaddr *addr, char out[ADDRESS_TEXT])
{
    const void *bytes =
        addr->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    if ((addr->sa_family != AF_INET && addr->sa_family != AF_INET6) ||
        inet_ntop(addr->sa_family, bytes, out, ADDRESS_TEXT) == NULL)
        snprintf(out, ADDRESS_TEXT, "?");
    return out;
}

unsigned address_port(const struct sockaddr *addr)
{
    if (addr->sa_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)addr)->sin6_port);
    return addr->sa_family == AF_INET
               ? ntohs(((const struct sockaddr_in *)(const void *)addr)->sin_port)
               : 0;
}

const char *address_format(const struct sockaddr *addr, char out[ADDRESS_TEXT])
{
    char ip[ADDRESS_TEXT];
    address_ip(addr, ip);
    if (ip[0] == '?')
        snprintf(out, ADDRESS_TEXT, "?");
    else
        snprintf(out, ADDRESS_TEXT, addr->sa_family == AF_INET6 ? "[%.50s]:%u" : "%.50s:%u", ip,
                 address_port(addr));
    return out;
}
