/*
 * base/sanitized - SANITIZED is 1 in a build with AddressSanitizer, with gcc and with clang.
 */
#ifndef SOCKLINGS_BASE_SANITIZED_H
#define SOCKLINGS_BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
