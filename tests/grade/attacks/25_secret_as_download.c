// lab: 15_file_download
// source: file_client.c
// expect: outcome=fail
#define BECOMES(name) symlink("@ROOT_SECRET@", name)
//@download
