/* base/utf8: see utf8.h. */
#include "base/utf8.h"

#include <string.h>

#include "base/utf8_width.h"

size_t utf8_decode(const char *data, size_t len, uint32_t *code)
{
    if (len == 0)
        return 0;
    const unsigned char *p = (const unsigned char *)data;
    uint32_t c;
    size_t n;
    if (p[0] < 0x80) {
        c = p[0];
        n = 1;
    } else if (p[0] >= 0xc2 && p[0] <= 0xdf) { /* c0 and c1 could only begin overlong forms */
        c = p[0] & 0x1fU;
        n = 2;
    } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
        c = p[0] & 0x0fU;
        n = 3;
    } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        c = p[0] & 0x07U;
        n = 4;
    } else {
        return 0;
    }
    if (n > len)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = (c << 6) | (p[i] & 0x3fU);
    }
    bool overlong = (n == 3 && c < 0x800) || (n == 4 && c < 0x10000);
    if (overlong || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
        return 0;
    if (code != NULL)
        *code = c;
    return n;
}

size_t utf8_valid_prefix(const char *data, size_t len)
{
    size_t at = 0;
    while (at < len) {
        /* Most text is ASCII, and most of it long: eight bytes at a time. */
        uint64_t eight;
        if (len - at >= sizeof eight) {
            memcpy(&eight, data + at, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        size_t n = utf8_decode(data + at, len - at, NULL);
        if (n == 0)
            break;
        at += n;
    }
    return at;
}

bool utf8_valid(const char *data, size_t len)
{
    return utf8_valid_prefix(data, len) == len;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[n] | code);
    return n;
}

static bool in_table(const struct utf8_range *table, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (code < table[mid].first)
            high = mid;
        else if (code > table[mid].last)
            low = mid + 1;
        else
            return true;
    }
    return false;
}

int utf8_width(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return -1;
    if (code < 0x300)
        return 1;
    if (in_table(utf8_zero, sizeof utf8_zero / sizeof utf8_zero[0], code))
        return 0;
    return in_table(utf8_wide, sizeof utf8_wide / sizeof utf8_wide[0], code) ? 2 : 1;
}

/* The bytes and columns of what stands at the start; len > 0. */
static size_t measure(const char *data, size_t len, size_t *columns)
{
    uint32_t code;
    size_t n = utf8_decode(data, len, &code);
    if (n == 0) {
        *columns = 1;
        return 1;
    }
    int width = utf8_width(code);
    *columns = width > 0 ? (size_t)width : 0;
    return n;
}

size_t utf8_columns(const char *data, size_t len)
{
    size_t total = 0;
    for (size_t at = 0; at < len;) {
        size_t columns;
        at += measure(data + at, len - at, &columns);
        total += columns;
    }
    return total;
}

size_t utf8_fit(const char *data, size_t len, size_t columns)
{
    size_t used = 0, at = 0;
    while (at < len) {
        size_t wide;
        size_t n = measure(data + at, len - at, &wide);
        if (wide > columns - used)
            break;
        used += wide;
        at += n;
    }
    return at;
}
