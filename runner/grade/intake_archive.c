/* grade/intake_archive: libarchive, loaded when there is an archive (base/late.h). */
#include <archive.h>
#include <archive_entry.h>

#include "base/late.h"
#include "grade/intake_tree.h"

static struct late library = LATE_LIBRARY(SOCKLINGS_LIBARCHIVE);

int intake_archive_ready(struct error *err)
{
    return late_load(&library, err);
}

typedef struct archive archive;
typedef struct archive_entry entry;

LATE(library, archive *, archive_read_new, (void), ())
LATE(library, int, archive_read_support_filter_gzip, (archive * a), (a))
LATE(library, int, archive_read_support_filter_bzip2, (archive * a), (a))
LATE(library, int, archive_read_support_filter_xz, (archive * a), (a))
LATE(library, int, archive_read_support_filter_zstd, (archive * a), (a))
LATE(library, int, archive_read_support_format_zip, (archive * a), (a))
LATE(library, int, archive_read_support_format_tar, (archive * a), (a))
LATE(library, int, archive_read_support_format_7zip, (archive * a), (a))
LATE(library, int, archive_read_open_fd, (archive * a, int fd, size_t size), (a, fd, size))
LATE(library, int, archive_read_next_header, (archive * a, entry **e), (a, e))
LATE(library, int, archive_read_has_encrypted_entries, (archive * a), (a))
LATE(library, la_ssize_t, archive_read_data, (archive * a, void *data, size_t len), (a, data, len))
LATE(library, int, archive_read_data_block,
     (archive * a, const void **data, size_t *len, la_int64_t *at), (a, data, len, at))
LATE(library, int, archive_filter_count, (archive * a), (a))
LATE(library, la_int64_t, archive_filter_bytes, (archive * a, int filter), (a, filter))
LATE(library, const char *, archive_error_string, (archive * a), (a))
LATE(library, const char *, archive_entry_pathname, (entry * e), (e))
LATE(library, const char *, archive_entry_pathname_utf8, (entry * e), (e))
LATE(library, const char *, archive_entry_hardlink, (entry * e), (e))
LATE(library, mode_t, archive_entry_filetype, (entry * e), (e))
LATE(library, time_t, archive_entry_mtime, (entry * e), (e))
LATE(library, la_int64_t, archive_entry_size, (entry * e), (e))
LATE(library, int, archive_entry_size_is_set, (entry * e), (e))
LATE(library, int, archive_entry_is_encrypted, (entry * e), (e))
