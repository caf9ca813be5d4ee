/*
 * grade/intake_name - what the name of a file or folder tells: whose it is, and which file.
 *
 * Pure functions of bytes that nobody has checked. Private to grade/intake.
 *
 * Where the forms are from:
 *   Moodle             mod/assign/classes/downloader.php: FULLNAME_NUMBER_assignsubmission_file,
 *                      a folder with the files in it (Moodle 3.1 and later, some with a further
 * "_"), or that, "_" and the file's name; the name has no "_" but blanks. A team has its group's
 * name and number; the default team has no number. Canvas             lib/content_zipper.rb:
 * NAME[_LATE]_USER_FILE_displayed, where USER and FILE are numbers and NAME is the sortable name in
 * small letters with all but word characters taken out; anonymous: [LATE_]anon_ID_FILE_displayed.
 *                      What is handed in again is displayed as udp_echo-1.c, udp_echo-2.c …
 *   Gradescope         folders submission_NUMBER beside submission_metadata.yml
 *   GitHub Classroom   `gh classroom clone student-repos` (cmd/gh-classroom/clone/student-repos):
 *                      ASSIGNMENT-submissions/ASSIGNMENT-USER; its older Assistant wrote the date
 *                      behind the assignment: ASSIGNMENT-05-15-2026-…/ASSIGNMENT-USER.
 */
#ifndef SOCKLINGS_GRADE_INTAKE_NAME_H
#define SOCKLINGS_GRADE_INTAKE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who gave the name: students of one and the same id are told apart by it. */
enum intake_scheme { INTAKE_PLAIN, INTAKE_MOODLE, INTAKE_CANVAS, INTAKE_GRADESCOPE };

enum {
    INTAKE_ID_MOST = 160,    /* bytes of a student's id; a longer one is cut and gets a hash */
    INTAKE_FOLDER_MOST = 64, /* bytes of its safe file name */
};

struct intake_who {
    enum intake_scheme scheme;
    char *id;   /* valid UTF-8 in form NFC, no control characters, never empty */
    char *name; /* the same, or NULL */
    char *file; /* the student's own name of a file that lies flat; NULL: a folder, or unknown */
    unsigned attempt; /* the -N of Canvas, taken off `file`; 0: none */
};

void intake_who_free(struct intake_who *who);

/* Reads the forms of Moodle and Canvas; false, and *who empty, for any other name. The caller
 * frees with intake_who_free. */
bool intake_who_lms(struct intake_who *who, const char *name, bool is_folder);

/* A name as nobody else gave it: a folder's, or an archive's without its ending. `parent` (may be
 * NULL) is the folder around it, of which GitHub Classroom repeats the assignment. */
void intake_who_plain(struct intake_who *who, const char *name, const char *parent);

/* Valid UTF-8 without control and direction characters, blanks at the ends and doubled ones; at
 * most INTAKE_ID_MOST bytes. Invalid bytes become U+FFFD. "" becomes "unnamed". Freed by caller. */
char *intake_clean(const char *name, size_t len);
/* The same for messages and origins: quotes and newlines made visible, longer texts cut. */
char *intake_shown(const char *name);
/* A safe file name of at most INTAKE_FOLDER_MOST bytes: letters, digits, '.', '-', '_' and what is
 * not ASCII; never begins with '.' or '-'. `clean` is from intake_clean. */
char *intake_folder(const char *clean);
/* Equal for names that differ only in upper and lower case or in the way they are encoded. */
char *intake_folded(const char *clean);

/* What systems and tools leave behind: .git, __MACOSX, .DS_Store, ._name, editors' folders. */
bool intake_is_junk(const char *name, size_t len);
/* Named as an archive (".zip", ".tar.gz" …): the length without the ending, else 0. */
size_t intake_archive_stem(const char *name);
/* Named as C: ".c" or ".h", in any case. */
bool intake_is_c(const char *name);
bool intake_is_header(const char *name);

/* --- submission_metadata.yml --- */

struct intake_person {
    char *folder;       /* "submission_123456" */
    char *id;           /* sid, else e-mail, else NULL */
    char *name;         /* or NULL */
    int64_t created_at; /* 0: not told */
};

struct intake_people {
    struct intake_person *list; /* one for each submitter */
    size_t count;
};

/* Reads what is simple in it and skips the rest: never fails. At most 20,000 people. */
void intake_people_read(struct intake_people *people, const char *text, size_t len);
void intake_people_free(struct intake_people *people);

/* "2026-05-15 10:20:30.5 -07:00", "2026-05-15T10:20:30Z": seconds since 1970, or 0. */
int64_t intake_time(const char *text);

#endif
