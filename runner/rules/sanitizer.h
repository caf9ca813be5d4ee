/*
 * rules/sanitizer - finds what AddressSanitizer and UndefinedBehaviorSanitizer printed in the
 * output of a recording, and reads the few things from it that rules need.
 */
#ifndef SOCKLINGS_RULES_SANITIZER_H
#define SOCKLINGS_RULES_SANITIZER_H

#include "rules/facts.h"

/* Only a recording of the sanitized build is searched, so that a program which prints such words
 * itself changes nothing elsewhere. */
void sanitizer_read(struct sanitizer_report *report, const struct facts *f);
/* Appends "AddressSanitizer: stack-buffer-overflow, a write of 1 byte at udp_echo.c:41". */
void sanitizer_sentence(const struct sanitizer_report *report, struct strbuf *out);
void sanitizer_free(struct sanitizer_report *report);

#endif
