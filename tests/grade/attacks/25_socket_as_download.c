// lab: 15_file_download
// source: file_client.c
// expect: outcome=fail
static int as_socket(const char *name);
#define BECOMES(name) as_socket(name)
//@download
static int as_socket(const char *name)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    snprintf(own.sun_path, sizeof own.sun_path, "%s", name);
    return bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&own, sizeof own);
}
