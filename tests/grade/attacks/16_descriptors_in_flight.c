// Descriptors that are sent and never taken count for all that its user does: with as many of them
// as the grader may have, nobody's sandbox could hand it a socket any more.
// expect: outcome=limit|stall limit=wall|calls
/* The same one over and over. */
static bool send_many(int to, int fd)
{
    int fds[250];
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof fds)];
    } control = {
        {.cmsg_len = CMSG_LEN(sizeof fds), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec word = {"x", 1};
    struct msghdr msg = {.msg_iov = &word,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    for (int i = 0; i < 250; i++)
        fds[i] = fd;
    memcpy(CMSG_DATA(&control.head), fds, sizeof fds);
    return sendmsg(to, &msg, MSG_DONTWAIT) > 0;
}
int main(void)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0)
        return 1;
    for (int sent = 250; send_many(pair[0], 0); sent += 250)
        if (sent >= 1000)
            breach("a thousand descriptors in flight");
    for (;;)
        pause();
}
