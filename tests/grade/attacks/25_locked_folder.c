// The download is where it should be, and the folder is locked.
// lab: 15_file_download
// source: file_client.c
// expect: outcome=fail|pass
#define BECOMES(name) (rename(name, name), chmod("/work", 0))
#define KEEP
//@download
