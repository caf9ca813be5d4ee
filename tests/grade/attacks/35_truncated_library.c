// A library of its own, which is cut off while the grader looks up what is called in it.
// expect: outcome=pass|fail|limit
//@solution
static void copy(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_RDWR | O_CREAT | O_TRUNC, 0755);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
        if (write(out, bytes, (size_t)n) != n)
            exit(1);
    close(in);
    close(out);
}

/* dup(0), on a stack from which no way leads back into the program. */
static void call(void *code)
{
    static char nothing[65536];
    __asm__ volatile("mov %%rsp, %%r12\n mov %%rbp, %%r13\n mov %1, %%rsp\n xor %%ebp, %%ebp\n"
                     "call *%0\n mov %%r12, %%rsp\n mov %%r13, %%rbp\n"
                     :
                     : "r"(code), "r"(nothing + 32768)
                     : "r12", "r13", "rax", "rcx", "r11", "rdi", "r14", "memory");
}

int main(int argc, char **argv)
{
    /* pop r14; push 0; xor edi, edi; mov eax, 32; syscall; add rsp, 8; push r14; ret */
    static const unsigned char code[] = {0x41, 0x5e, 0x6a, 0,    0x31, 0xff, 0xb8, 0x20, 0,   0, 0,
                                         0x0f, 0x05, 0x48, 0x83, 0xc4, 8,    0x41, 0x56, 0xc3};
    if (serving(argc, argv)) {
        copy("/lib/x86_64-linux-gnu/libm.so.6", "/tmp/libown.so");
        int fd = open("/tmp/libown.so", O_RDWR);
        char *at = mmap(NULL, 0xd0000, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
        char *page = mmap(at + 0x20000, 0x60000, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (page == MAP_FAILED)
            exit(1);
        for (int i = 0; i < 64; i++) {
            memcpy(page + i * 0x1700, code, sizeof code);
            call(page + i * 0x1700);
            close(4);
            if (i == 1 && ftruncate(fd, 0) != 0)
                exit(1);
        }
    }
    return honest_main(argc, argv);
}
