/*
 * frame - messages in a stream: a length of 4 bytes, the high byte first, and then so many bytes.
 *
 *     00 00 00 05  h  e  l  l  o
 *     └ length ──┘ └ payload ──┘
 *
 * TCP does not keep the marks between two send() calls. The length is the mark: whoever reads it
 * knows how many bytes belong to the message.
 *
 * Numbers go over the wire byte by byte and never as a struct or an int from memory: there the
 * order of the bytes, and the holes between the fields, are the machine's own.
 *
 * This header is not part of lab.h, because lab 13 writes these functions by hand. Labs after it
 * include it behind lab.h.
 */
#ifndef SOCKLINGS_FRAME_H
#define SOCKLINGS_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* Bytes of the length in front of the payload. */
enum { FRAME_HEADER = 4 };

/* A number into 2, 4 or 8 bytes, in network byte order (the high byte first), and back. bytes may
 * stand anywhere in memory, at an odd address too. They never fail. */
void frame_pack16(void *bytes, uint16_t number);
void frame_pack32(void *bytes, uint32_t number);
void frame_pack64(void *bytes, uint64_t number);
uint16_t frame_unpack16(const void *bytes);
uint32_t frame_unpack32(const void *bytes);
uint64_t frame_unpack64(const void *bytes);

/* Reads the next frame; its payload goes into buffer, which has room for limit bytes.
 * OK: *size is its length, which may be 0.
 * END: the stream ended between two frames, as it should.
 * TIMEOUT: the deadline (io.h) passed first. A part of a frame may have been read.
 * ERROR: among others, the stream ended inside a frame; or the length is above limit. Such a length
 * is either nonsense or an attack, and nobody can tell where the next frame begins.
 * After anything but OK the stream is of no use any more: close it. *size is set on OK only.
 * Never reads a byte beyond the frame. */
enum status frame_read(int fd, void *buffer, size_t limit, size_t *size, int64_t deadline,
                       struct err *err);

/* Sends a frame over a socket: the length and the payload in one call, if the kernel takes it all.
 * (In two, the second would often wait for the acknowledgement of the first.) payload may be
 * NULL if size is 0. OK: everything is in the kernel's hands; else as io_write_all, and
 * ERROR for a size that 32 bits cannot say. Never raises SIGPIPE. */
enum status frame_write(int fd, const void *payload, size_t size, int64_t deadline,
                        struct err *err);

#endif
