/* base/file: whole files, folders, paths; and what happens when something is in the way. */
#include "files_help.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* --- reading --- */

static void a_file_is_read_whole(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    put_bytes("bytes", "a\0b\n", 4);
    strbuf_puts(&text, "before:");
    assert_int_equal(file_read(at("bytes"), 4, FILE_REGULAR, &text, NULL), 0);
    assert_int_equal(text.len, 11);
    assert_memory_equal(text.data, "before:a\0b\n", 12);
    strbuf_free(&text);
}

static void an_empty_file_and_one_of_unknown_size_are_read(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    put("empty", "");
    assert_int_equal(file_read(at("empty"), 0, FILE_REGULAR, &text, NULL), 0);
    assert_int_equal(text.len, 0);
    assert_int_equal(file_read("/proc/self/stat", SIZE_MAX, FILE_REGULAR, &text, NULL), 0);
    assert_true(text.len > 10);
    strbuf_free(&text);
}

static void a_file_one_byte_too_large_is_refused(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err;
    put("five", "12345");
    assert_int_equal(file_read(at("five"), 5, 0, &text, NULL), 0);
    assert_int_equal(file_read(at("five"), 4, 0, &text, &err), -1);
    assert_int_equal(errno, EFBIG);
    assert_has(err.text, "five is larger than 4 bytes");
    assert_string_equal(text.data, "12345"); /* as it was */
    assert_int_equal(file_read("/dev/zero", 100000, 0, &text, &err), -1);
    assert_int_equal(errno, EFBIG);
    strbuf_free(&text);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err;
    assert_int_equal(mkfifo(at("fifo"), 0600), 0);
    assert_int_equal(file_read(at("fifo"), 100, FILE_REGULAR, &text, &err), -1);
    assert_int_equal(errno, EINVAL);
    assert_has(err.text, "fifo is a named pipe");
    assert_int_equal(file_read(folder, 100, FILE_REGULAR, &text, &err), -1);
    assert_int_equal(errno, EISDIR);
    assert_has(err.text, "is a folder");
    assert_int_equal(file_read("/dev/zero", 100, FILE_REGULAR, &text, &err), -1);
    assert_has(err.text, "is a device");

    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", at("socket"));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    close(fd);
    assert_int_equal(file_read(at("socket"), 100, FILE_REGULAR, &text, &err), -1);
    assert_has(err.text, "device or socket");
    assert_int_equal(text.len, 0);
}

static void links_are_followed_only_when_allowed(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err;
    put("target", "hello");
    assert_int_equal(symlink("target", at("link")), 0);
    assert_int_equal(file_read(at("link"), 100, FILE_REGULAR, &text, NULL), 0);
    assert_string_equal(text.data, "hello");
    assert_int_equal(file_read(at("link"), 100, FILE_NO_FOLLOW, &text, &err), -1);
    assert_int_equal(errno, ELOOP);
    assert_has(err.text, "link is a symbolic link");
    strbuf_free(&text);
}

static void a_missing_file_says_so(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    struct error err;
    assert_int_equal(file_read(at("nothing"), 100, 0, &text, &err), -1);
    assert_int_equal(errno, ENOENT);
    assert_has(err.text, "nothing: No such file");
}

/* --- writing --- */

static size_t names_in_folder(void)
{
    struct file_list list;
    assert_int_equal(file_list(folder, &list, NULL), 0);
    size_t count = list.count;
    file_list_free(&list);
    return count;
}

static void a_file_is_written_and_replaced(void **state)
{
    (void)state;
    struct stat st;
    mode_t mask = umask(022);
    assert_int_equal(file_write(at("new"), "one", 3, 0666, FILE_SYNC, NULL), 0);
    assert_int_equal(file_write(at("new"), "second", 6, 0666, 0, NULL), 0);
    umask(mask);
    assert_contents("new", "second");
    assert_int_equal(stat(at("new"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(names_in_folder(), 1); /* nothing is left beside it */
}

static void a_file_that_holds_the_bytes_already_is_left_alone_when_asked(void **state)
{
    (void)state;
    struct stat before, after;
    put("page", "the same");
    assert_int_equal(chmod(at("page"), 0640), 0);
    assert_int_equal(stat(at("page"), &before), 0);
    assert_int_equal(file_write(at("page"), "the same", 8, 0666, FILE_KEEP_SAME, NULL), 0);
    assert_int_equal(stat(at("page"), &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_mode & 0777, 0640);
    static const char *const others[] = {"the Same", "the sam", "the same!", ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t len = strlen(others[i]);
        assert_int_equal(file_write(at("page"), others[i], len, 0666, FILE_KEEP_SAME, NULL), 0);
        assert_contents("page", others[i]);
    }
    /* What only leads to such a file is replaced, as ever. */
    put("theirs", "the same");
    assert_int_equal(symlink("theirs", at("link")), 0);
    assert_int_equal(file_write(at("link"), "the same", 8, 0666, FILE_KEEP_SAME, NULL), 0);
    assert_int_equal(lstat(at("link"), &after), 0);
    assert_true(S_ISREG(after.st_mode));
    assert_int_equal(mkfifo(at("fifo"), 0600), 0);
    assert_int_equal(file_write(at("fifo"), "the same", 8, 0666, FILE_KEEP_SAME, NULL), 0);
    assert_contents("fifo", "the same");
    assert_int_equal(names_in_folder(), 4);
}

static void a_file_is_replaced_without_a_flush_as_with_one(void **state)
{
    (void)state;
    struct error err;
    struct stat st;
    assert_int_equal(file_write(at("page"), "one", 3, 0644, FILE_NO_FLUSH, NULL), 0);
    assert_int_equal(file_write(at("page"), "second", 6, 0600, FILE_NO_FLUSH, NULL), 0);
    assert_contents("page", "second");
    assert_int_equal(stat(at("page"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    put("theirs", "theirs");
    assert_int_equal(symlink("theirs", at("link")), 0);
    assert_int_equal(file_write(at("link"), "ours", 4, 0644, FILE_NO_FLUSH, NULL), 0);
    assert_contents("theirs", "theirs");
    assert_contents("link", "ours");
    assert_int_equal(file_make_dirs(at("dir/full"), 0755, NULL), 0);
    assert_int_equal(file_write(at("dir"), "x", 1, 0644, FILE_NO_FLUSH, &err), -1);
    assert_int_equal(errno, EISDIR);
    assert_true(file_is_dir(at("dir/full")));
    assert_int_equal(names_in_folder(), 4); /* nothing is left beside them */
}

static void a_new_file_never_replaces_one(void **state)
{
    (void)state;
    struct error err;
    put("mine", "work of a week");
    assert_int_equal(file_write(at("mine"), "x", 1, 0644, FILE_NEW, &err), -1);
    assert_int_equal(errno, EEXIST);
    put("other", "other");
    assert_int_equal(file_copy(at("other"), at("mine"), FILE_NEW, &err), -1);
    assert_int_equal(errno, EEXIST);
    assert_contents("mine", "work of a week");
    assert_int_equal(symlink("nowhere", at("dangling")), 0);
    assert_int_equal(file_write(at("dangling"), "x", 1, 0644, FILE_NEW, &err), -1);
    assert_int_equal(file_write(at("fresh"), "x", 1, 0644, FILE_NEW, NULL), 0);
    assert_contents("fresh", "x");
}

static void a_copy_has_the_bytes_and_the_mode(void **state)
{
    (void)state;
    struct stat st;
    char *big = mem_alloc(200000);
    memset(big, 'x', 200000);
    put_bytes("big", big, 200000);
    chmod(at("big"), 0755);
    assert_int_equal(file_copy(at("big"), at("copy"), FILE_REGULAR, NULL), 0);
    assert_int_equal(stat(at("copy"), &st), 0);
    assert_int_equal(st.st_size, 200000);
    assert_int_equal(st.st_mode & 0111, 0111);
    char *text = contents("copy");
    assert_memory_equal(text, big, 200000);
    free(text);
    free(big);
    assert_int_equal(file_copy(at("nothing"), at("copy"), 0, NULL), -1);
}

static int write_where_not_allowed(void)
{
    struct error err;
    struct strbuf text = STRBUF_INIT;
    if (file_write(at("mine"), "new", 3, 0644, 0, &err) != -1 || errno != EACCES)
        return 1;
    if (strstr(err.text, "cannot write") == NULL || strstr(err.text, "Permission denied") == NULL)
        return 2;
    if (file_read(at("secret"), 100, 0, &text, &err) != -1 || errno != EACCES)
        return 3;
    if (file_make_dirs(at("a/b"), 0755, &err) != -1 ||
        strstr(err.text, "/a: Permission denied") == NULL)
        return 4;
    return 0;
}

static void without_permission_nothing_changes(void **state)
{
    (void)state;
    put("mine", "old");
    put("secret", "x");
    chmod(at("secret"), 0);
    chmod(folder, 0555);
    in_child(be_ordinary, write_where_not_allowed, "changing to an ordinary user");
    chmod(folder, 0755);
    assert_contents("mine", "old");
}

static int small_disk(void)
{
    return on_small_disk("size=64k");
}

static int fill_the_disk(void)
{
    struct error err;
    static char big[256 * 1024];
    if (file_write(at("kept"), "precious", 8, 0644, FILE_SYNC, &err) != 0)
        return 1;
    if (file_write(at("kept"), big, sizeof big, 0644, FILE_SYNC, &err) != -1 || errno != ENOSPC)
        return 2;
    if (strstr(err.text, "No space left") == NULL)
        return 3;
    struct strbuf text = STRBUF_INIT;
    if (file_read(at("kept"), 100, 0, &text, NULL) != 0 || strcmp(text.data, "precious") != 0)
        return 4;
    strbuf_free(&text);
    struct file_list list;
    if (file_list(folder, &list, NULL) != 0 || list.count != 1)
        return 5; /* the half-written file must not stay and keep the disk full */
    file_list_free(&list);
    return 0;
}

static void on_a_full_disk_the_old_file_stays(void **state)
{
    (void)state;
    in_child(small_disk, fill_the_disk, "user namespaces");
}

/* The kernel ends a writer at its limit, in the middle of the new file. */
static void write_beyond_the_limit(void)
{
    static char b[50000];
    struct rlimit most = {40000, 40000};
    signal(SIGXFSZ, SIG_DFL);
    setrlimit(RLIMIT_FSIZE, &most);
    memset(b, 'b', sizeof b);
    file_write(at("state"), b, sizeof b, 0644, 0, NULL);
    _exit(0);
}

static void a_writer_killed_half_way_leaves_the_old_file_and_a_stray(void **state)
{
    (void)state;
    struct file_list list;
    int status;
    put("state", "old");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        write_beyond_the_limit();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    char *text = contents("state");
    assert_string_equal(text, "old");
    free(text);
    assert_int_equal(file_list(folder, &list, NULL), 0);
    assert_int_equal(list.count, 2);
    file_list_free(&list);
    file_sweep(at("state"));
    assert_int_equal(file_list(folder, &list, NULL), 0);
    assert_int_equal(list.count, 1);
    file_list_free(&list);
}

/* Writes two versions in turn, until killed. */
static void keep_writing(void)
{
    static char a[30000], b[50000];
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    for (;;) {
        file_write(at("state"), a, sizeof a, 0644, 0, NULL);
        file_write(at("state"), b, sizeof b, 0644, FILE_NO_FLUSH, NULL);
    }
}

static void a_writer_killed_at_any_point_leaves_a_whole_file(void **state)
{
    (void)state;
    put("state", "b");
    for (unsigned round = 0; round < 60; round++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            keep_writing();
        /* Killed after it wrote something, and then at any moment: the spread is the test's point,
         * no outcome depends on it. */
        struct stat st = {0};
        while (st.st_size < 30000)
            assert_int_equal(stat(at("state"), &st), 0);
        for (unsigned spin = 0; spin < round * 500; spin++)
            (void)getppid();
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        char *text = contents("state");
        size_t len = strlen(text);
        assert_true(len == (text[0] == 'a' ? 30000u : 50000u));
        assert_int_equal(strspn(text, text[0] == 'a' ? "a" : "b"), len);
        free(text);
        if (round < 30)
            file_sweep(at("state"));
    }
    file_sweep(at("state"));
    struct file_list list;
    assert_int_equal(file_list(folder, &list, NULL), 0);
    assert_int_equal(list.count, 1);
    file_list_free(&list);
}

static void sweeping_touches_nothing_else(void **state)
{
    (void)state;
    put("state", "x");
    put(".state.1-2.new", "stray");
    put(".state.new", "not ours");
    put(".other.1-2.new", "not ours");
    put("state.new", "not ours");
    put(".another.1-2x.new", "not ours");
    put(".1-2.new", "not ours");
    file_sweep(at("state"));
    assert_false(file_exists(at(".state.1-2.new")));
    assert_true(file_exists(at(".state.new")));
    assert_true(file_exists(at(".other.1-2.new")));
    assert_true(file_exists(at("state.new")));
    file_sweep_folder(folder);
    assert_false(file_exists(at(".other.1-2.new")));
    assert_true(file_exists(at(".another.1-2x.new")));
    assert_true(file_exists(at(".1-2.new")));
    assert_true(file_exists(at("state")));
}

/* --- folders --- */

static void folders_are_made_on_the_way(void **state)
{
    (void)state;
    struct error err;
    assert_int_equal(file_make_dirs(at("a/b//c/"), 0755, &err), 0);
    assert_true(file_is_dir(at("a/b/c")));
    assert_int_equal(file_make_dirs(at("a/b"), 0755, &err), 0);
    assert_int_equal(file_make_dirs("/", 0755, &err), 0);
    assert_int_equal(file_make_dirs("/proc/self", 0755, &err), 0); /* there, and not to be made */
    assert_int_equal(file_make_dirs("", 0755, &err), -1);
    put("a/file", "x");
    assert_int_equal(file_make_dirs(at("a/file/d"), 0755, &err), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_has(err.text, "a/file is not a folder");
    assert_int_equal(file_make_dirs("/proc/none/d", 0755, &err), -1);
}

static void a_tree_is_removed_and_nothing_outside(void **state)
{
    (void)state;
    assert_int_equal(file_make_dirs(at("outside"), 0755, NULL), 0);
    put("outside/keep", "x");
    assert_int_equal(file_make_dirs(at("tree/a/b"), 0755, NULL), 0);
    put("tree/a/b/f", "x");
    assert_int_equal(symlink("../outside", at("tree/link")), 0);
    assert_int_equal(symlink(at("outside/keep"), at("tree/a/keep")), 0);
    assert_int_equal(mkfifo(at("tree/fifo"), 0), 0);
    assert_int_equal(file_remove_tree(at("tree"), NULL), 0);
    assert_false(file_exists(at("tree")));
    assert_contents("outside/keep", "x");
    assert_int_equal(symlink("outside", at("link")), 0);
    assert_int_equal(file_remove_tree(at("link"), NULL), 0);
    assert_contents("outside/keep", "x");
    assert_int_equal(file_remove_tree(at("outside/keep"), NULL), 0);
    assert_int_equal(file_remove_tree(at("nothing"), NULL), 0);
}

static void a_very_deep_tree_is_removed(void **state)
{
    (void)state;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int depth = 0; depth < 3000; depth++) {
        assert_int_equal(mkdirat(fd, "a-folder", 0755), 0);
        int next = openat(fd, "a-folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        close(fd);
        fd = next;
    }
    close(openat(fd, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    close(fd);
    struct error err;
    if (file_remove_tree(at("a-folder"), &err) < 0)
        fail_msg("%s", err.text);
    assert_false(file_exists(at("a-folder")));
}

static int remove_locked(void)
{
    if (mkdir(at("open/t"), 0755) < 0 || mkdir(at("open/t/locked"), 0755) < 0)
        return 1;
    put("open/t/locked/f", "x");
    if (chmod(at("open/t/locked"), 0) < 0 || chmod(at("open/t"), 0500) < 0)
        return 2;
    if (file_remove_tree(at("open/t"), NULL) < 0 || file_exists(at("open/t")))
        return 3;
    struct error err;
    if (file_remove_tree(at("shut"), &err) != -1 || strstr(err.text, "cannot remove") == NULL)
        return 4;
    return 0;
}

static void folders_that_are_locked_are_removed_by_their_owner_only(void **state)
{
    (void)state;
    mkdir(at("open"), 0755);
    chmod(at("open"), 0777);
    mkdir(at("shut"), 0755);
    put("shut/f", "x");
    chmod(at("shut"), 0555);
    chmod(folder, 0555);
    in_child(be_ordinary, remove_locked, "changing to an ordinary user");
    chmod(folder, 0755);
    chmod(at("shut"), 0755);
    /* As root both belong to different users; as an ordinary user this is the owner, who may. */
    if (geteuid() == 0)
        assert_contents("shut/f", "x");
}

static void names_are_listed_in_order(void **state)
{
    (void)state;
    struct file_list list;
    put("b", "");
    put("a", "");
    put(".hidden", "");
    assert_int_equal(file_list(folder, &list, NULL), 0);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.names[0], ".hidden");
    assert_string_equal(list.names[1], "a");
    assert_string_equal(list.names[2], "b");
    file_list_free(&list);
    struct error err;
    assert_int_equal(file_list(at("a"), &list, &err), -1);
    assert_int_equal(errno, ENOTDIR);
}

/* --- paths --- */

static void paths_are_joined_and_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *dir, *name, *joined;
    } joins[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"},
                 {"/", "b", "/b"},  {"a", "/b", "/b"},  {"a", "", "a/"}};
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        char *joined = file_join(joins[i].dir, joins[i].name);
        assert_string_equal(joined, joins[i].joined);
        free(joined);
    }
    static const struct {
        const char *path, *folder, *name;
    } parts[] = {{"a/b/c.c", "a/b", "c.c"}, {"c.c", ".", "c.c"}, {"/c.c", "/", "c.c"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *dir = file_folder(parts[i].path);
        assert_string_equal(dir, parts[i].folder);
        assert_string_equal(file_name(parts[i].path), parts[i].name);
        free(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_file_is_read_whole),
        in_folder(an_empty_file_and_one_of_unknown_size_are_read),
        in_folder(a_file_one_byte_too_large_is_refused),
        in_folder(what_is_no_file_is_refused_at_once),
        in_folder(links_are_followed_only_when_allowed),
        in_folder(a_missing_file_says_so),
        in_folder(a_file_is_written_and_replaced),
        in_folder(a_file_that_holds_the_bytes_already_is_left_alone_when_asked),
        in_folder(a_file_is_replaced_without_a_flush_as_with_one),
        in_folder(a_new_file_never_replaces_one),
        in_folder(a_copy_has_the_bytes_and_the_mode),
        in_folder(without_permission_nothing_changes),
        in_folder(on_a_full_disk_the_old_file_stays),
        in_folder(a_writer_killed_half_way_leaves_the_old_file_and_a_stray),
        in_folder(a_writer_killed_at_any_point_leaves_a_whole_file),
        in_folder(sweeping_touches_nothing_else),
        in_folder(folders_are_made_on_the_way),
        in_folder(a_tree_is_removed_and_nothing_outside),
        in_folder(a_very_deep_tree_is_removed),
        in_folder(folders_that_are_locked_are_removed_by_their_owner_only),
        in_folder(names_are_listed_in_order),
        in_folder(paths_are_joined_and_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
