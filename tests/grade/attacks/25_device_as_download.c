// lab: 15_file_download
// source: file_client.c
// expect: outcome=fail
#define BECOMES(name) (mknod(name, S_IFCHR | 0666, 0x105) < 0 ? symlink("/dev/zero", name) : 0)
//@download
